"""The database goes away and comes back; nobody has to restart anything."""

import psycopg
import pytest

from tieline.store.postgres.log import PostgresLog
from tieline.store.postgres.unit import PostgresUnit


async def test_a_loop_goes_on_after_its_connection_was_cut(postgres_url: str) -> None:
    unit = await PostgresUnit.open(postgres_url)
    log = PostgresLog(unit.connection)
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
    with pytest.raises(psycopg.OperationalError):
        async with unit.transaction():
            await log.head()
    async with unit.transaction():
        assert await log.head() == 0
    await unit.close()
