"""Conditions and the statements they become: `condition/<case>.json` in, `condition/<case>.sql` out.

A case holds `why`, one `condition` (members) or many `conditions` (combined), and optionally `scope`. After a wanted
change write the statements anew and read the difference:

    TIELINE_GOLDEN=write .venv/bin/python -m pytest tests/golden/test_condition.py
"""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tieline.condition import sql
from tieline.condition.parse import parse
from tieline.condition.rewrite import rewrite
from tieline.condition.sql import Query, Scope
from tieline.store.clickhouse.engine import ClickHouse

CASES = sorted((Path(__file__).parent / "condition").glob("*.json"))
NOW = datetime(2026, 3, 15, 16, 30, tzinfo=UTC)


def compiled(case: Path) -> Query:
    data = json.loads(case.read_text())
    given = data.get("scope", {})
    scope = Scope(
        workspace_id=1,
        now=NOW,
        candidates=tuple(map(bytes.fromhex, given["candidates"])) if "candidates" in given else None,
        written=tuple(map(bytes.fromhex, given.get("written", ()))),
        overrides=given.get("overrides", False),
    )
    segments = {key: parse(tree) for key, tree in data.get("segments", {}).items()}
    if "conditions" in data:
        return sql.compile_combined([rewrite(parse(tree), segments) for tree in data["conditions"]], scope)
    return sql.compile_members(rewrite(parse(data["condition"]), segments), scope)


def shown(case: Path, query: Query) -> str:
    why = json.loads(case.read_text())["why"]
    bound = "\n".join(
        f"--   {name} = {json.dumps(value, ensure_ascii=False)}" for name, value in query.parameters.items()
    )
    return f"-- {why}\n{query.sql}\n-- bound:\n{bound}\n"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_condition_becomes_this_statement(case: Path) -> None:
    expected = case.with_suffix(".sql")
    text = shown(case, compiled(case))
    if os.environ.get("TIELINE_GOLDEN") == "write":
        expected.write_text(text)
    assert text == expected.read_text(), "see the head of this file for how to write it anew"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_the_engine_takes_the_statement(case: Path, clickhouse: ClickHouse) -> None:
    query = compiled(case)
    assert clickhouse.query(query.sql, query.parameters).column_names[0] == "profile_id"


def test_every_statement_has_its_condition() -> None:
    assert {path.stem for path in (Path(__file__).parent / "condition").glob("*.sql")} == {
        case.stem for case in CASES
    }
