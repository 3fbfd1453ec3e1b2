"""Events in, replies to plan out, in the transaction that heard them."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tieline.answer.match import answering
from tieline.answer.parse import parse
from tieline.answer.rule import Heard, Rule
from tieline.errors import InvalidInputError
from tieline.ids import ID_BYTES
from tieline.model.event import (
    LINE_FOLLOWED,
    LINE_MESSAGE_RECEIVED,
    LINE_POSTBACK_RECEIVED,
    Event,
    Identified,
)
from tieline.model.reply import ReplyRequest
from tieline.ports import AnswerStore

ANSWERED = frozenset({LINE_MESSAGE_RECEIVED, LINE_POSTBACK_RECEIVED, LINE_FOLLOWED})
TOKEN_LASTS = timedelta(seconds=50)
"""LINE promises a minute, counted from when the webhook arrived."""


class AnswerStage:
    """Decides what is answered.

    Args:
        store: Rules, and who is bound.
        zones: Time zone by workspace.
    """

    def __init__(self, store: AnswerStore, zones: Mapping[int, str]) -> None:
        self._store = store
        self._zones = zones
        self._rules: dict[int, list[Rule]] = {}
        self._edition: str | None = None

    async def process(self, items: Sequence[Identified], now: datetime) -> list[ReplyRequest]:
        """Return what to answer; an event whose token LINE may have forgotten stays unanswered."""
        await self._refresh()
        open_: defaultdict[int, list[Identified]] = defaultdict(list)
        for item in items:
            if item.event.workspace_id in self._rules and _can_be_answered(item.event, now):
                open_[item.event.workspace_id].append(item)
        requests: list[ReplyRequest] = []
        for workspace_id, mine in open_.items():
            bound = await self._bound(workspace_id, mine)
            requests += [
                request
                for item in mine
                if (request := self._answer(workspace_id, item, bound=item.node_id in bound)) is not None
            ]
        return requests

    async def _bound(self, workspace_id: int, items: Sequence[Identified]) -> set[bytes]:
        """Return who of them is bound to a member, asked only where a rule makes a difference of it."""
        if all(rule.bound is None for rule in self._rules[workspace_id]):
            return set()
        return await self._store.bound(workspace_id, sorted({item.node_id for item in items}))

    def _answer(self, workspace_id: int, item: Identified, *, bound: bool) -> ReplyRequest | None:
        event = item.event
        local = event.received_at.astimezone(ZoneInfo(self._zones.get(workspace_id, "UTC")))
        rules = answering(self._rules[workspace_id], heard(event, bound=bound), local)
        if not rules:
            return None
        user = event.identifiers[0]
        return ReplyRequest(
            workspace_id=workspace_id,
            reply_id=_name(event),
            account=event.source.account,
            origins=tuple(rule.key for rule in rules),
            person=item.node_id,
            namespace=user.namespace,
            user=user.value,
            messages=tuple(message for rule in rules for message in rule.messages),
            tags=tuple(dict.fromkeys(tag for rule in rules for tag in rule.tags)),
            token=event.reply_token,
            expires_at=event.received_at + TOKEN_LASTS,
        )

    async def _refresh(self) -> None:
        """Read the rules again when one was saved: who writes right after it gets the new answer."""
        edition = await self._store.edition()
        if edition != self._edition:
            rules: defaultdict[int, list[Rule]] = defaultdict(list)
            for stored in await self._store.rules():
                with suppress(InvalidInputError):  # saved by another version: it must not stop the stream
                    rules[stored.workspace_id].append(parse(stored.definition))
            self._rules, self._edition = dict(rules), edition


def heard(event: Event, *, bound: bool) -> Heard:
    """Return what a LINE event says to the rules."""
    return Heard(
        account=event.source.account,
        name=event.name,
        text=event.written,
        data=str(event.properties.get("data", "")),
        returning=event.properties.get("is_unblocked") is True,
        bound=bound,
        joined=str(event.properties.get("join_source", "")),
        newcomer=event.properties.get("is_new") is True,
    )


def _can_be_answered(event: Event, now: datetime) -> bool:
    """Groups are not answered, nor chats that a person or another module has taken over."""
    return (
        event.name in ANSWERED
        and event.reply_token != ""
        and bool(event.identifiers)
        and "place" not in event.properties
        and "standby" not in event.properties
        and now - event.received_at < TOKEN_LASTS
    )


def _name(event: Event) -> bytes:
    """Return the name of an answer to this event, the same at every delivery of the webhook."""
    said = event.message_id or f"{event.log_offset}:{event.item}"
    return hashlib.blake2b(f"reply:{event.source.source_id}:{said}".encode(), digest_size=ID_BYTES).digest()
