"""Real engines for every test that wants them: one PostgreSQL and one ClickHouse per run, empty for each test."""

import secrets
import shutil
import tempfile
import zlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings
from psycopg import sql

from tieline.store.clickhouse.engine import ClickHouse, open_embedded
from tieline.store.postgres.engine import prepare, start_embedded, stop_embedded
from tieline.store.postgres.unit import PostgresUnit

# How long an example takes says how busy the machine is, and nothing about the code.
settings.register_profile("tieline", deadline=None, print_blob=True)
settings.load_profile("tieline")

# This server is thrown away: what a crash of it would need is left out. Tests that kill start servers of their own.
UNCRASHED = ("fsync", "full_page_writes", "synchronous_commit", "autovacuum")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let files with slow tests begin first, and mix the others: begun last, a slow one would keep all others waiting.

    Files that stand together are alike, and two at once that each drive a browser and a server outlast their patience.
    """
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (item.path not in slow, zlib.crc32(str(item.path.name).encode())))


@pytest.fixture(scope="session")
def _postgres_template() -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="tl-pg-"))
    url = start_embedded(folder)
    prepare(url)
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in UNCRASHED:
            connection.execute(sql.SQL("alter system set {} = off").format(sql.Identifier(setting)))
        connection.execute("select pg_reload_conf()")
    yield url
    stop_embedded(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(_postgres_template: str) -> Iterator[str]:
    """Address of an empty, migrated database of this test's own."""
    name = f"t_{secrets.token_hex(6)}"
    admin = _postgres_template.replace("/tieline?", "/postgres?")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {} template tieline").format(sql.Identifier(name)))
        yield _postgres_template.replace("/tieline?", f"/{name}?")
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
async def unit(postgres_url: str) -> AsyncIterator[PostgresUnit]:
    """A connection to this test's own database."""
    opened = await PostgresUnit.open(postgres_url)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def _clickhouse_engine() -> Iterator[ClickHouse]:
    folder = Path(tempfile.mkdtemp(prefix="tl-ch-"))
    engine = open_embedded(folder)
    yield engine
    engine.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def clickhouse(_clickhouse_engine: ClickHouse) -> ClickHouse:
    """The embedded ClickHouse with empty tables."""
    for table in ("event", "profile", "override", "history_mark"):
        _clickhouse_engine.command(f"truncate table {table}")
    _clickhouse_engine.command("system reload dictionary override_map")
    return _clickhouse_engine
