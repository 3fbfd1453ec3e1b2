"""Who lives together: one surname behind one door, under given names that are not one name written twice. Pure."""

from collections import defaultdict
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from tieline.suggest.veto import HOUSEHOLD, Row, given_names_conflict

MEMBERS_MAX = 12
_HOUSE = ["door", "surname"]


def households(records: pa.Table) -> list[tuple[str, ...]]:
    """Return the ids of each household, sorted; behind a door of more records stands a company or a school."""
    if not set(_HOUSE).issubset(records.column_names):
        return []
    houses: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in _of_few(records).to_pylist():
        houses[row["door"], row["surname"]].append(row)
    return sorted(
        tuple(sorted(str(row["unique_id"]) for row in together))
        for together in houses.values()
        if _two_people(together)
    )


def _of_few(records: pa.Table) -> pa.Table:
    """Return the records that share their house with one or a few others."""
    housed = records.filter(pc.and_(pc.is_valid(records["door"]), pc.is_valid(records["surname"])))
    counted = housed.group_by(_HOUSE).aggregate([([], "count_all")])
    few = pc.and_(pc.greater(counted["count_all"], 1), pc.less_equal(counted["count_all"], MEMBERS_MAX))
    return housed.join(counted.filter(few).select(_HOUSE), _HOUSE, join_type="left semi")


def _two_people(together: Sequence[Row]) -> bool:
    return any(
        given_names_conflict(a, b) == HOUSEHOLD for at, a in enumerate(together) for b in together[at + 1 :]
    )
