"""Accepted retry keys of one channel: the reason why a second attempt is not a second message."""

import re
from collections import deque
from datetime import datetime, timedelta

import msgspec

UUID_TEXT = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")


class AcceptedKey(msgspec.Struct, frozen=True):
    """What was answered when a key was accepted."""

    request_id: str
    accepted_at: datetime
    sent_messages: list[dict[str, str]]


_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(AcceptedKey).decode


class RetryKeys:
    """Remembers each accepted key for `life`; after that the same key is a new request."""

    def __init__(self, life: timedelta) -> None:
        self._life = life
        self._accepted: dict[bytes, bytes] = {}
        self._order: deque[bytes] = deque()

    def find(self, key: str, now: datetime) -> AcceptedKey | None:
        """Return what `key` was accepted as, if that is remembered."""
        while self._order and now - _unpack(self._accepted[self._order[0]]).accepted_at >= self._life:
            del self._accepted[self._order.popleft()]
        packed = self._accepted.get(_bytes(key))
        return None if packed is None else _unpack(packed)

    def remember(self, key: str, accepted: AcceptedKey) -> None:
        """Remember that `key`, which is not remembered, was accepted."""
        self._accepted[_bytes(key)] = _pack(accepted)
        self._order.append(_bytes(key))

    def __len__(self) -> int:
        return len(self._accepted)


def _bytes(key: str) -> bytes:
    return bytes.fromhex(key.replace("-", ""))
