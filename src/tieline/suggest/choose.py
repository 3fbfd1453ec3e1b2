"""Which of the scored pairs are suggested: one best partner for each record, in two bands. Pure.

Connected components would chain strangers, and Splink's own best-link clustering takes gigabytes for some thousand
pairs; a greedy pass over the sorted pairs is all that is needed.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec

TOP = 0.99
REVIEW = 0.9


class Band(StrEnum):
    """How sure a suggestion is."""

    TOP = "top"
    REVIEW = "review"


class Evidence(msgspec.Struct, frozen=True):
    """What one field said: its level, and the weight of it as a power of two."""

    field: str
    level: str
    weight: float


class Pair(msgspec.Struct, frozen=True):
    """Two records with the probability that they are one person."""

    a: str
    b: str
    score: float
    evidence: tuple[Evidence, ...] = ()

    @property
    def weight(self) -> float:
        """The sum of the evidence: where scores are as good as 1.0, it still tells which is better."""
        return sum(one.weight for one in self.evidence)


def band(score: float) -> Band | None:
    """Return the band of a score, None if it is too low to bother anybody with."""
    if score >= TOP:
        return Band.TOP
    return Band.REVIEW if score >= REVIEW else None


def one_to_one(pairs: Iterable[Pair]) -> list[Pair]:
    """Keep the best pair of each record; the order in which pairs come makes no difference."""
    taken: set[str] = set()
    kept: list[Pair] = []
    for pair in _best_first(pairs):
        if pair.a not in taken and pair.b not in taken:
            taken |= {pair.a, pair.b}
            kept.append(pair)
    return kept


def _best_first(pairs: Iterable[Pair]) -> Sequence[Pair]:
    return sorted(pairs, key=lambda pair: (-pair.score, -pair.weight, pair.a, pair.b))
