"""Find who may be one person: score, forbid, choose."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from tieline.suggest.choose import REVIEW, Pair, one_to_one
from tieline.suggest.engine import DUCKDB, Engine
from tieline.suggest.household import households
from tieline.suggest.people import PEOPLE
from tieline.suggest.person import Person, row
from tieline.suggest.plan import Plan
from tieline.suggest.score import score

Row = Mapping[str, str | None]


class Found(NamedTuple):
    """What a search brought.

    Attributes:
        pairs: Suggestions, the best first; every record is in one at most.
        households: Ids of records behind one door that are more than one person.
        vetoed: How many pairs were forbidden, by reason.
    """

    pairs: Sequence[Pair]
    households: Sequence[tuple[str, ...]]
    vetoed: Mapping[str, int]


def find_people(
    people: Sequence[Person], refused: Collection[tuple[str, str]] = (), engine: Engine = DUCKDB
) -> Found:
    """Return suggestions among `people`.

    Args:
        people: Each a profile of one workspace.
        refused: Pairs of person ids (smaller first) that a person kept apart; they are never suggested again.
        engine: Where pairs are compared; who is found is the same everywhere.
    """
    return find([[row(person) for person in people]], PEOPLE, refused=refused, engine=engine)


def find(
    tables: Sequence[Sequence[Row]],
    plan: Plan,
    *,
    least: float = REVIEW,
    refused: Collection[tuple[str, str]] = (),
    engine: Engine = DUCKDB,
) -> Found:
    """Return the best pairs within one table or between two, by `plan`."""
    known = {str(one["unique_id"]): one for table in tables for one in table}
    kept: list[Pair] = []
    vetoed: dict[str, int] = {}
    for pair in score(tables, plan, least, engine):
        names = (min(pair.a, pair.b), max(pair.a, pair.b))
        reason = "refused" if names in refused else _veto(known[pair.a], known[pair.b], plan)
        if reason is None:
            kept.append(pair)
        else:
            vetoed[reason] = vetoed.get(reason, 0) + 1
    return Found(one_to_one(kept), households(list(known.values())), vetoed)


def _veto(a: Row, b: Row, plan: Plan) -> str | None:
    return next((reason for veto in plan.vetoes if (reason := veto(a, b))), None)
