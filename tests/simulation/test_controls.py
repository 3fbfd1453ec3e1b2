"""Each guard taken away: the promise it keeps must be seen to break, or the checks prove nothing."""

import asyncio
from datetime import datetime
from itertools import count
from uuid import UUID

import pytest

from tieline.api.commit import GroupCommit
from tieline.collect.own import LogNews
from tieline.deliver import groups, outcome
from tieline.identify.stage import IdentifyStage
from tieline.model.signal import Signal
from tieline.ports import LiveSegment
from tieline.segment.stage import SegmentStage
from tieline.store.memory.journeys import MemoryJourneys
from tieline.store.memory.log import MemoryLog, MemoryMessages
from tieline.store.memory.signals import MemorySignals
from tieline.testing.simulate import simulate
from tieline.testing.weather import Climate

ROUGH = Climate(
    pause=0.1,
    crash=0.005,
    lose=0.005,
    kill_seconds=600.0,
    jump_seconds=1e9,
    line=0.4,
    lag_seconds=1.0,
    duplicate=0.1,
    delay=0.05,
    quota=None,
)
SEEDS = range(20)


def breaks(promise: str) -> bool:
    """Look for a world in which `promise` does not hold."""
    return any(why.startswith(f"{promise}:") for seed in SEEDS for why in simulate(seed, ROUGH).broken)


def test_with_all_guards_in_place_nothing_breaks() -> None:
    assert [why for seed in SEEDS for why in simulate(seed, ROUGH).broken] == []


def test_a_fresh_retry_key_per_attempt_sends_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = count(1)
    monkeypatch.setattr(groups, "retry_key", lambda _: UUID(int=next(numbers)))

    assert breaks("sent_once")


def test_without_the_gate_a_withdrawn_person_is_written_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outcome, "at_gate", lambda *_: None)

    assert breaks("consented")


def test_an_offset_committed_before_its_state_loses_events(monkeypatch: pytest.MonkeyPatch) -> None:
    async def save_apart(log: MemoryLog, consumer: str, log_offset: int, _at: object) -> None:
        log.snapshot()["positions"].committed[consumer] = log_offset

    monkeypatch.setattr(MemoryLog, "save_position", save_apart)

    assert breaks("counted_once")


def test_without_a_memory_of_messages_what_comes_twice_counts_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    async def forgetful(*_: object) -> set[tuple[int, bytes]]:
        return set()

    monkeypatch.setattr(MemoryMessages, "claim", forgetful)

    assert breaks("counted_once")


def test_an_answer_before_the_commit_promises_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    append, waiting = GroupCommit.append, set()

    async def hasty(commit: GroupCommit, rows: list[object]) -> int:
        waiting.add(asyncio.ensure_future(append(commit, rows)))
        return 0

    monkeypatch.setattr(GroupCommit, "append", hasty)

    assert breaks("durable")


def test_timers_that_do_not_wait_for_the_stream_remind_who_has_ordered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def no_horizon(_: MemoryJourneys) -> None:
        return None

    monkeypatch.setattr(MemoryJourneys, "horizon", no_horizon)

    assert breaks("reminded")


def test_remembering_what_was_rolled_back_loses_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(IdentifyStage, "forget", lambda _: None)

    assert breaks("folded")


def test_a_sender_that_tells_nobody_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    async def silent(*_: object) -> None:
        return None

    monkeypatch.setattr(LogNews, "said", silent)

    assert breaks("told")


def test_signals_that_are_put_apart_from_membership_leave_people_without_thanks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def lost(*_: object) -> None:
        return None

    monkeypatch.setattr(MemorySignals, "put", lost)

    assert breaks("thanked")


def test_segments_that_are_not_refreshed_keep_who_has_long_left(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = SegmentStage._whole

    async def once(stage: SegmentStage, segment: LiveSegment, now: datetime) -> list[Signal]:
        return [] if segment.computed else await whole(stage, segment, now)

    monkeypatch.setattr(SegmentStage, "_whole", once)

    assert breaks("segmented")


def test_without_a_look_at_the_backlog_an_answered_withdrawal_is_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def nothing_waits(_: MemoryLog, _since: int | None = None) -> set[int]:
        return set()

    monkeypatch.setattr(MemoryLog, "may_withdraw", nothing_waits)

    assert breaks("consented")
