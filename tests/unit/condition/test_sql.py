from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from tieline.condition import sql
from tieline.condition.parse import parse
from tieline.condition.rewrite import rewrite
from tieline.condition.sql import Scope
from tieline.condition.sql.query import IDS_PER_PARAMETER
from tieline.errors import InvalidConditionError

SCOPE = Scope(1, datetime(2026, 1, 1, tzinfo=UTC))
EVENT = {"event": "Order"}


def members(tree: Any) -> str:
    return sql.compile_members(rewrite(parse(tree)), SCOPE).sql


def everything(typed: str) -> dict[str, Any]:
    return {
        "all": [
            {"trait": "a", "op": "in", "value": [typed, "y"]},
            {"trait": "a", "op": "contains", "value": typed},
            {"tag": typed},
            {"line_friend": typed},
            {"identified_by": typed},
            {"event": typed, "where": {"property": "a", "op": "starts_with", "value": typed}},
        ]
    }


@pytest.mark.parametrize(
    "typed", ["x' OR 1 = 1 --", "`", "\\", "{p1:String}", "$$", "';drop table event", "/*"]
)
def test_what_a_person_types_never_reaches_the_text(typed: str) -> None:
    query = sql.compile_members(parse(everything(typed)), SCOPE)
    assert query.sql == sql.compile_members(parse(everything("harmless")), SCOPE).sql
    assert typed in query.parameters.values()


def test_nobody_without_events_and_no_profile_leaf_asks_profiles_only_for_who_is_gone() -> None:
    written = members({"all": [EVENT, {"not": {"event": "Refund"}}]})
    assert "FROM profile FINAL" not in written
    assert "NOT IN" in written


def test_what_did_not_happen_reads_all_profiles() -> None:
    assert "FROM person LEFT JOIN history" in members({"not": EVENT})
    assert "FROM person LEFT JOIN history" in members({"any": [EVENT, {"tag": "a"}]})


def test_an_event_that_must_happen_joins_only_those_with_events() -> None:
    assert "FROM person INNER JOIN history" in members({"all": [EVENT, {"tag": "a"}]})


def test_no_event_leaf_reads_no_events() -> None:
    assert "FROM event" not in members({"tag": "a"})


def test_leaves_shared_by_conditions_are_computed_once() -> None:
    nodes = [
        parse({"all": [EVENT, {"tag": "a"}]}),
        parse({"any": [{**EVENT, "op": "gte", "value": 5}, {"tag": "a"}]}),
    ]
    text = sql.compile_combined(nodes, SCOPE).sql
    assert text.count("countIf(") == 1
    assert text.count("has(tags") == 1


def test_a_window_that_another_leaf_includes_is_not_read_twice() -> None:
    text = members({"any": [EVENT, {**EVENT, "window": {"last": "P1D"}, "op": "gte", "value": 2}]})
    rows = text[text.index("FROM event") : text.index("GROUP BY")]
    assert rows.count("event = ") == 1


def test_many_ids_are_spread_over_parameters_that_a_server_takes() -> None:
    ids = tuple(index.to_bytes(16) for index in range(IDS_PER_PARAMETER * 2 + 1))
    query = sql.compile_members(parse(EVENT), msgspec.structs.replace(SCOPE, candidates=ids))
    assert all(len(str(value)) <= 128 * 1024 for value in query.parameters.values())
    assert {"candidates", "candidates1", "candidates2"} <= query.parameters.keys()


def test_no_candidate_gives_a_statement_that_finds_nobody() -> None:
    assert (
        "numbers(0)" in sql.compile_members(parse(EVENT), msgspec.structs.replace(SCOPE, candidates=())).sql
    )


def test_a_reference_that_was_not_rewritten_is_refused() -> None:
    with pytest.raises(InvalidConditionError, match="vip"):
        sql.compile_members(parse({"segment": "vip"}), SCOPE)
