"""What LINE says came of the messages of an arm or a step, as people may see it."""

from collections.abc import Mapping
from typing import Any

from tieline.model.unit import shown


def at_line(unit: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return what LINE says of a unit, and when it said so; None where LINE does not count it."""
    if unit is None:
        return None
    said = unit["said"]
    return {
        "unit": unit["unit"],
        "since": unit["from"],
        "until": unit["to"],
        "asked_at": unit["asked_at"],
        "final": unit["ask_at"] is None,
        "seen": shown(said, "overview", "uniqueImpression"),
        "clicked": shown(said, "overview", "uniqueClick"),
        "played": shown(said, "overview", "uniqueMediaPlayed"),
    }
