"""What holds the messages of a journey back: its own settings, else the workspace's. Pure."""

from tieline.journey.definition import Journey
from tieline.model.limits import FREE, QUIET_USUAL, Habits, Quiet, Restraint

NO_HABITS = Habits()


def restraint(journey: Journey, habits: Habits) -> Restraint:
    """Return the restraint on marketing of `journey`.

    What a workspace has said holds for every journey that says nothing else. Where neither has spoken, a journey that has
    settings keeps the usual quiet hours; one without settings is taken as it is.
    """
    settings = journey.settings
    if settings is None:
        quiet = None if habits.quiet == "off" else habits.quiet
        return Restraint(quiet, habits.cap) if quiet or habits.cap else FREE
    chosen = settings.quiet if settings.quiet != "workspace" else (habits.quiet or QUIET_USUAL)
    cap = settings.cap if settings.cap != "workspace" else (habits.cap or "off")
    return Restraint(
        quiet=chosen if isinstance(chosen, Quiet) else None,
        cap=None if cap == "off" else cap,
        priority=settings.priority,
    )
