"""What the suites of this folder share."""

from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest
from console_http import NoHistory
from fastapi import FastAPI
from line_brand import serving
from mass_desk import Desk
from send_outbox import BROWSER, Outbox, fill, nodes_of

from tieline import settings
from tieline.app.http import answering
from tieline.store.memory.deliver import MemorySends
from tieline.store.memory.facts import MemoryFacts
from tieline.store.memory.unit import MemoryUnit
from tieline.store.postgres.deliver import PostgresSends
from tieline.store.postgres.facts import PostgresFacts
from tieline.store.postgres.unit import PostgresUnit


@pytest.fixture(params=["memory", "postgres"])
async def outbox(request: pytest.FixtureRequest) -> AsyncIterator[Outbox]:
    if request.param == "memory":
        facts = MemoryFacts(nodes_of)
        sends = MemorySends(nodes_of, facts, browsers={BROWSER})
        yield Outbox(sends, facts, MemoryUnit(sends, facts))
        return
    url = request.getfixturevalue("postgres_url")
    with psycopg.connect(url) as admin:
        fill(admin)
    unit = await PostgresUnit.open(url)
    yield Outbox(PostgresSends(unit.connection), PostgresFacts(unit.connection), unit)
    await unit.close()


@pytest.fixture
async def desk(tmp_path: Path, postgres_url: str) -> AsyncIterator[Desk]:
    async with serving(tmp_path, postgres_url) as brand:
        yield Desk(brand, postgres_url)


@pytest.fixture
async def app(tmp_path: Path, postgres_url: str) -> AsyncIterator[FastAPI]:
    """The application as it is served, without history."""
    async with answering(settings.load(tmp_path), postgres_url, NoHistory()) as (built, _):
        yield built
