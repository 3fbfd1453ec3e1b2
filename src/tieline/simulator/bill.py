"""What a month costs: the price plan of an account, as LINE's invoice would count it."""

from typing import Any

import msgspec


class Tier(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Messages beyond the included ones, up to a number (None is all others), at a price each."""

    up_to: int | None
    price: float


class PricePlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A monthly plan; the default is the one for free."""

    name: str = "light"
    currency: str = "TWD"
    fee: float = 0.0
    included: int = 200
    tiers: tuple[Tier, ...] = ()


def bill(plan: PricePlan, messages: int) -> dict[str, Any]:
    """Return the invoice of a month in which `messages` were used."""
    extra = max(messages - plan.included, 0)
    cost, left, before = plan.fee, extra, 0
    for tier in plan.tiers:
        here = left if tier.up_to is None else min(left, tier.up_to - before)
        cost += here * tier.price
        left -= here
        before = tier.up_to or before
    return {
        "plan": plan.name,
        "currency": plan.currency,
        "messages": messages,
        "included": min(messages, plan.included),
        "extra": extra,
        "not_for_sale": left,
        "cost": round(cost, 2),
    }
