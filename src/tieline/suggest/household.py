"""Who lives together: one surname behind one door, under given names that are not one name written twice. Pure."""

from collections import defaultdict
from collections.abc import Sequence

from tieline.suggest.veto import HOUSEHOLD, Row, given_names_conflict

MEMBERS_MAX = 12


def households(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    """Return the ids of each household, sorted; behind a door of more records stands a company or a school."""
    doors: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row.get("door") and row.get("surname"):
            doors[str(row["door"]), str(row["surname"])].append(row)
    return sorted(
        tuple(sorted(str(row["unique_id"]) for row in together))
        for together in doors.values()
        if 1 < len(together) <= MEMBERS_MAX and _two_people(together)
    )


def _two_people(together: Sequence[Row]) -> bool:
    return any(
        given_names_conflict(a, b) == HOUSEHOLD for at, a in enumerate(together) for b in together[at + 1 :]
    )
