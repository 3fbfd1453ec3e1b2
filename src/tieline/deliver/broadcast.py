"""Broadcasts: recipients frozen when the moment has come, then one wish per recipient, chunk by chunk."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from msgspec.structs import replace

from tieline.ids import broadcast_send
from tieline.model.broadcast import HELD_OUT, UNDECIDED, Begun, Broadcast, Recipient, best
from tieline.model.limits import FREE, Habits, Quiet, Restraint
from tieline.model.signal import SendRequest, StretchRequest
from tieline.ports import BroadcastStore, Clicks

RECIPIENTS_TOGETHER = 5_000
STRETCH_MAX = 50_000
"""So many who were looked at together are planned in one transaction."""
NO_HABITS = Habits()


class BroadcastStage:
    """Begins and plans broadcasts.

    Args:
        store: Broadcasts and their recipients.
        clicks: Who clicked, for the winner of a trial.
        habits: What each workspace has decided for all messages.
        alike: Says whether everybody in an arm gets the very same message, so that many can be planned together.
    """

    def __init__(
        self,
        store: BroadcastStore,
        clicks: Clicks,
        habits: Mapping[int, Habits] = MappingProxyType({}),
        alike: Callable[[Broadcast], bool] = lambda _: False,
    ) -> None:
        self._store = store
        self._clicks = clicks
        self._habits = habits
        self._alike = alike

    async def begin(self, now: datetime) -> int:
        """Freeze the recipients of the oldest broadcast that is due; return 1, or 0 if none is.

        Where more people came or went since the preview than it may, it stops and asks.
        """
        due = await self._store.due(now)
        if due is None:
            return 0
        habits = self._habits.get(due.workspace_id, NO_HABITS)
        frozen = await self._store.freeze(
            due, now, look=_due_together(due.said, habits) and self._alike(due.said)
        )
        allowed = habits.drift if due.said.drift is None else due.said.drift
        expected = due.said.expected
        drifted = expected is not None and abs(frozen - expected) > allowed * expected
        await self._store.begun(due, frozen, now, "drifted" if drifted else "planning")
        return 1

    async def stretch(self, now: datetime) -> StretchRequest | None:
        """Return the next wish for many who were looked at together; None if the next are to be looked at one by one."""
        begun = await self._store.next(now)
        stretch = await self._store.stretch(begun, now, STRETCH_MAX) if begun is not None else None
        if begun is None or stretch is None:
            return None
        said = begun.said
        return StretchRequest(
            begun,
            stretch,
            {one.name: one.messages for one in said.variants if one.name in stretch.people},
            _expires_at(said, now),
            restraint(said, self._habits.get(begun.workspace_id, NO_HABITS)),
        )

    async def stretched(self, request: StretchRequest, people: int, now: datetime) -> int:
        """Note that a stretch is planned; return how many places that were."""
        await self._store.planned(request.begun, request.stretch.through, people, now)
        return request.stretch.through - request.begun.after

    async def process(self, now: datetime) -> list[SendRequest]:
        """Return the next wishes, none if nothing is to be planned now."""
        begun = await self._store.next(now)
        if begun is None:
            return []
        recipients = await self._store.recipients(begun, now, RECIPIENTS_TOGETHER)
        if any(one.arm == UNDECIDED for one in recipients) and not begun.winner:
            begun = await self._decide(begun)
        through = recipients[-1].place if recipients else begun.after
        told = [one for one in recipients if one.arm != HELD_OUT]
        await self._store.planned(begun, through, len(told), now)
        return self._requests(begun, told, now)

    async def _decide(self, begun: Begun) -> Begun:
        people = await self._store.people(begun)
        clicks = await self._clicks.by_step(begun.workspace_id, begun.origin)
        return await self._store.won(begun, best(begun.said, people, clicks))

    def _requests(self, begun: Begun, people: Sequence[Recipient], now: datetime) -> list[SendRequest]:
        """Return the wish of each person; what all of them share is made once."""
        said, origin = begun.said, begun.origin
        messages = {each.name: each.messages for each in said.variants}
        held = restraint(said, self._habits.get(begun.workspace_id, NO_HABITS))
        # They are due, so nobody's moment is later than now.
        expires_at = _expires_at(said, now)
        context: dict[str, Any] = {}
        return [
            SendRequest(
                begun.workspace_id,
                broadcast_send(one.person, begun.key),
                said.account,
                origin,
                arm := begun.winner if one.arm == UNDECIDED else one.arm,
                one.person,
                said.purpose,
                messages[arm],
                context,
                now,
                expires_at,
                held,
            )
            for one in people
        ]


def restraint(said: Broadcast, habits: Habits) -> Restraint:
    """Return what holds the messages of a broadcast back: its own word, else the workspace's; nothing if transactional."""
    if said.purpose == "transactional":
        return FREE
    held = said.restraint
    if held.quiet is None and not said.any_hour and isinstance(habits.quiet, Quiet):
        held = replace(held, quiet=habits.quiet)
    if held.cap is None and habits.cap is not None:
        held = replace(held, cap=habits.cap)
    return held


def _due_together(said: Broadcast, habits: Habits) -> bool:
    """Say whether all are due at the moment at which they are frozen, and none waits for room under a cap."""
    spread = said.trial or said.local is not None or said.per_minute
    return not spread and restraint(said, habits).cap is None


def _expires_at(said: Broadcast, now: datetime) -> datetime:
    return now + timedelta(minutes=said.expires_after_minutes)
