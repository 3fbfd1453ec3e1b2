"""What a worker has claimed and not called yet."""

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

from tieline.deliver.parcel import Parcel

ASIDE_MAX = 200
P = TypeVar("P", bound=Parcel)


class Ready(NamedTuple, Generic[P]):
    """A parcel, and until when this worker holds it."""

    parcel: P
    lease_ends_at: datetime


class Hand(Generic[P]):
    """Parcels in the order they leave in, and those about which LINE was asked.

    Attributes:
        ready: What may go to the gate.
    """

    def __init__(self) -> None:
        self.ready: deque[Ready[P]] = deque()
        self._asked: list[Ready[P]] = []
        self._answers = 0

    def take(self, parcels: Iterable[P], lease_until: datetime) -> None:
        """Take parcels that were claimed."""
        self.ready.extend(Ready(parcel, lease_until) for parcel in parcels)

    def set_aside(self, one: Ready[P], answers: int) -> None:
        """Keep a parcel until LINE has answered once more than `answers` times."""
        self._asked.append(one)
        self._answers = answers

    @property
    def crowded(self) -> bool:
        """Whether so much waits for LINE's word that nothing more of these accounts should be claimed."""
        return len(self._asked) >= ASIDE_MAX

    def resume(self, answers: int, late_at: datetime) -> None:
        """Take up again what was set aside, if LINE has answered or the first lease ends before `late_at`."""
        if self._asked and (answers != self._answers or self._asked[0].lease_ends_at <= late_at):
            self.ready.extendleft(reversed(self._asked))
            self._asked.clear()

    def put_down(self) -> Sequence[P]:
        """Return everything, and hold nothing more."""
        everything = [one.parcel for one in (*self.ready, *self._asked)]
        self.ready.clear()
        self._asked.clear()
        return everything
