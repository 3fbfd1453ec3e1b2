"""Find who may be one person: score, forbid, choose."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
import pyarrow as pa

from tieline.suggest.choose import REVIEW, Pair, one_to_one
from tieline.suggest.columns import in_columns, of_these
from tieline.suggest.engine import DUCKDB, Engine
from tieline.suggest.household import households
from tieline.suggest.people import PEOPLE
from tieline.suggest.person import Person, Row, row
from tieline.suggest.plan import Plan
from tieline.suggest.score import score


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
    people: Iterable[Person], refused: Collection[tuple[str, str]] = (), engine: Engine = DUCKDB
) -> Found:
    """Return suggestions among `people`.

    Args:
        people: Each a profile of one workspace.
        refused: Pairs of person ids (smaller first) that a person kept apart; they are never suggested again.
        engine: Where pairs are compared; who is found is the same everywhere.
    """
    return find([map(row, people)], PEOPLE, refused=refused, engine=engine)


def written(people: Sequence[Person]) -> bytes:
    """Return people as another process reads them with `find_written`."""
    return msgspec.msgpack.encode(people)


def find_written(parts: Iterable[bytes], refused: Collection[tuple[str, str]], engine: Engine) -> Found:
    """Do as `find_people` does, for people who come as they were `written`, part by part."""
    read = msgspec.msgpack.Decoder(list[Person]).decode
    return find_people((person for part in parts for person in read(part)), refused, engine)


def find(
    records: Sequence[Iterable[Row]],
    plan: Plan,
    *,
    least: float = REVIEW,
    refused: Collection[tuple[str, str]] = (),
    engine: Engine = DUCKDB,
) -> Found:
    """Return the best pairs among some records, or between two kinds of them, by `plan`.

    Args:
        records: Rows, read one after the other: they are held in columns.
        plan: What is compared.
        least: From which score on a pair is told.
        refused: Pairs of ids (smaller first) that are left out.
        engine: Where pairs are compared.
    """
    tables = [in_columns(one) for one in records]
    pairs = score(tables, plan, least, engine)
    together = pa.concat_tables(tables, promote_options="default")
    known = {
        str(one["unique_id"]): one
        for one in of_these(together, (end for pair in pairs for end in (pair.a, pair.b)))
    }
    kept: list[Pair] = []
    vetoed: dict[str, int] = {}
    for pair in pairs:
        names = (min(pair.a, pair.b), max(pair.a, pair.b))
        reason = "refused" if names in refused else _veto(known[pair.a], known[pair.b], plan)
        if reason is None:
            kept.append(pair)
        else:
            vetoed[reason] = vetoed.get(reason, 0) + 1
    return Found(one_to_one(kept), households(together), vetoed)


def _veto(a: Row, b: Row, plan: Plan) -> str | None:
    return next((reason for veto in plan.vetoes if (reason := veto(a, b))), None)
