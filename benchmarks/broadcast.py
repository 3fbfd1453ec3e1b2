"""A broadcast to everybody: recipients frozen in one transaction, then planned into chunks that are ready to leave."""

import asyncio
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import harness
import line
import psycopg
from psycopg.types.json import Jsonb
from table import Figure
from usage import Usage

from tieline import folder, settings
from tieline.app import stages
from tieline.clock import SystemClock
from tieline.store.postgres.directory import PostgresDirectory
from tieline.store.postgres.unit import PostgresUnit

PEOPLE = 1_000_000
TARGET_SECONDS = 30
PATIENCE_SECONDS = 400
ACCOUNT = "all"
DEFINITION = {
    "account": ACCOUNT,
    "purpose": "marketing",
    "segment": None,
    "variants": [{"messages": [{"type": "text", "text": "新品上市"}], "name": ""}],
}
# What has to be written down in any case, copied from where it was written: recipients, chunks and their members.
BY_HAND = (
    "create table bench_recipient (like broadcast_recipient including all)",
    "create table bench_send (like send including all)",
    "create table bench_chunk (like multicast including all)",
    "insert into bench_recipient select * from broadcast_recipient",
    "insert into bench_chunk select * from multicast",
    "insert into bench_send select * from send",
)


def measure(*, quick: bool) -> list[Figure]:
    """Measure from the first look at the broadcast until nobody is left to plan."""
    people = PEOPLE // 50 if quick else PEOPLE
    with harness.folder() as data:
        harness.command("init", "--data", str(data), "--json")
        with folder.database(data) as (_, url, _):
            line.befriend(url, ACCOUNT, [f"U{2**100 + number:032x}" for number in range(people)])
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("analyze")  # as the database does by itself within a minute
                connection.execute(
                    """
                    insert into broadcast (workspace_id, key, account, definition, state, created_at)
                    select workspace_id, 'bench', %s, %s, 'ready', %s from workspace
                    """,
                    (ACCOUNT, Jsonb(DEFINITION), datetime.now(UTC)),
                )
            usage = Usage(os.getpid(), harness.postmaster(data))
            with usage:
                frozen = asyncio.run(_freeze_and_plan(data, url, people))
            limit = _by_hand(url)
    return [
        Figure(
            name=f"broadcast: {people:,} recipients frozen and planned into chunks",
            value=usage.seconds,
            unit="s",
            limit=limit,
            limit_is="the same rows written by three plain statements",
            target=TARGET_SECONDS * people / PEOPLE,
            less_is_better=True,
            cpu_seconds=usage.cpu_seconds / people,
            peak_mib=usage.peak_mib,
            remarks=f"{frozen:.1f} s to freeze them; target: {TARGET_SECONDS} s for {PEOPLE:,};"
            f" load of the machine {os.getloadavg()[0]:.1f}",
        )
    ]


async def _freeze_and_plan(data: Path, url: str, people: int) -> float:
    """Let the loop of the product do it; return the seconds until the recipients were frozen."""
    units = [await PostgresUnit.open(url) for _ in range(2)]
    try:
        directory = PostgresDirectory(units[1])
        await directory.learn()
        loop = stages.broadcast(settings.load(data), units[0], None, directory, SystemClock())  # type: ignore[arg-type] - no trial, so history is not asked
        began = time.perf_counter()
        if not await loop.step():
            raise RuntimeError("the broadcast did not begin")
        frozen = time.perf_counter() - began
        while await loop.step():
            if time.perf_counter() - began > PATIENCE_SECONDS:
                raise TimeoutError(f"not everybody was planned in {PATIENCE_SECONDS} s; {_said(url)}")
        if _in_chunks(url) != people:
            raise RuntimeError(f"{_in_chunks(url):,} of {people:,} are in chunks; {_said(url)}")
        return frozen
    finally:
        for unit in units:
            await unit.close()


def _by_hand(url: str) -> float:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in BY_HAND[:3]:
            connection.execute(statement)
        began = time.perf_counter()
        with connection.transaction():
            for statement in BY_HAND[3:]:
                connection.execute(statement)
        return time.perf_counter() - began


def _in_chunks(url: str) -> int:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute("select coalesce(sum(members), 0) from multicast").fetchone()
    return int(row[0]) if row else 0


def _said(url: str) -> str:
    """Say where the broadcast stands."""
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(
            "select concat_ws(' ', state, 'through', planned_place, 'of', frozen) from broadcast"
        ).fetchone()
    return f"the broadcast is {row[0]}" if row else "there is no broadcast"
