"""What goes wrong, how often, and until when."""

import asyncio
from collections import Counter, deque

import msgspec

from tieline.testing.dice import Dice


class Crash(BaseException):
    """The process dies here."""


class Lost(OSError):  # noqa: N818 - what a driver raises when the connection is gone
    """The database does not answer; whether the last commit was done is not known."""


class Climate(msgspec.Struct, frozen=True):
    """How rough one world is. All probabilities are per chance to go wrong.

    Attributes:
        pause: A statement waits, so that others run.
        crash: A process dies before a statement, before a commit or after it.
        lose: A statement or a commit fails, and the process lives on.
        kill_seconds: About how long until some process is killed, wherever it is.
        jump_seconds: About how long until the clock of the installation jumps.
        line: A call to LINE goes wrong.
        lag_seconds: Longest usual way of a message over the network.
        duplicate: A source sends what was taken already.
        delay: A source keeps a message for minutes.
        quota: Messages that LINE allows; None is no limit.
    """

    pause: float
    crash: float
    lose: float
    kill_seconds: float
    jump_seconds: float
    line: float
    lag_seconds: float
    duplicate: float
    delay: float
    quota: int | None

    @classmethod
    def of(cls, seed: int) -> "Climate":
        """Return the climate of a seed: each kind of fault is absent, rare or common."""
        dice = Dice(seed, "climate")
        return cls(
            pause=dice.choice((0.02, 0.1, 0.3)),
            crash=dice.choice((0.0, 0.001, 0.005)),
            lose=dice.choice((0.0, 0.001, 0.005)),
            kill_seconds=dice.choice((600.0, 1_800.0, 1e9)),
            jump_seconds=dice.choice((900.0, 3_600.0, 1e9, 1e9)),
            line=dice.choice((0.0, 0.1, 0.4)),
            lag_seconds=dice.choice((0.05, 1.0, 5.0)),
            duplicate=dice.choice((0.0, 0.1, 0.3)),
            delay=dice.choice((0.0, 0.05, 0.2)),
            quota=dice.choice((None, None, None, 10, 30)),
        )


class Weather:
    """The faults of one run.

    Attributes:
        calm: Nothing goes wrong any more.
        steps: What was done last, for whoever looks into a failure.
        struck: How often the installation was hit, by kind.
    """

    def __init__(self, seed: int, climate: Climate, steps_kept: int = 40) -> None:
        self.climate = climate
        self.calm = False
        self.steps: deque[str] = deque(maxlen=steps_kept)
        self.struck: Counter[str] = Counter()
        self._dice = Dice(seed, "weather")

    async def pace(self, process: str, what: str) -> None:
        """Let `process` wait, die or fail before `what`."""
        self.note(process, what)
        if self.calm:
            return
        climate, dice = self.climate, self._dice
        if dice.hits(climate.pause):
            await asyncio.sleep(dice.between(0, 0.05) if dice.hits(0.9) else dice.between(0, 20))
        if dice.hits(climate.crash):
            self.note(process, "DIES")
            self.struck["processes died"] += 1
            raise Crash
        if dice.hits(climate.lose):
            self.note(process, "LOSES ITS CONNECTION")
            self.struck["connections lost"] += 1
            raise Lost

    def lag(self) -> float:
        """Return how many seconds a message is under way."""
        if self.calm:
            return 0.01
        return self._dice.between(0.01, self.climate.lag_seconds)

    def note(self, who: str, what: str) -> None:
        """Remember a step."""
        self.steps.append(f"{asyncio.get_running_loop().time():10.3f} s  {who}: {what}")
