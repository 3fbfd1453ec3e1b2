"""Lots: which way of several a person goes, the same whenever it is drawn again. Pure."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime

from tieline.ids import keyed_hash
from tieline.journey.definition import AbTest, Branch, Winner
from tieline.ports import Tally

PERCENT = 100
HELD_OUT = "held_out"
TREATED = "treated"


def lot(key: bytes, *parts: str) -> float:
    """Return a number in [0, 1) that these names always draw."""
    return int.from_bytes(keyed_hash(key, *parts)[:8], "big") / 2**64


def shared(branches: Sequence[Branch], drawn: float) -> Branch:
    """Return the branch whose share a lot falls into."""
    reached = 0
    for branch in branches:
        reached += branch.share
        if drawn * PERCENT < reached:
            return branch
    return branches[-1]


def evenly(branches: Sequence[Branch], drawn: float) -> Branch:
    """Return one of equal parts."""
    return branches[math.floor(drawn * len(branches))]


def winner(test: AbTest, arms: Mapping[str, Tally], began_at: datetime, now: datetime) -> str | None:
    """Return the arm that won, None while it is too early to say.

    The arm with the highest part of successes wins; of equals, the one that is written first. A test that has seen no
    success at all goes on.

    Args:
        test: The step.
        arms: How each has done, by name.
        began_at: When the first person came.
        now: The present moment.
    """
    rule: Winner | None = test.winner
    if rule is None or now < began_at + rule.after:
        return None
    done = [(branch.name, arms.get(branch.name, Tally(0, 0))) for branch in test.branches]
    if any(arm.people < rule.people for _, arm in done) or not any(arm.successes for _, arm in done):
        return None
    return max(done, key=lambda one: one[1].successes / one[1].people)[0]
