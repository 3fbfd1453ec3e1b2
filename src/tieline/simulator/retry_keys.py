"""Accepted retry keys of one channel: the reason why a second attempt is not a second message."""

import re
from collections import OrderedDict
from datetime import datetime, timedelta

import msgspec

UUID_TEXT = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")


class AcceptedKey(msgspec.Struct, frozen=True):
    """What was answered when a key was accepted."""

    request_id: str
    accepted_at: datetime
    sent_messages: list[dict[str, str]]


class RetryKeys:
    """Remembers each accepted key for `life`; after that the same key is a new request."""

    def __init__(self, life: timedelta) -> None:
        self._life = life
        self._accepted: OrderedDict[str, AcceptedKey] = OrderedDict()

    def find(self, key: str, now: datetime) -> AcceptedKey | None:
        """Return what `key` was accepted as, if that is remembered."""
        while self._accepted:
            oldest = next(iter(self._accepted.values()))
            if now - oldest.accepted_at < self._life:
                break
            self._accepted.popitem(last=False)
        return self._accepted.get(key.lower())

    def remember(self, key: str, accepted: AcceptedKey) -> None:
        """Remember that `key` was accepted."""
        self._accepted[key.lower()] = accepted

    def __len__(self) -> int:
        return len(self._accepted)
