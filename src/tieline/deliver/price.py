"""What LINE charges for a month of messages: dated plans as data, tax excluded. Pure.

Source: LINE's published plan pages; the Taiwan figures are in force from 2026-11-01.
"""

from datetime import date
from decimal import Decimal
from typing import NamedTuple


class Tier(NamedTuple):
    """Extra messages up to `messages` of them (None: without end) cost `each`."""

    messages: int | None
    each: Decimal


class Plan(NamedTuple):
    """One plan from one day on.

    Attributes:
        included: Messages a month that the fee covers.
        extra: Tiers of further messages; empty if the plan sends no more.
    """

    key: str
    currency: str
    valid_from: date
    fee: Decimal
    included: int
    extra: tuple[Tier, ...] = ()


PLANS: tuple[Plan, ...] = (
    Plan("tw-light", "TWD", date(2023, 9, 1), Decimal(0), 200),
    Plan("tw-medium", "TWD", date(2023, 9, 1), Decimal(800), 3_000),
    Plan("tw-medium", "TWD", date(2026, 11, 1), Decimal(1_000), 3_000),
    Plan("tw-high", "TWD", date(2023, 9, 1), Decimal(1_200), 6_000, (Tier(None, Decimal("0.2")),)),
    Plan(
        "tw-high",
        "TWD",
        date(2026, 11, 1),
        Decimal(1_400),
        6_000,
        (Tier(50_000, Decimal("0.20")), Tier(None, Decimal("0.15"))),
    ),
    Plan("th-pro", "THB", date(2024, 8, 1), Decimal(1_780), 35_000, (Tier(None, Decimal("0.06")),)),
    Plan("jp-standard", "JPY", date(2023, 6, 1), Decimal(15_000), 30_000, (Tier(None, Decimal(3)),)),
)


def plan(key: str, on: date) -> Plan | None:
    """Return the plan of this key that is in force on a day."""
    fitting = [one for one in PLANS if one.key == key and one.valid_from <= on]
    return max(fitting, key=lambda one: one.valid_from, default=None)


def month(chosen: Plan, messages: int) -> Decimal:
    """Return what a month with `messages` billed messages costs; what the plan cannot send costs nothing."""
    left = max(0, messages - chosen.included)
    total = chosen.fee
    for tier in chosen.extra:
        here = left if tier.messages is None else min(left, tier.messages)
        total += here * tier.each
        left -= here
    return total
