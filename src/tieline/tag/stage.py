"""What puts a tag on, or takes it off, without a person: events, segments, time. Told to the log like anything else."""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from tieline.errors import InvalidInputError
from tieline.model.event import TAG_ADDED, TAG_REMOVED, Identified
from tieline.model.signal import Said, Signal, SignalKind
from tieline.ports import News, TagStore
from tieline.tag.rule import Rule, hears, parse

EXPIRED_MAX = 2_000


class Live(NamedTuple):
    """A rule with the tag it puts on."""

    key: str
    tag: str
    rule: Rule


class TagStage:
    """Applies the rules of tags.

    Args:
        store: Rules, and whom a tag is on for how long.
        news: Where it is told what the rules did. Telling locks the log, so it comes last in a transaction.
    """

    def __init__(self, store: TagStore, news: News) -> None:
        self._store = store
        self._news = news
        self._by_event: dict[tuple[int, str], list[Live]] = {}
        self._by_segment: dict[tuple[int, str], list[Live]] = {}

    async def hear(self, items: Sequence[Identified]) -> None:
        """Put on what events put on; the same event puts a tag on once."""
        await self._news.said(await self.heard(items))

    async def follow(self, signals: Sequence[Signal]) -> None:
        """Put on and take off what entering and leaving segments does."""
        await self._news.said(await self.followed(signals))

    async def expire(self, now: datetime) -> int:
        """Take off the tags whose time is over; return how many."""
        over = await self.expired(now)
        await self._news.said(over)
        return len(over)

    async def heard(self, items: Sequence[Identified]) -> list[Said]:
        """Return the tags that events put on."""
        if not items:
            return []
        await self._learn()
        found = [
            (stored, item)
            for item in (items if self._by_event else ())
            for stored in self._by_event.get((item.event.workspace_id, item.event.name), ())
            if item.event.identifiers and hears(stored.rule, item.event)
        ]
        if not found:
            return []
        names = await self._store.named({(item.event.workspace_id, item.node_id) for _, item in found})
        return [
            Said(
                item.event.workspace_id,
                *names[item.event.workspace_id, item.node_id],
                TAG_ADDED,
                f"tag:{stored.key}:{item.event.log_offset}:{item.event.item}",
                {"tag": stored.tag, "how": stored.rule.how, "rule": stored.key},
                item.event.at,
            )
            for stored, item in found
            if (item.event.workspace_id, item.node_id) in names
        ]

    async def followed(self, signals: Sequence[Signal]) -> list[Said]:
        """Return the tags that entering and leaving segments puts on and takes off."""
        if not signals:
            return []
        await self._learn()
        found = [
            (stored, signal, TAG_ADDED if signal.kind == SignalKind.SEGMENT_ENTERED else TAG_REMOVED)
            for signal in (signals if self._by_segment else ())
            for stored in self._by_segment.get((signal.workspace_id, signal.name), ())
            if signal.kind == SignalKind.SEGMENT_ENTERED or stored.rule.off_on_exit
        ]
        if not found:
            return []
        people = await self._store.people(
            {(signal.workspace_id, signal.profile_id) for _, signal, _ in found}
        )
        return [
            Said(
                signal.workspace_id,
                *people[signal.workspace_id, signal.profile_id],
                name,
                f"{name}:{stored.key}:{signal.profile_id.hex()}:{signal.at.isoformat()}",
                {"tag": stored.tag, "how": stored.rule.how, "rule": stored.key},
                signal.at,
            )
            for stored, signal, name in found
            if (signal.workspace_id, signal.profile_id) in people
        ]

    async def expired(self, now: datetime) -> list[Said]:
        """Return the tags whose time is over, to be taken off."""
        return [
            Said(
                one.workspace_id,
                one.namespace,
                one.value,
                TAG_REMOVED,
                f"expired:{one.tag}:{one.namespace}:{one.value}:{one.at.isoformat()}",
                {"tag": one.tag, "how": "expired"},
                now,
            )
            for one in await self._store.expired(now, EXPIRED_MAX)
        ]

    async def _learn(self) -> None:
        """Read the rules again: what happens after a rule was saved is heard by it."""
        by_event: defaultdict[tuple[int, str], list[Live]] = defaultdict(list)
        by_segment: defaultdict[tuple[int, str], list[Live]] = defaultdict(list)
        for kept in await self._store.rules():
            with suppress(InvalidInputError):  # saved by another version: it must not stop the stream
                live = Live(kept.key, kept.tag, parse(kept.definition))
                if live.rule.segment:
                    by_segment[kept.workspace_id, live.rule.segment].append(live)
                else:
                    by_event[kept.workspace_id, live.rule.event].append(live)
        self._by_event, self._by_segment = dict(by_event), dict(by_segment)
