"""Reader of what holds for all messages of a journey: quiet hours, cap, priority, budget, and for whom it is still meant."""

from typing import Literal

from tieline.condition.place import Place, quote
from tieline.journey import fields
from tieline.journey.definition import Settings
from tieline.model.limits import PRIORITY_MAX, PRIORITY_NORMAL, Budget, Cap, Quiet

CAP_MESSAGES_MAX = 100
CAP_DAYS_MAX = 90
BUDGET_MAX = 100_000_000
_KEYS = ("only_while", "quiet_hours", "frequency_cap", "priority", "budget")


def read_settings(place: Place) -> Settings:
    """Read the settings of a journey; what is left out follows the workspace."""
    place.keys((), _KEYS)
    return Settings(
        only_while=fields.read_test(place.at("only_while")) if place.has("only_while") else None,
        quiet=read_quiet(place.at("quiet_hours")) if place.has("quiet_hours") else "workspace",
        cap=read_cap(place.at("frequency_cap")) if place.has("frequency_cap") else "workspace",
        priority=read_number(place.at("priority"), PRIORITY_MAX)
        if place.has("priority")
        else PRIORITY_NORMAL,
        budget=_budget(place.at("budget")) if place.has("budget") else None,
    )


def read_quiet(place: Place) -> Quiet | Literal["off"]:
    """Read quiet hours, or "off"."""
    if place.data == "off":
        return "off"
    place.keys(("from", "until"))
    quiet = Quiet(fields.read_clock(place.at("from")), fields.read_clock(place.at("until")))
    if quiet.start == quiet.end:
        raise place.refuse("The quiet hours begin when they end.", 'Write "off" for none.')
    return quiet


def read_cap(place: Place) -> Cap | Literal["off"]:
    """Read a frequency cap, or "off"."""
    if place.data == "off":
        return "off"
    place.keys(("messages", "days"))
    return Cap(
        read_number(place.at("messages"), CAP_MESSAGES_MAX), read_number(place.at("days"), CAP_DAYS_MAX)
    )


def _budget(place: Place) -> Budget:
    place.keys(("messages",), ("per",))
    per = place.at("per").one_of(("month", "total")) if place.has("per") else "month"
    return Budget(read_number(place.at("messages"), BUDGET_MAX), "month" if per == "month" else "total")


def read_number(place: Place, most: int) -> int:
    """Read a whole number from 1 to `most`."""
    said = place.data
    if isinstance(said, bool) or not isinstance(said, int) or not 1 <= said <= most:
        raise place.refuse(f"{quote(said)} is out of range.", f"Use a whole number from 1 to {most}.")
    return said
