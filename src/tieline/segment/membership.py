"""What changed between before and after. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from tieline.model.signal import Signal, SignalKind


class Difference(NamedTuple):
    """Rows to add, rows to remove, and what to tell the journeys."""

    entered: list[tuple[str, bytes]]
    exited: list[tuple[str, bytes]]
    signals: list[Signal]


def carry(before: Mapping[bytes, set[str]], moved: Iterable[tuple[bytes, bytes]]) -> dict[bytes, set[str]]:
    """Return who was where, had today's identities been known before.

    A person is not in a segment anew because two of their profiles became one, or one became two; so membership goes
    along with the nodes that move.
    """
    carried = {profile_id: set(segments) for profile_id, segments in before.items()}
    for from_id, to_id in moved:
        carried.setdefault(to_id, set()).update(before.get(from_id, ()))
    return carried


def difference(
    workspace_id: int,
    *,
    stored: Mapping[bytes, set[str]],
    carried: Mapping[bytes, set[str]],
    after: Mapping[bytes, set[str]],
    evaluated: frozenset[str],
    at: datetime,
    log_offset: int,
) -> Difference:
    """Compare membership for the profiles in `stored` and `after`, in the segments that were evaluated.

    Args:
        workspace_id: Whose profiles.
        stored: Segments per profile as the database has them.
        carried: The same after identities moved; entering is judged against this.
        after: Segments per profile as they are now; a profile that is missing is in none.
        evaluated: Segments that `after` speaks about; others stay as stored.
        at: When.
        log_offset: How far history was.
    """
    found = Difference([], [], [])
    for profile_id in sorted(stored.keys() | after.keys()):
        now_in = after.get(profile_id, set())
        held = stored.get(profile_id, set()) & evaluated
        was_in = carried.get(profile_id, set()) & evaluated
        found.entered.extend((key, profile_id) for key in sorted(now_in - held))
        found.exited.extend((key, profile_id) for key in sorted(held - now_in))
        for kind, keys in (
            (SignalKind.SEGMENT_ENTERED, now_in - was_in),
            (SignalKind.SEGMENT_EXITED, was_in - now_in if profile_id in after else set()),
        ):
            found.signals.extend(
                Signal(workspace_id, kind, key, profile_id, profile_id, at, log_offset, {"segment": key})
                for key in sorted(keys)
            )
    return found
