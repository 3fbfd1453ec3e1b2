"""A workspace's own data as SQL: it reads its own rows, and can do nothing else."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tieline.store.postgres import open_sql
from tieline.store.postgres.unit import PostgresUnit

pytestmark = pytest.mark.usefixtures("roles")
PASSWORD = "only-for-reading"


@pytest.fixture
def roles(postgres_url: str) -> Iterator[None]:
    yield
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        for (name,) in admin.execute("select rolname from pg_roles where rolname like 'open\\_%'").fetchall():
            admin.execute(psycopg.sql.SQL("drop owned by {}").format(psycopg.sql.Identifier(name)))
            admin.execute(psycopg.sql.SQL("drop role {}").format(psycopg.sql.Identifier(name)))


async def opened(url: str, workspace_id: int) -> None:
    unit = await PostgresUnit.open(url)
    async with unit.transaction():
        for owner, value in ((1, "M1"), (1, "M2"), (2, "N1")):
            await unit.connection.execute(
                """
                insert into node (workspace_id, node_id, namespace, value, first_at, zone_id, profile_id)
                values (%s, %s, 'member_id', %s, now(), %s, %s)
                """,
                (owner, value.encode() * 8, value, value.encode() * 8, value.encode() * 8),
            )
        await open_sql.give(unit.connection, workspace_id, PASSWORD)
    await unit.close()


def entered(url: str, workspace_id: int) -> psycopg.Connection:
    at = {**conninfo_to_dict(url), "user": open_sql.name_of(workspace_id), "password": PASSWORD}
    return psycopg.connect(make_conninfo(**at), autocommit=True)


async def test_a_workspace_reads_its_own_rows_only(postgres_url: str) -> None:
    await opened(postgres_url, 1)
    with entered(postgres_url, 1) as reader:
        assert sorted(row[0] for row in reader.execute("select value from identifiers").fetchall()) == [
            "M1",
            "M2",
        ]
        for view in open_sql.VIEWS:
            reader.execute(psycopg.sql.SQL("select * from {} limit 1").format(psycopg.sql.Identifier(view)))


@pytest.mark.parametrize(
    "statement",
    [
        "select * from public.node",
        "select * from public.secret_key",
        "delete from open_1.identifiers",
        "set default_transaction_read_only = off; insert into public.position values ('x', 1, now())",
        "create table mine (a int)",
        "set role postgres",
    ],
)
async def test_it_can_do_nothing_else(postgres_url: str, statement: str) -> None:
    await opened(postgres_url, 1)
    with entered(postgres_url, 1) as reader, pytest.raises(psycopg.Error):
        reader.execute(statement)


async def test_a_closed_door_sends_away_who_is_in(postgres_url: str) -> None:
    await opened(postgres_url, 1)
    with entered(postgres_url, 1) as reader:
        unit = await PostgresUnit.open(postgres_url)
        async with unit.transaction():
            await open_sql.take(unit.connection, 1)
        await unit.close()
        with pytest.raises(psycopg.Error):
            reader.execute("select 1")
    with pytest.raises(psycopg.OperationalError):
        entered(postgres_url, 1)
