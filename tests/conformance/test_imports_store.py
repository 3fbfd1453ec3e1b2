"""An import keeps its promises over the real database, whatever interrupts it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tieline.clock import FakeClock
from tieline.connect.convert import ImportRun
from tieline.connect.intake import Intake
from tieline.connect.mapping import read_mapping
from tieline.errors import ConflictError, UnreadableFileError
from tieline.model.event import LogKind, import_source
from tieline.model.identity import Node, Placed
from tieline.model.profile import ConsentEvent, granted
from tieline.store.postgres.deliver import PostgresSends
from tieline.store.postgres.facts import PostgresFacts
from tieline.store.postgres.identity import PostgresIdentity
from tieline.store.postgres.imports import PostgresImports
from tieline.store.postgres.log import PostgresLog
from tieline.store.postgres.undo import PostgresUndo
from tieline.store.postgres.unit import PostgresUnit
from tieline.store.postgres.workspaces import PostgresWorkspaces

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
CUSTOMERS = read_mapping(
    {"source": "crm", "kind": "customers", "identifiers": {"member_id": "id"}, "traits": {"city": "city"}}
)
ROWS = 6_000


class Interrupted(PostgresLog):
    """A log that fails at its second append."""

    appended = 0

    async def append(self, rows: Any) -> int:
        self.appended += 1
        if self.appended == 2:
            raise OSError
        return await super().append(rows)


class Carrier:
    """Imports a file of `ROWS` customers."""

    def __init__(self, unit: PostgresUnit, folder: Path) -> None:
        self.unit = unit
        self.jobs = PostgresImports(unit.connection)
        self.folder = folder
        self.path = folder / "list.csv"
        self.path.write_text("id,city\n" + "".join(f"M{number},Taipei\n" for number in range(ROWS)), "utf-8")
        self.workspace_id = 0

    async def carry(self, log: PostgresLog | None = None, **more: Any):
        if not self.workspace_id:
            async with self.unit.transaction():
                workspaces = PostgresWorkspaces(self.unit.connection)
                self.workspace_id = await workspaces.create("main", "Main", "Asia/Taipei", "TW", AT)
        run = ImportRun(self.workspace_id, "", AT)
        return await self.intake(log).carry(
            self.path, CUSTOMERS, run, file_name="list.csv", rejects_path=self.folder / "r.csv", **more
        )

    def intake(self, log: PostgresLog | None = None) -> Intake:
        return Intake(self.unit, log or PostgresLog(self.unit.connection), self.jobs, FakeClock(AT))

    async def rows(self) -> list[dict[str, Any]]:
        async with self.unit.transaction():
            found = await PostgresLog(self.unit.connection).read(0, 10**9)
        return [item for row in found if row.kind == LogKind.IMPORT for item in json.loads(row.body)["batch"]]

    async def described(self) -> dict[str, Any]:
        async with self.unit.transaction():
            (job,) = await self.jobs.all(self.workspace_id)
        return job


@pytest.fixture
def carrier(unit: PostgresUnit, tmp_path: Path) -> Carrier:
    return Carrier(unit, tmp_path)


async def test_an_interrupted_import_goes_on_as_itself(carrier: Carrier) -> None:
    with pytest.raises(OSError):  # noqa: PT011 - it has no message
        await carrier.carry(Interrupted(carrier.unit.connection))
    failed = await carrier.described()
    begun = await carrier.rows()
    assert failed["state"] == "failed"
    assert 0 < len(begun) < ROWS

    carried = await carrier.carry()
    assert (carried.again, carried.import_id) == (True, failed["import_id"])
    items = await carrier.rows()
    assert items[len(begun) :][: len(begun)] == begun
    assert len({item["messageId"] for item in items}) == ROWS
    done = await carrier.described()
    assert (done["state"], done["rows_taken"], done["first_offset"]) == ("done", ROWS, failed["first_offset"])


async def test_a_finished_import_adds_nothing_when_it_is_run_again(carrier: Carrier) -> None:
    first = await carrier.carry()
    said = await carrier.rows()
    again = await carrier.carry()
    assert (first.again, again.again) == (False, True)
    assert again.report == first.report
    assert await carrier.rows() == said


async def test_a_dry_run_leaves_nothing_behind(carrier: Carrier) -> None:
    assert (await carrier.carry(dry_run=True)).report.rows_taken == ROWS
    async with carrier.unit.transaction():
        assert await carrier.jobs.all(carrier.workspace_id) == []
    assert await carrier.rows() == []


async def test_an_import_that_is_taken_back_while_it_runs_stops_there(carrier: Carrier) -> None:
    class TakenBack(PostgresLog):
        """A log beside which someone takes the import back after its first append."""

        async def append(self, rows: Any) -> int:
            last = await super().append(rows)
            if rows[0].kind == LogKind.IMPORT:
                job = await carrier.jobs.all(carrier.workspace_id)
                await carrier.intake().take_back(carrier.workspace_id, job[0]["import_id"])
            return last

    with pytest.raises(ConflictError, match="is being taken back"):
        await carrier.carry(TakenBack(carrier.unit.connection))
    assert 0 < len(await carrier.rows()) < ROWS
    job = await carrier.described()
    assert job["state"] == "undoing"
    async with carrier.unit.transaction():
        given_up = await PostgresUndo(carrier.unit.connection).given_up([carrier.workspace_id], 1)
    assert given_up == {(carrier.workspace_id, job["import_id"])}
    carrier.path.write_text("id,city\nM1,Tainan\n", "utf-8")
    assert (await carrier.carry()).import_id != job["import_id"]


async def test_what_was_read_before_a_file_breaks_off_stays(carrier: Carrier) -> None:
    with carrier.path.open("a", encoding="utf-8") as file:
        file.write('M"1,"\n' * 200)
    with pytest.raises(UnreadableFileError):
        await carrier.carry()
    assert (await carrier.described())["state"] == "failed"
    assert len(await carrier.rows()) > 0


@pytest.mark.parametrize("refused", [False, True])
async def test_profile_and_gate_agree_on_grants_that_were_taken_back(unit: PostgresUnit, refused) -> None:
    node = Node(b"n" * 16, "line:1", "U" + "0" * 32, AT)
    facts, undo = PostgresFacts(unit.connection), PostgresUndo(unit.connection)

    def consent(import_id: str, *, given: bool) -> ConsentEvent:
        return ConsentEvent(
            node.node_id, "marketing", "line", given, "import", "1", {}, import_source(import_id),
            f"{import_id}{given}".encode(), AT, AT,
        )  # fmt: skip

    async def in_force() -> tuple[str, ...]:
        loaded = await facts.load(1, [node.node_id])
        standing = await PostgresSends(unit.connection).standing(1, [node.node_id])
        profile = granted(loaded.consents[node.node_id])
        assert set(standing[node.node_id].consents) == set(profile)
        return profile

    async with unit.transaction():
        await PostgresIdentity(unit.connection).save(1, [Placed(node, node.node_id, node.node_id)], [])
        await facts.save_consents(1, [consent("a", given=True)])
        assert await in_force() == ("marketing:line",)
        await undo.answer_grants(1, import_source("a"), AT)
        await undo.answer_grants(1, import_source("a"), AT)
        assert await in_force() == ()
        if refused:
            await facts.save_consents(1, [consent("c", given=False)])
        await facts.save_consents(1, [consent("b", given=True)])
        assert await in_force() == (() if refused else ("marketing:line",))
