"""What a workspace has decided for all of its messages, as its settings keep it."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from tieline.model.limits import Cap, Habit, Habits, Quiet


def habits(settings: Mapping[str, Any]) -> Habits:
    """Return what the settings of a workspace say about sending; they were checked when they were saved."""
    said: Mapping[str, Any] = settings.get("sending", {})
    cap = said.get("frequency_cap")
    approval = said.get("approval_above")
    return Habits(
        quiet=_quiet(said.get("quiet_hours")),
        cap=Cap(cap["messages"], cap["days"]) if isinstance(cap, Mapping) else None,
        approval_above=approval if isinstance(approval, int) else None,
        drift=said.get("drift_percent", 10) / 100,
    )


def _quiet(said: Any) -> Habit:
    if said == "off":
        return "off"
    if not isinstance(said, Mapping):
        return None
    return Quiet(time.fromisoformat(said["from"]), time.fromisoformat(said["until"]))
