"""What LINE charges for a month of messages, tax excluded. Pure; the plans are data with a date and a source.

A brand whose contract differs, or whose prices changed before this table did, enters plans of its own.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from importlib.resources import files

import msgspec

from tieline.model.cost import Plan

PLANS: tuple[Plan, ...] = msgspec.json.decode(
    files("tieline.deliver").joinpath("price_plans.json").read_bytes(), type=tuple[Plan, ...]
)


def plan(key: str, on: date, plans: Iterable[Plan] = PLANS) -> Plan | None:
    """Return the plan of this key that is in force on a day."""
    fitting = [one for one in plans if one.key == key and one.valid_from <= on]
    return max(fitting, key=lambda one: one.valid_from, default=None)


def beyond(chosen: Plan, messages: int) -> Decimal:
    """Return what the messages of a month cost beside the fee; what the plan cannot send costs nothing."""
    left = max(0, messages - chosen.included)
    total = Decimal(0)
    for tier in chosen.extra:
        here = left if tier.messages is None else min(left, tier.messages)
        total += here * tier.each
        left -= here
    return total


def month(chosen: Plan, messages: int) -> Decimal:
    """Return what a month with `messages` billed messages costs."""
    return chosen.fee + beyond(chosen, messages)


def of(chosen: Plan, used: int, messages: int) -> Decimal:
    """Return what `messages` more cost in a month that has had `used`."""
    return beyond(chosen, used + messages) - beyond(chosen, used)


def room(chosen: Plan) -> int | None:
    """Return how many messages a month the plan can send at all; None is without end."""
    if any(tier.messages is None for tier in chosen.extra):
        return None
    return chosen.included + sum(tier.messages or 0 for tier in chosen.extra)
