"""Which people may go on in another version of their journey. Pure."""

from tieline.journey.definition import Journey


def shared_steps(old: Journey, new: Journey) -> list[str]:
    """Return the steps on which somebody stands the same way in both versions: same id, same kind.

    Who has not begun stands nowhere, "", and may always go on.
    """
    same = (step.id for step in old.steps.values() if type(new.steps.get(step.id)) is type(step))
    return ["", *sorted(same)]
