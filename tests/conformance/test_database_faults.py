"""Faults of the database under the numbers of docs/faults.md: away, read-only."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tieline.api.commit import GroupCommit
from tieline.errors import StartError, UnavailableError
from tieline.model.event import LogKind, NewLogRow
from tieline.store.postgres import engine
from tieline.store.postgres.log import PostgresLog
from tieline.store.postgres.unit import PostgresUnit

DOOR = sql.SQL("alter database {} with allow_connections {}")
ROW = NewLogRow(1, 1, LogKind.TRACK, 1, datetime(2026, 11, 10, tzinfo=UTC), b"{}")


@asynccontextmanager
async def committing(url: str, answer_seconds: float) -> AsyncIterator[GroupCommit]:
    unit = await PostgresUnit.open(url)
    commit = GroupCommit(unit, PostgresLog(unit.connection), 0.001, answer_seconds)
    running = asyncio.ensure_future(commit.run())
    try:
        yield commit
        assert not running.done()  # a commit loop that ends takes the process with it
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await unit.close()


async def test_f8_the_log_is_away_and_back_again_and_its_door_stays_open(postgres_url: str) -> None:
    """Whoever is answered with an error sends again; the process that answers outlives the time between."""
    name = str(conninfo_to_dict(postgres_url)["dbname"])
    admin_url = make_conninfo(postgres_url, dbname="postgres")
    async with committing(postgres_url, 5.0) as commit:
        await commit.append([ROW])
        async with await psycopg.AsyncConnection.connect(admin_url, autocommit=True) as admin:
            await admin.execute(DOOR.format(sql.Identifier(name), sql.Literal(False)))
            await admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (name,)
            )
            for _ in range(3):
                with pytest.raises(UnavailableError):
                    await commit.append([ROW])
            await admin.execute(DOOR.format(sql.Identifier(name), sql.Literal(True)))
        assert await commit.append([ROW]) > 0


async def test_f12_a_server_that_takes_no_writes_is_never_read(postgres_url: str) -> None:
    """A replica in the list of addresses is passed over: what it says of consent may be old."""
    name = str(conninfo_to_dict(postgres_url)["dbname"])
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(
            sql.SQL("alter database {} set default_transaction_read_only = on").format(sql.Identifier(name))
        )

    with pytest.raises(StartError, match="read-only"):
        await PostgresUnit.open(postgres_url)
    with pytest.raises(StartError, match="read-only"):
        engine.prepare(postgres_url)
