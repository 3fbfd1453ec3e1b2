"""What is known when somebody enters a journey counts in the order in which it happened, not in which it was told."""

from test_journey_stage import REMIND, WAIT, Doors, doors, journey

from tieline.testing.build import minutes, signal

__all__ = ["doors"]


async def test_an_order_of_the_same_round_counts_before_what_was_told_earlier_and_happened_later(
    doors: Doors,
) -> None:
    await doors.put(journey(WAIT, REMIND, exit_on=[{"event": "Ordered"}]))
    await doors.put(journey(WAIT, REMIND, key="other", trigger={"kind": "event", "event": "Seen"}))
    await doors.run(41, signal("Seen", "ann", minutes(41)))
    moved = await doors.run(42, signal("Added", "ann", minutes(0)), signal("Ordered", "ann", minutes(20)))

    assert moved.requests == []


async def test_what_is_dated_later_than_now_lets_no_timer_of_a_new_enrolment_fire(doors: Doors) -> None:
    """It was told before the clock was set back, so it came before what is known now, whatever its date says."""
    await doors.put(journey(WAIT, REMIND, exit_on=[{"event": "Ordered"}]))
    await doors.put(journey(WAIT, REMIND, key="other", trigger={"kind": "event", "event": "Seen"}))
    await doors.run(120, signal("Seen", "ann", minutes(120)))
    async with doors.unit.transaction():
        await doors.signals.put(
            [signal("Added", "ann", minutes(5)), signal("Ordered", "ann", minutes(25), log_offset=2)]
        )
    assert doors.stage is not None
    sent = []
    for _ in range(2):
        async with doors.unit.transaction():
            sent += (await doors.stage.process(minutes(40), 1)).requests

    assert sent == []
