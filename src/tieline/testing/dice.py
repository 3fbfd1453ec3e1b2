"""Choices that repeat from a seed."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

from tieline.ids import SeededIds

T = TypeVar("T")


class Dice:
    """Chance of one part of a simulation; parts with names of their own do not disturb each other.

    Args:
        seed: The simulation's.
        name: The part's.
    """

    def __init__(self, seed: int, name: str) -> None:
        digest = hashlib.blake2b(f"{seed}:{name}".encode(), digest_size=8).digest()
        self.ids = SeededIds(int.from_bytes(digest))

    def hits(self, probability: float) -> bool:
        """Return True with `probability`."""
        return self.ids.chance() < probability

    def between(self, least: float, most: float) -> float:
        """Return a number from `least` to `most`."""
        return least + (most - least) * self.ids.chance()

    def below(self, limit: int) -> int:
        """Return a whole number from 0 to `limit` - 1."""
        return int(self.ids.chance() * limit)

    def choice(self, options: Sequence[T]) -> T:
        """Return one of `options`."""
        return options[self.below(len(options))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return `items` in another order."""
        return [
            item
            for _, _, item in sorted((self.ids.chance(), place, item) for place, item in enumerate(items))
        ]
