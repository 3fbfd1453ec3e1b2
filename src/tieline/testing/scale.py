"""How long a world lasts, and how much happens in it."""

import msgspec


class Scale(msgspec.Struct, frozen=True):
    """Size of a world.

    Attributes:
        hurt_seconds: How long people live in it while things go wrong.
        people: How many.
        pause_seconds: Shortest and longest time between two deeds of one of them.
        idle_seconds: How long a loop rests that has nothing to do.
        jumps_seconds: How far the clock may be set.
        jumps_rarer: How much rarer than the climate says.
        heal_seconds_max: How long everything may take to come to rest.
    """

    hurt_seconds: float
    people: int
    pause_seconds: tuple[float, float]
    idle_seconds: float
    jumps_seconds: tuple[float, ...]
    jumps_rarer: float = 1.0
    heal_seconds_max: float = 60_000.0


MORNING = Scale(4_500.0, 6, (20.0, 700.0), 90.0, (-7_200.0, -300.0, -5.0, 5.0, 300.0, 7_200.0))
"""Busy, and over before LINE forgets anything."""
DAY = Scale(
    100_000.0, 4, (60.0, 9_000.0), 300.0, (300.0, 86_400.0), jumps_rarer=20.0, heal_seconds_max=200_000.0
)
"""Long enough for messages to expire and for LINE to forget retry keys."""
