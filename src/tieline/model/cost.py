"""What messages cost, and how much may be spent on them."""

from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

import msgspec

WORKSPACE = "workspace"
Unit = Literal["messages", "money"]
Period = Literal["month", "once"]


class Budget(msgspec.Struct, frozen=True):
    """One limit and what of it is used up.

    Attributes:
        scope: "workspace", or the origin it limits: "broadcast:spring", "journey:cart".
        period: "month" begins anew with every month of LINE's calendar.
        month: The month that `spent` belongs to.
    """

    workspace_id: int
    scope: str
    unit: Unit
    most: Decimal
    period: Period
    month: str
    spent: Decimal = Decimal(0)


class Reserved(NamedTuple):
    """What budgets count for a message that has not come to an end, and for which month of LINE's calendar."""

    money: Decimal
    month: str


class Spent(NamedTuple):
    """What some messages of one origin use up.

    Attributes:
        certain: They are sent whatever a budget says.
        month: The month it was counted for; "" is the present one.
    """

    workspace_id: int
    origin: str
    messages: int
    money: Decimal
    certain: bool = False
    month: str = ""


class Tier(msgspec.Struct, frozen=True):
    """Extra messages up to `messages` of them (None: without end) cost `each`."""

    messages: int | None
    each: Decimal


class Plan(msgspec.Struct, frozen=True):
    """One plan from one day on.

    Attributes:
        fee: For a month, whatever is sent.
        included: Messages a month that the fee covers.
        extra: Tiers of further messages; empty if the plan sends no more.
        source: Where the figures are published.
        note: What is known to be missing.
    """

    key: str
    country: str
    name: str
    currency: str
    valid_from: date
    fee: Decimal
    included: int
    extra: tuple[Tier, ...] = ()
    source: str = ""
    note: str = ""
