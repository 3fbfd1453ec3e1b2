"""History batches in, SegmentEntered and SegmentExited out."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from tieline.condition.reads import Reads, reads
from tieline.model.signal import Signal
from tieline.ports import Evaluator, HistoryBatch, LiveSegment, SegmentStore
from tieline.segment import membership

NOWHERE = b"\0" * 16


class SegmentStage:
    """Keeps membership of live segments up to date.

    A batch re-evaluates only the profiles it touched, in one combined query, and only the segments that read what it
    changed. Segments with relative time are computed as a whole on a schedule, since they change without any event.

    Args:
        store: Definitions and members.
        evaluator: Asks history which conditions hold for whom.
        refresh_every: How often relative time is computed afresh.
    """

    def __init__(self, store: SegmentStore, evaluator: Evaluator, refresh_every: timedelta) -> None:
        self._store = store
        self._evaluator = evaluator
        self._refresh_every = refresh_every
        self._refreshed_at: dict[tuple[int, str], datetime] = {}

    async def process(self, batches: Sequence[HistoryBatch], now: datetime) -> list[Signal]:
        """Evaluate what `batches` touched, then what is due; return who entered and left."""
        live = await self._store.live()
        signals: list[Signal] = []
        touched = _touched(batches)
        for workspace_id in sorted(touched):
            mine = [segment for segment in live if segment.workspace_id == workspace_id and segment.computed]
            if mine:
                signals += await self._touch(
                    workspace_id, mine, touched[workspace_id], batches[-1].log_offset, now
                )
        for segment in live:
            signals += await self._whole(segment, now)
        return signals

    async def _touch(
        self,
        workspace_id: int,
        live: Sequence[LiveSegment],
        touched: "_Touched",
        log_offset: int,
        now: datetime,
    ) -> list[Signal]:
        # What depends on others cannot be told from those who changed: it is computed as a whole, on schedule.
        live = [segment for segment in live if not reads(segment.node).others]
        segments = [segment for segment in live if touched.concerns(reads(segment.node))]
        # A profile that is gone, or one that nodes came to, is looked at in every segment.
        profile_ids = sorted(touched.profile_ids)
        if not segments and not touched.moved:
            return []
        segments = list(live) if touched.moved else segments
        zone = await self._store.time_zone(workspace_id)
        conditions = {segment.key: segment.node for segment in segments}
        after = await self._evaluator.which(workspace_id, conditions, profile_ids, now, zone)
        stored = await self._store.members(workspace_id, profile_ids)
        difference = membership.difference(
            workspace_id,
            stored=stored,
            carried=membership.carry(stored, touched.moved),
            after=after,
            evaluated=frozenset(segment.key for segment in segments),
            at=now,
            log_offset=log_offset,
        )
        await self._store.save(workspace_id, difference.entered, difference.exited, now)
        return difference.signals

    async def _whole(self, segment: LiveSegment, now: datetime) -> list[Signal]:
        """Compute a segment as a whole if it is new, or if time or other people may have changed it."""
        name = (segment.workspace_id, f"{segment.key}@{segment.version}")
        last = self._refreshed_at.get(name)
        due = last is None or abs(now - last) >= self._refresh_every
        read = reads(segment.node)
        if segment.computed and not (due and (read.relative_time or read.others)):
            return []
        zone = await self._store.time_zone(segment.workspace_id)
        after = await self._evaluator.members(segment.workspace_id, segment.node, now, zone)
        before = await self._store.all_members(segment.workspace_id, segment.key)
        stored = {profile_id: {segment.key} for profile_id in before}
        difference = membership.difference(
            segment.workspace_id,
            stored=stored,
            carried=stored,
            after={
                profile_id: {segment.key} if profile_id in after else set() for profile_id in before | after
            },
            evaluated=frozenset({segment.key}),
            at=now,
            log_offset=await self._evaluator.mark(),
        )
        await self._store.save(segment.workspace_id, difference.entered, difference.exited, now)
        await self._store.computed(segment.workspace_id, segment.key, now)
        self._refreshed_at[name] = now
        # Who is in a segment when it is made did not enter it: a journey on entry waits for the next one.
        return difference.signals if segment.computed else []


class _Touched:
    """What some batches changed in one workspace."""

    def __init__(self) -> None:
        self.profile_ids: set[bytes] = set()
        self.events: set[str] = set()
        self.profiles_changed = False
        self.moved: list[tuple[bytes, bytes]] = []

    def concerns(self, read: Reads) -> bool:
        """Say whether a condition that reads `read` may have another answer now."""
        return self.profiles_changed or not self.events.isdisjoint(read.events)


def _touched(batches: Sequence[HistoryBatch]) -> Mapping[int, _Touched]:
    found: defaultdict[int, _Touched] = defaultdict(_Touched)
    for batch in batches:
        for workspace_id, part in _by_workspace(batch.events):
            found[workspace_id].profile_ids.update(pc.unique(part["profile_id"]).to_pylist())
            found[workspace_id].events.update(pc.unique(part["event"]).to_pylist())
        for workspace_id, part in _by_workspace(batch.profiles):
            found[workspace_id].profile_ids.update(part["profile_id"].to_pylist())
            found[workspace_id].profiles_changed = True
        for workspace_id, part in _by_workspace(batch.moves):
            for from_id, to_id in zip(
                part["from_id"].to_pylist(), part["profile_id"].to_pylist(), strict=True
            ):
                if from_id != NOWHERE:
                    found[workspace_id].moved.append((from_id, to_id))
                    found[workspace_id].profile_ids |= {from_id, to_id}
    return found


def _by_workspace(table: pa.Table) -> list[tuple[int, pa.Table]]:
    return [
        (workspace_id, table.filter(pc.equal(table["workspace_id"], workspace_id)))
        for workspace_id in pc.unique(table["workspace_id"]).to_pylist()
    ]
