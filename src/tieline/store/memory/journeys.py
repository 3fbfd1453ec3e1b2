"""Journeys, enrolments, coupons and the catalog in memory."""

import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from tieline.errors import NotFoundError
from tieline.model.identity import Placed
from tieline.model.signal import EnrolmentRow, Signal
from tieline.ports import LiveJourney
from tieline.store.memory.experiments import EXPERIMENTS, MemoryExperiments
from tieline.store.memory.log import MemoryLog
from tieline.store.memory.signals import MemorySignals

RUNNING = frozenset({"active", "waiting_time", "waiting_event", "waiting_history"})


class JourneyRow(msgspec.Struct, frozen=True):
    """A journey's newest version, and whether it runs."""

    version: int
    state: str


class MemoryJourneys(MemoryExperiments):
    """JourneyStore, and the definitions behind it.

    Args:
        placed: Returns all nodes of a workspace with the profile each belongs to now.
        log: Tells how far the stream is.
        signals: Where signals wait.
    """

    def __init__(
        self, placed: Callable[[int], Sequence[Placed]], log: MemoryLog, signals: MemorySignals
    ) -> None:
        self._placed = placed
        self._log = log
        self._signals = signals
        self._state: dict[str, Any] = {
            "journeys": {},
            "versions": {},
            "enrolments": {},
            "coupons": {},
            "items": {},
            **{name: {} for name in EXPERIMENTS},
        }

    @property
    def enrolments(self) -> Mapping[tuple[int, bytes], EnrolmentRow]:
        """Every enrolment by (workspace_id, enrolment_id)."""
        rows: Mapping[tuple[int, bytes], EnrolmentRow] = self._state["enrolments"]
        return rows

    async def put(
        self,
        workspace_id: int,
        key: str,
        name: str,
        definition: Mapping[str, Any],
        state: str,
        author: str,
        at: datetime,
    ) -> int:
        """Create a journey or a new version of it; return the version."""
        del name, author, at
        known = self._state["journeys"].get((workspace_id, key))
        version = known.version + 1 if known else 1
        self._state["journeys"][workspace_id, key] = JourneyRow(version, state)
        self._state["versions"][workspace_id, key, version] = definition
        return version

    async def set_state(self, workspace_id: int, key: str, state: str, at: datetime) -> None:
        """Pause, resume or stop a journey.

        Raises:
            NotFoundError: There is none with this key.
        """
        del at
        known = self._state["journeys"].get((workspace_id, key))
        if known is None:
            raise NotFoundError(f"There is no journey {key}.")
        self._state["journeys"][workspace_id, key] = msgspec.structs.replace(known, state=state)

    def stock(
        self, workspace_id: int, coupons: Mapping[str, Sequence[str]], items: Mapping[str, Mapping[str, Any]]
    ) -> None:
        """Fill pools with codes, and catalogs with items by key."""
        for pool, codes in coupons.items():
            self._state["coupons"] |= {(workspace_id, pool, code): None for code in codes}
        for catalog, mine in items.items():
            self._state["items"] |= {(workspace_id, catalog, key): item for key, item in mine.items()}

    async def journeys(self) -> list[LiveJourney]:
        """Return every version that is live or still has people on it."""
        running = {
            (row.workspace_id, row.journey, row.version)
            for row in self.enrolments.values()
            if row.state in RUNNING
        }
        found = []
        for (workspace_id, key, version), definition in self._state["versions"].items():
            journey = self._state["journeys"][workspace_id, key]
            newest = version == journey.version
            if newest or (workspace_id, key, version) in running:
                found.append(LiveJourney(workspace_id, key, version, definition, journey.state, newest))
        return found

    async def edition(self) -> str:
        """Return a text that is another one after any journey was saved, switched on or off."""
        return repr(sorted((key, row.version, row.state) for key, row in self._state["journeys"].items()))

    async def take_signals(self, signals_max: int) -> list[Signal]:
        """Return the oldest signals that nobody has taken, in order."""
        return await self._signals.take(signals_max)

    async def heard(
        self, workspace_id: int, profile_ids: Sequence[bytes], since: datetime
    ) -> dict[bytes, list[Signal]]:
        """Return the events after `since` that were taken already, by the profile their node belongs to now."""
        signals = self._signals.heard(workspace_id, since)
        now_at = await self.profiles_now(workspace_id, [signal.node_id for signal in signals])
        found: dict[bytes, list[Signal]] = {}
        for signal in signals:
            if now_at.get(signal.node_id) in profile_ids:
                found.setdefault(now_at[signal.node_id], []).append(signal)
        return found

    async def forget_heard(self, before: datetime) -> None:
        """Drop taken signals that no trigger can still want to hear."""
        self._signals.forget_before(before)

    async def open_of(
        self, workspace_id: int, profile_ids: Sequence[bytes]
    ) -> dict[bytes, list[EnrolmentRow]]:
        """Return the running enrolments of some people, by the profile they have now."""
        found: defaultdict[bytes, list[EnrolmentRow]] = defaultdict(list)
        for profile_id, row in self._of(workspace_id, profile_ids):
            if row.state in RUNNING:
                found[profile_id].append(row)
        return {
            profile_id: sorted(rows, key=lambda row: (row.entered_at, row.enrolment_id))
            for profile_id, rows in found.items()
        }

    async def doubled(
        self, workspace_id: int, profile_ids: Sequence[bytes]
    ) -> dict[bytes, list[EnrolmentRow]]:
        """Return the running enrolments of those who are on some way more than once."""
        return {
            profile_id: rows
            for profile_id, rows in (await self.open_of(workspace_id, profile_ids)).items()
            if len({(row.journey, row.correlation) for row in rows}) < len(rows)
        }

    async def entered(
        self, workspace_id: int, profile_ids: Sequence[bytes]
    ) -> dict[tuple[bytes, str], datetime]:
        """Return when each of these people last entered each journey."""
        latest: dict[tuple[bytes, str], datetime] = {}
        for profile_id, row in self._of(workspace_id, profile_ids):
            name = (profile_id, row.journey)
            latest[name] = max(latest.get(name, row.entered_at), row.entered_at)
        return latest

    async def profiles_now(self, workspace_id: int, node_ids: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the profile each node belongs to now."""
        wanted = set(node_ids)
        return {
            place.node.node_id: place.profile_id
            for place in self._placed(workspace_id)
            if place.node.node_id in wanted
        }

    async def identifiers(self, workspace_id: int, node_ids: Sequence[bytes]) -> dict[bytes, tuple[str, str]]:
        """Return namespace and value of nodes."""
        wanted = set(node_ids)
        return {
            place.node.node_id: (place.node.namespace, place.node.value)
            for place in self._placed(workspace_id)
            if place.node.node_id in wanted
        }

    async def due(self, now: datetime, enrolments_max: int) -> list[EnrolmentRow]:
        """Return enrolments whose timer is due."""
        rows = [(row.due_at, row.enrolment_id, row) for row in self.enrolments.values() if row.due_at]
        return [row for at, _, row in sorted(rows, key=lambda due: due[:2]) if at <= now][:enrolments_max]

    async def answerable(self, mark: int, enrolments_max: int) -> list[EnrolmentRow]:
        """Return enrolments that wait for history to reach an offset which it has reached."""
        rows = [
            (row.needs_offset, row.enrolment_id, row)
            for row in self.enrolments.values()
            if row.needs_offset is not None and row.needs_offset <= mark
        ]
        return [row for *_, row in sorted(rows, key=lambda due: due[:2])][:enrolments_max]

    async def head(self) -> int:
        """Return the highest committed log offset."""
        return await self._log.head()

    async def horizon(self) -> datetime | None:
        """Return the earliest arrival among the requests that the stream has not absorbed; None if there is none."""
        unread = await self._log.read(await self._log.position("stream"), sys.maxsize)
        return min((row.received_at for row in unread), default=None)

    async def save(self, rows: Sequence[EnrolmentRow], at: datetime) -> None:
        """Insert or replace enrolments."""
        del at
        for row in rows:
            self._state["enrolments"][row.workspace_id, row.enrolment_id] = row

    async def issue_coupon(
        self, workspace_id: int, pool: str, issue_key: bytes, person: bytes, at: datetime
    ) -> str | None:
        """Return the code that `issue_key` took from `pool`: the same one however often it is asked; None if empty."""
        del person, at
        codes = self._state["coupons"]
        taken = [code for (owner, _, code), by in codes.items() if (owner, by) == (workspace_id, issue_key)]
        free = sorted(name for name, by in codes.items() if name[:2] == (workspace_id, pool) and by is None)
        if not taken and free:
            codes[free[0]] = issue_key
            taken = [free[0][2]]
        return taken[0] if taken else None

    async def item(self, workspace_id: int, catalog: str, key: str) -> Mapping[str, Any] | None:
        """Return one item of the catalog as it is now."""
        found: Mapping[str, Any] | None = self._state["items"].get((workspace_id, catalog, key))
        return found

    def _of(self, workspace_id: int, profile_ids: Sequence[bytes]) -> list[tuple[bytes, EnrolmentRow]]:
        wanted = set(profile_ids)
        profile_of = {
            place.node.node_id: place.profile_id
            for place in self._placed(workspace_id)
            if place.profile_id in wanted
        }
        return [
            (profile_of[row.person], row)
            for row in self.enrolments.values()
            if row.workspace_id == workspace_id and row.person in profile_of
        ]
