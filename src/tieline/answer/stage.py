"""Events in, replies to plan out, in the transaction that heard them."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tieline.answer.match import answering
from tieline.answer.parse import parse
from tieline.answer.rule import Heard, Rule
from tieline.answer.unbind import ORIGIN, Wish, answer, at_home, cuts, leaves, wish
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
from tieline.model.signal import Said
from tieline.ports import AnswerStore, Bonds, News

ANSWERED = frozenset({LINE_MESSAGE_RECEIVED, LINE_POSTBACK_RECEIVED, LINE_FOLLOWED})
TOKEN_LASTS = timedelta(seconds=50)
"""LINE promises a minute, counted from when the webhook arrived."""


class AnswerStage:
    """Decides what is answered, and lets those leave who say so.

    Args:
        store: Rules, and who is bound.
        zones: Time zone by workspace.
        bonds: What binds friends to members.
        news: Hears who left.
        countries: Country by workspace, whose language is spoken to who did not choose one.
    """

    def __init__(
        self,
        store: AnswerStore,
        zones: Mapping[int, str],
        bonds: Bonds,
        news: News,
        countries: Mapping[int, str],
    ) -> None:
        self._store = store
        self._zones = zones
        self._bonds = bonds
        self._news = news
        self._countries = countries
        self._rules: dict[int, list[Rule]] = {}
        self._edition: str | None = None

    async def process(self, items: Sequence[Identified], now: datetime) -> list[ReplyRequest]:
        """Return what to answer; an event whose token LINE may have forgotten stays unanswered."""
        await self._refresh()
        open_: defaultdict[int, list[Identified]] = defaultdict(list)
        wishes: dict[int, Wish] = {}
        for item in items:
            event = item.event
            if event.source.kind != "line" or event.name not in ANSWERED:
                continue
            if not event.identifiers or "place" in event.properties:
                continue
            wished = wish(event.name, event.written, str(event.properties.get("data", "")))
            if wished is not None:
                wishes[id(item)] = wished
            if wished is not None or event.workspace_id in self._rules:
                open_[event.workspace_id].append(item)
        requests: list[ReplyRequest] = []
        for workspace_id, mine in open_.items():
            requests += await self._of(workspace_id, mine, wishes, now)
        return requests

    async def _of(
        self, workspace_id: int, items: Sequence[Identified], wishes: Mapping[int, Wish], now: datetime
    ) -> list[ReplyRequest]:
        """Answer people of one workspace; who says that they leave is let go, whether they can be answered or not."""
        chosen = await self._chosen(workspace_id, [one for one in items if _can_be_answered(one.event, now)])
        asking = [
            item for item in items if id(item) in wishes or any(rule.act for rule in chosen.get(id(item), ()))
        ]
        others = (
            await self._bonds.others(workspace_id, sorted({one.node_id for one in asking})) if asking else {}
        )
        language = at_home(self._countries.get(workspace_id, ""))
        requests: list[ReplyRequest] = []
        for item in items:
            bonds, wished, at = others.get(item.node_id, ()), wishes.get(id(item)), item.event.at
            if wished is not None and bonds and leaves(wished, at):
                await self._let_go(item, bonds, wished, now)
            if not _can_be_answered(item.event, now):
                continue
            said = answer(wished, language, at, bound=bool(bonds)) if wished is not None else []
            if said:
                requests.append(_request(item, (ORIGIN,), said, ()))
            elif rules := chosen.get(id(item)):
                asked = answer(Wish("ask"), language, at, bound=bool(bonds))
                messages = [
                    message for rule in rules for message in (*rule.messages, *(asked if rule.act else ()))
                ]
                tags = dict.fromkeys(tag for rule in rules for tag in rule.tags)
                requests.append(_request(item, [rule.key for rule in rules], messages, tags))
        return requests

    async def _let_go(
        self, item: Identified, others: Sequence[tuple[str, str]], wished: Wish, now: datetime
    ) -> None:
        """Cut friend and member apart. Two taps on one question are one leaving: what is told of them has one name."""
        event, user = item.event, item.event.identifiers[0]
        account = event.source.account
        name = f"{account}:{item.node_id.hex()}:{wished.asked}"
        await self._bonds.left(event.workspace_id, account, user.value, now)
        await self._news.said(
            [
                Said(event.workspace_id, user.namespace, user.value, what, message_id, properties, now)
                for what, properties, message_id in cuts((user.namespace, user.value), others, account, name)
            ]
        )

    async def _chosen(self, workspace_id: int, items: Sequence[Identified]) -> dict[int, list[Rule]]:
        """Return the rules that answer each, where any does."""
        rules = self._rules.get(workspace_id, [])
        bound: set[bytes] = set()
        differs = any(rule.bound is not None for rule in rules)
        if items and differs:
            bound = await self._store.bound(workspace_id, sorted({item.node_id for item in items}))
        zone = ZoneInfo(self._zones.get(workspace_id, "UTC"))
        return {
            id(item): found
            for item in items
            if (
                found := answering(
                    rules,
                    heard(item.event, bound=item.node_id in bound),
                    item.event.received_at.astimezone(zone),
                )
            )
        }

    async def _refresh(self) -> None:
        """Read the rules again when one was saved: who writes right after it gets the new answer."""
        edition = await self._store.edition()
        if edition != self._edition:
            rules: defaultdict[int, list[Rule]] = defaultdict(list)
            for stored in await self._store.rules():
                with suppress(InvalidInputError):  # saved by another version: it must not stop the stream
                    rules[stored.workspace_id].append(parse(stored.definition))
            self._rules, self._edition = dict(rules), edition


def _request(
    item: Identified, origins: Sequence[str], messages: Sequence[Mapping[str, Any]], tags: Iterable[str]
) -> ReplyRequest:
    event, user = item.event, item.event.identifiers[0]
    return ReplyRequest(
        workspace_id=event.workspace_id,
        reply_id=_name(event),
        account=event.source.account,
        origins=tuple(origins),
        person=item.node_id,
        namespace=user.namespace,
        user=user.value,
        messages=tuple(messages),
        tags=tuple(tags),
        token=event.reply_token,
        expires_at=event.received_at + TOKEN_LASTS,
    )


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
