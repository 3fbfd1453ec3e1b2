"""History removes what an import brought when the import is taken back: once, whatever is interrupted where."""

from datetime import UTC, datetime, timedelta

import pytest

from tieline.model.event import IMPORT_UNDONE, Event, Identified, Source, import_source
from tieline.pipeline import NOBODY
from tieline.ports import HistoryBatch
from tieline.profile import rows
from tieline.store.clickhouse.engine import ClickHouse
from tieline.store.clickhouse.history import ClickHouseHistory
from tieline.store.clickhouse.imported import ClickHouseImported

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
NODE, OTHER = b"n" * 16, b"o" * 16
OWN = Source(1, 1, "tieline", "tieline")


def happened(offset: int, source: str, name: str = "Order Completed", workspace_id: int = 1) -> Identified:
    where = Source(workspace_id, 2, source, "import")
    at = AT + timedelta(hours=offset)
    event = Event(
        workspace_id, where, offset, 0, "track", name, f"m-{source}-{offset}", at, at, (), {"n": offset}, {}
    )
    return Identified(event, NODE, NODE)


def undone(offset: int, import_id: str) -> Identified:
    said = {"import_id": import_id}
    return Identified(
        Event(1, OWN, offset, 0, "track", IMPORT_UNDONE, "u", AT, AT, (), said, {}), NOBODY, NOBODY
    )


def batch(offset: int, *items: Identified) -> HistoryBatch:
    return HistoryBatch(offset, rows.events(items), rows.profiles([], offset), rows.moves([]))


def kept(engine: ClickHouse) -> list[tuple[int, str]]:
    found = engine.query("select workspace_id, message_id from event order by 1, 2").to_pylist()
    return [(row["workspace_id"], row["message_id"]) for row in found]


BEFORE = [
    batch(1, happened(1, import_source("a")), happened(1, "crm"), happened(1, import_source("b"))),
    batch(2, happened(2, import_source("a"), workspace_id=2)),
]
UNDO = batch(3, undone(3, "a"))
AFTER = batch(4, happened(4, "crm"))
LEFT = [(1, "m-crm-1"), (1, "m-crm-4"), (1, "m-import:b-1"), (2, "m-import:a-2")]


@pytest.mark.parametrize(
    "groups", [[[*BEFORE, UNDO, AFTER]], [BEFORE, [UNDO], [AFTER]], [BEFORE[:1], [BEFORE[1], UNDO], [AFTER]]]
)
async def test_only_the_events_of_that_import_go(clickhouse: ClickHouse, groups) -> None:  # fmt: skip
    history = ClickHouseHistory(clickhouse)
    for group in groups:
        await history.append(group, AT)
    assert kept(clickhouse) == LEFT


@pytest.mark.parametrize("breaks_at", ["alter table event delete", "history_mark", "event"])
async def test_an_interrupted_undo_is_carried_out_again(
    clickhouse: ClickHouse, monkeypatch: pytest.MonkeyPatch, breaks_at: str
) -> None:
    history = ClickHouseHistory(clickhouse)
    await history.append(BEFORE, AT)
    insert, command = clickhouse.insert, clickhouse.command

    def breaking(real):
        def call(what, *rest):
            if breaks_at in what:
                raise OSError(breaks_at)
            return real(what, *rest)

        return call

    monkeypatch.setattr(clickhouse, "insert", breaking(insert))
    monkeypatch.setattr(clickhouse, "command", breaking(command))
    with pytest.raises(OSError, match=breaks_at):
        await history.append([UNDO, AFTER], AT)
    monkeypatch.undo()
    again = ClickHouseHistory(clickhouse)
    await again.append([UNDO, AFTER], AT)
    await again.append([UNDO, AFTER], AT)
    assert kept(clickhouse) == LEFT
    assert await again.mark() == 4


async def test_history_says_what_an_import_brought_and_who_else_named_its_people(
    clickhouse: ClickHouse,
) -> None:
    history = ClickHouseHistory(clickhouse)
    await history.append([*BEFORE, AFTER], AT)
    imported = ClickHouseImported(history)
    assert await imported.said(1, import_source("a")) == [("m-import:a-1", NODE)]
    first = await imported.first_named(1, [NODE, OTHER], import_source("b"))
    assert first == {NODE: AT + timedelta(hours=1)}
    assert await imported.first_named(2, [NODE], import_source("a")) == {}
