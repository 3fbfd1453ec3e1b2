"""`tieline identity`: what stewards ask of a data folder."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import Result
from typer.testing import CliRunner

from tieline.cli import app
from tieline.collect.stage import message_key
from tieline.errors import TielineError
from tieline.identify.stage import IdentifyStage
from tieline.model.event import Event, Identifier, Source
from tieline.profile.stage import ProfileStage
from tieline.store.postgres.facts import PostgresFacts
from tieline.store.postgres.identity import PostgresIdentity
from tieline.store.postgres.unit import PostgresUnit
from tieline.store.postgres.workspaces import PostgresWorkspaces

AT = datetime(2026, 3, 1, tzinfo=UTC)
TWIN = {"name": "陳怡君", "birth_date": "1990-05-21"}
SAID: list[tuple[list[tuple[str, str]], dict[str, str]]] = [
    ([("member_id", "M1"), ("phone", "0922333444")], {}),
    ([("member_id", "M2"), ("phone", "0922333444")], {}),
    ([("member_id", "M3")], {**TWIN, "address": "臺北市大安區信義路二段12號"}),
    ([("email", "amy@mail.example.tw")], {**TWIN, "address": "台北市大安區信義路2段12號"}),
]
Command = Callable[..., Result]


async def _fill(url: str) -> None:
    unit = await PostgresUnit.open(url)
    try:
        async with unit.transaction():
            workspaces = PostgresWorkspaces(unit.connection)
            workspace_id = await workspaces.create("main", "A", "Asia/Taipei", "TW", AT)
            key = (await workspaces.find(workspace_id)).identity_key
            source = Source(workspace_id, 1, "crm", "server")
            events = [
                Event(workspace_id, source, number, 0, "identify", "identify", f"m{number}", AT, AT,
                      tuple(Identifier(*one) for one in names), {}, traits)
                for number, (names, traits) in enumerate(SAID, 1)
            ]  # fmt: skip
            stage = IdentifyStage(
                PostgresIdentity(unit.connection), {workspace_id: key}, {workspace_id: "TW"}
            )
            found = await stage.process(events)
            facts = ProfileStage(PostgresFacts(unit.connection), message_key, {}, {})
            await facts.process(found.identified, found.moves)
    finally:
        await unit.close()


@pytest.fixture
def tieline(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("TIELINE_POSTGRES_URL", postgres_url)
    asyncio.run(_fill(postgres_url))

    def run(*arguments: str, fails: bool = False) -> Result:
        done = CliRunner().invoke(app, ["identity", *arguments], env={"COLUMNS": "200"})
        assert (done.exit_code != 0) == fails, done.output
        return done

    return run


def at(tmp_path: Path) -> tuple[str, str]:
    return "--data", str(tmp_path)


def test_explain_says_who_somebody_is_and_why_a_link_joins_nobody(tieline: Command, tmp_path: Path) -> None:
    told = tieline("explain", "phone=0922-333-444", *at(tmp_path)).stdout
    assert "* phone +886922333444" in told
    assert "合併後一個人會有 2 個會員編號" in told
    assert "→ raise_limit=member_id to=2" in told
    assert (
        "Together they would hold 2"
        in tieline("explain", "member_id=M2", "--language", "en", *at(tmp_path)).stdout
    )
    found = json.loads(tieline("explain", "member_id=M2", "--json", *at(tmp_path)).stdout)
    assert [one["reason"] for one in found["rejected"]] == ["limit:member_id"]


@pytest.mark.parametrize(
    ("person", "says"),
    [("member_id=M99", "no such profile"), ("phone=12", "not_a_phone"), ("amy", "phone=0912345678")],
)
def test_a_person_who_is_nobody_is_refused_plainly(
    tieline: Command, tmp_path: Path, person: str, says: str
) -> None:
    refused = tieline("explain", person, *at(tmp_path), fails=True).exception
    assert isinstance(refused, TielineError)
    assert says in str(refused)


def test_doctor_masks_what_it_shows(tieline: Command, tmp_path: Path) -> None:
    told = tieline("doctor", *at(tmp_path)).stdout
    assert "+886*****3444" in told
    assert "limit:member_id" in told
    assert "922333444" not in told
    assert json.loads(tieline("doctor", "--json", *at(tmp_path)).stdout)["rejected"]


def test_the_audit_finds_what_was_changed_behind_its_back(
    tieline: Command, tmp_path: Path, postgres_url: str
) -> None:
    assert "the same" in tieline("rebuild", "--check", *at(tmp_path)).stdout
    with psycopg.connect(postgres_url) as connection:
        connection.execute(
            "update node set profile_id = (select node_id from node where value = 'M3') where value = 'M2'"
        )

    told = tieline("rebuild", "--check", *at(tmp_path), fails=True).stdout

    assert "1 stand elsewhere" in told
    found = json.loads(tieline("rebuild", "--json", *at(tmp_path)).stdout)
    assert (found["differ"], found["signature"] == found["signature_stored"]) == (1, False)


def test_suggest_searches_and_joins_nobody(tieline: Command, tmp_path: Path) -> None:
    assert "4 profiles: 1 suggestions" in tieline("suggest", *at(tmp_path)).stdout


def test_suggest_on_a_cluster_that_is_not_there_is_refused_plainly(
    tieline: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIELINE_SPARK_MASTER", "spark://cluster:7077")
    refused = tieline("suggest", *at(tmp_path), fails=True).exception
    assert isinstance(refused, TielineError)
    assert "TIELINE_SPARK_FOLDER is not set" in str(refused)


def _facts(tmp_path: Path) -> tuple[Path, list[str]]:
    shared = {"namespace": "phone", "value": "0922333444"}
    seen = [
        {"at": f"2026-11-0{day}T09:00:00Z", "source": "crm", "proof": "verified",
         "identifiers": [{"namespace": "member_id", "value": f"M{day}"}, shared]}
        for day in (1, 2)
    ]  # fmt: skip
    pinned = [
        {"at": "2026-11-03T09:00:00Z", "assert": kind, "author": "amy",
         "identifiers": [{"namespace": "member_id", "value": "M1"}, shared]}
        for kind in ("cut", "join")
    ]  # fmt: skip
    return tmp_path / "facts.jsonl", [json.dumps(one) for one in (*seen, {"at": "yesterday"}, *pinned)]


def test_replay_reports_a_bad_row_and_both_of_two_contradictory_pins_and_goes_on(tmp_path: Path) -> None:
    path, lines = _facts(tmp_path)
    path.write_text("\n".join(lines), "utf-8")

    done = CliRunner().invoke(app, ["identity", "replay", str(path), "--json"])

    assert done.exit_code == 0
    assert len(done.stdout.splitlines()) == 2
    assert "Row 3: " in done.stderr
    assert "Row 5: This and row 4 pin the same two apart and together" in done.stderr


def test_replay_says_which_identifiers_of_a_row_do_not_count(tmp_path: Path) -> None:
    path = tmp_path / "facts.jsonl"
    seen = {
        "at": "2026-11-01T09:00:00Z",
        "source": "pos:store-1",
        "proof": "typed",
        "identifiers": [
            {"namespace": "member_id", "value": "M1"},
            {"namespace": "phone", "value": "0912345678"},
        ],
    }
    path.write_text(json.dumps(seen), "utf-8")

    done = CliRunner().invoke(app, ["identity", "replay", str(path), "--json"])

    assert json.loads(done.stdout)["identifiers"] == [["member_id", "M1"]]
    assert "Row 1: 1 of its identifiers left out: " in done.stderr
    assert "1 person, 0 rows refused, 1 row taken in part." in done.stderr


def test_replay_tries_a_file_of_rules(tmp_path: Path) -> None:
    path, lines = _facts(tmp_path)
    path.write_text("\n".join(lines[:2]), "utf-8")
    rules = tmp_path / "rules.yaml"

    def people(text: str) -> int:
        rules.write_text(text, "utf-8")
        done = CliRunner().invoke(app, ["identity", "replay", str(path), "--json", "--rules", str(rules)])
        return len(done.stdout.splitlines()) if done.exit_code == 0 else -1

    two: Any = "identifiers: {member_id: {limit: %d}, phone: {limit: 3}, other: {limit: 1}}"
    assert people(two % 1) == 2
    assert people(two % 2) == 1
    assert people("identifiers: {phon: {limit: 1}}") == -1
