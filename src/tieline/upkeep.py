"""Loops beside the flow: what is left of erased people goes, other rules are computed before they hold, links grow old."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC

import msgspec

from tieline.clock import Clock
from tieline.collect.scrub import may_name, scrub
from tieline.collect.stage import named_key
from tieline.errors import TielineError
from tieline.identify.age import AGE
from tieline.identify.rule_scrub import scrub_report, scrub_rules, scrub_text
from tieline.identify.rules import RuleBook, Rules
from tieline.identify.suppress import Gone, hashes_of
from tieline.model.erasure import Erasure, RulesSaid, spellings
from tieline.model.event import IDENTITY_DECIDED, Source
from tieline.model.signal import Said
from tieline.ports import (
    Change,
    Computed,
    ErasedHistory,
    ErasureStore,
    MessageStore,
    News,
    RuleStore,
    Transaction,
)


@dataclass(frozen=True)
class Erase:
    """What is left of an erased person in history and in the log goes, piece by piece; a crash only interrupts it.

    Attributes:
        ledger: Writes down, apart from the databases, that these hashes of a workspace were erased.
        files: Searches files that stand beside the databases; returns how many lines went.
        rows_max: Log rows searched in one transaction.
    """

    unit: Transaction
    store: ErasureStore
    history: ErasedHistory
    sources: Mapping[int, Source]
    keys: Mapping[int, bytes]
    regions: Mapping[int, str]
    ledger: Callable[[Erasure, Mapping[bytes, str]], None]
    files: Callable[[Gone], int]
    clock: Clock
    rows_max: int = 2_000

    async def step(self) -> int:
        """Do one piece of the oldest erasure; return how much was handled."""
        async with self.unit.transaction():
            erasure = await self.store.next()
            if erasure is None:
                await self.store.let_go(self.clock.now())
                return 0
        if erasure.searched == 0 and erasure.through > 0:
            self.ledger(erasure, self._hashes(erasure))
            events = await self.history.erase(erasure.workspace_id, erasure.nodes)
            async with self.unit.transaction():
                await self.store.count(erasure, {"event": events})
                await self._search(erasure)
        elif erasure.searched < erasure.through:
            async with self.unit.transaction():
                await self._search(erasure)
        else:
            await self._finish(erasure)
        return 1

    async def _search(self, erasure: Erasure) -> None:
        """Search the next part of the log."""
        workspace_id = erasure.workspace_id
        rows = await self.store.rows(workspace_id, erasure.searched, erasure.through, self.rows_max)
        gone, values = self._gone(erasure), [(node.namespace, node.value) for node in erasure.nodes]
        spelled = spellings(values)
        rewritten: list[tuple[int, bytes]] = []
        items = 0
        for row in rows:
            if may_name(row.body, values):
                scrubbed = scrub(row, self.sources.get(row.source_id), gone, spelled)
                if scrubbed is not None:
                    rewritten.append((row.log_offset, scrubbed.body))
                    items += len(scrubbed.items)
        await self.store.rewrite(rewritten)
        await self.store.count(erasure, {"log": items})
        through = rows[-1].log_offset if len(rows) == self.rows_max else erasure.through
        await self.store.searched(erasure, through)

    async def _finish(self, erasure: Erasure) -> None:
        """Look once more at what was under way when the person went, and forget who it was."""
        gone = self._gone(erasure)
        lines = self.files(gone)
        words = spellings((node.namespace, node.value) for node in erasure.nodes)
        await self.history.erase(erasure.workspace_id, erasure.nodes)
        now = self.clock.now()
        async with self.unit.transaction():
            left = await self.store.forget(erasure.workspace_id, erasure.nodes, now)
            versions = await self.store.scrub_rules(
                erasure.workspace_id,
                lambda said: RulesSaid(
                    scrub_text(said.text, gone, words),
                    scrub_rules(said.rules, gone),
                    scrub_report(said.report, erasure.nodes),
                ),
            )
            await self.store.count(erasure, {**left, "refused_rows": lines, "identity_rules": versions})
            await self.store.done(erasure, now)

    def _gone(self, erasure: Erasure) -> Gone:
        key, region = self.keys[erasure.workspace_id], self.regions.get(erasure.workspace_id, "TW")
        return Gone(self._hashes(erasure), key, region)

    def _hashes(self, erasure: Erasure) -> Mapping[bytes, str]:
        key, region = self.keys[erasure.workspace_id], self.regions.get(erasure.workspace_id, "TW")
        return hashes_of([(node.namespace, node.value) for node in erasure.nodes], key, region)


@dataclass(frozen=True)
class ChangeRules:
    """Other rules are computed apart; then they wait for a person's word, or for the stream to switch to them.

    Attributes:
        compute: Decides a workspace by other rules, in another process; tells how far it is.
    """

    unit: Transaction
    store: RuleStore
    compute: Callable[[Change, Rules], Awaitable[Computed]]
    clock: Clock

    async def step(self) -> int:
        """Compute the oldest change that waits for it; return how many were computed."""
        async with self.unit.transaction():
            change = await self.store.next()
            if change is None:
                return 0
            await self.store.move(change, "checking")
        checking = change._replace(state="checking")
        try:
            computed = await self.compute(change, msgspec.convert(change.rules, Rules))
        except TielineError as error:
            async with self.unit.transaction():
                await self.store.reported(change, {"error": str(error)})
                await self.store.move(checking, "failed")
            return 1
        held = computed.merging_percent > change.merges_percent
        async with self.unit.transaction():
            await self.store.reported(change, computed.report)
            moved = await self.store.move(checking, "held" if held else "ready")
            if moved and not held:
                await self.store.say(change, self.clock.now())
        return 1


@dataclass(frozen=True)
class PassDay:
    """Once a day the log says of each workspace whose links grow old that a day has passed; the stream does the rest.

    That it was said is remembered in the transaction that says it, so neither a crash nor a second process says it
    twice or never. A day begins at midnight UTC, as links count their days.

    Attributes:
        messages: Remembers what was said.
        news: Writes into the log.
        own_sources: Id of Tieline's own source by workspace.
        rules: Say in which workspaces links grow old.
    """

    unit: Transaction
    messages: MessageStore
    news: News
    own_sources: Mapping[int, int]
    rules: RuleBook
    clock: Clock

    async def step(self) -> int:
        """Say that the day has passed wherever that was not said; return in how many workspaces."""
        at = self.clock.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        name = f"{AGE}:{at.date().isoformat()}"
        keys = {
            workspace_id: named_key(source_id, f"said:{name}")
            for workspace_id, source_id in sorted(self.own_sources.items())
            if self.rules.of(workspace_id).ttl_days_min
        }
        async with self.unit.transaction():
            seen = await self.messages.claim({one: [key] for one, key in keys.items()}, at.date())
            told = [
                Said(workspace_id, "", "", IDENTITY_DECIDED, name, {"kind": AGE}, at)
                for workspace_id, key in keys.items()
                if (workspace_id, key) not in seen
            ]
            await self.news.said(told)
        return len(told)
