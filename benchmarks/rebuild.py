"""Everything decided anew: a whole workspace out of PostgreSQL, all zones at once, against the time to read it."""

import asyncio
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import harness
import psycopg
from table import Figure
from usage import Usage

from tieline.app.calm import calm_collector
from tieline.app.shadow import decide
from tieline.identify.rebuild import Rebuilt
from tieline.identify.rules import RULES
from tieline.store.postgres import engine
from tieline.store.postgres.whole import read

LINKS = 10_000_000
LINKS_PER_PERSON = 5
CPU_SECONDS_MAX = 60.0
FAMILIES = 50
"""One in so many people shares the phone of the person before: a zone in which a rule has to choose."""

# A person: member number, LINE user, phone, e-mail address, two browsers; every name is linked to the member number.
_PEOPLE = """
    create temp table person as
    select n, array[decode(md5('m' || n), 'hex'), decode(md5('l' || n), 'hex'),
                    decode(md5('p' || case when n %% %(families)s = 0 then n - 1 else n end), 'hex'),
                    decode(md5('e' || n), 'hex'), decode(md5('a' || n), 'hex'), decode(md5('b' || n), 'hex')] as ids,
           timestamptz '2026-01-01' + n * interval '1 second' as at
    from generate_series(%(from)s::int, %(to)s::int) as n
"""
_NODES = """
    insert into node (workspace_id, node_id, namespace, value, first_at, zone_id, profile_id, proven_id)
    select distinct on (ids[k]) %(workspace)s, ids[k], (array['member_id', 'line:p1', 'phone', 'email', 'anonymous_id', 'anonymous_id'])[k],
           (array['m', 'l', 'p', 'e', 'a', 'b'])[k] || n, at, ids[1], ids[1], ids[1]
    from person, generate_series(1, 6) as k where not (k = 3 and n %% %(families)s = 0) order by ids[k], at
"""
_LINKS = """
    insert into link (workspace_id, a, b, source, proof, first_at, last_at)
    select %(workspace)s, least(ids[1], ids[k]), greatest(ids[1], ids[k]), 'server', 3, at, at
    from person, generate_series(2, 6) as k
"""


def measure(*, quick: bool) -> list[Figure]:
    """Measure a rebuild that chooses in one zone of fifty."""
    calm_collector()  # as the process of a rebuild does
    with harness.folder() as data:
        harness.command("init", "--data", str(data), "--json")
        return asyncio.run(_measure(data, LINKS // 50 if quick else LINKS))


async def _measure(data: Path, links: int) -> list[Figure]:
    url = harness.postgres_url(data)
    began = time.perf_counter()
    await asyncio.to_thread(_fill, url, links // LINKS_PER_PERSON)
    filled = time.perf_counter() - began
    usage, reading = (Usage(os.getpid(), harness.postmaster(data)) for _ in range(2))
    connection = await engine.connect(url)
    try:
        async with connection.transaction():
            (workspace_id,) = await (
                await connection.execute("select workspace_id from workspace")
            ).fetchone() or (0,)
            with usage:
                found = await decide(connection, workspace_id, RULES, _quiet)
            again = found.signature()
            _check(found, links)
            kept = len(found.read.nodes.ids)
            replayed = found.replayed
            del found
            with reading:
                await read(connection, workspace_id, (), (), _quiet)
    finally:
        await connection.close()
    return [
        Figure(
            name=f"identify: everything anew, {links:,} links of {kept:,} identifiers, CPU",
            value=usage.cpu_seconds,
            unit="s",
            target=CPU_SECONDS_MAX * links / LINKS,
            less_is_better=True,
            cpu_seconds=usage.cpu_seconds / links,
            peak_mib=usage.peak_mib,
            remarks=f"{usage.seconds:.0f} s, of which reading takes {reading.seconds:.0f}; {replayed:,} identifiers in zones where a rule chooses; made in {filled:.0f} s; signature {again[:8]}",
        )
    ]


def _check(found: Rebuilt, links: int) -> None:
    """The families' phone stays with the first of the two, and nobody else is touched."""
    people = links // LINKS_PER_PERSON
    profiles = len(set(found.now.profile.tolist()))
    assert profiles == people, f"{profiles:,} profiles of {people:,} people"
    assert found.read.links.a.size == people * LINKS_PER_PERSON


def _fill(url: str, people: int) -> None:
    together = 200_000
    with psycopg.connect(url, autocommit=True) as connection, _bare(connection, ("node", "link")):
        connection.execute("set synchronous_commit = off")
        (workspace_id,) = connection.execute("select workspace_id from workspace").fetchone() or (0,)
        for start in range(1, people + 1, together):
            asked = {
                "workspace": workspace_id,
                "families": FAMILIES,
                "from": start,
                "to": min(people, start + together - 1),
            }
            for statement in (_PEOPLE, _NODES, _LINKS, "drop table person"):
                connection.execute(statement, asked if "%(" in statement else None)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("analyze")


@contextmanager
def _bare(connection: psycopg.Connection, tables: Sequence[str]) -> Iterator[None]:
    """Fill tables without their indexes, and build these at the end: row by row in random order takes six times as long."""
    keys = connection.execute(
        "select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint where conrelid::regclass::text = any(%s) and contype = 'p'",
        (list(tables),),
    ).fetchall()
    for table, name, _ in keys:
        connection.execute(f"alter table {table} drop constraint {name}")  # sql: own names
    indexes = connection.execute(
        "select indexname, indexdef from pg_indexes where tablename = any(%s)", (list(tables),)
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f"drop index {name}")  # sql: own names
    yield
    connection.execute("set maintenance_work_mem = '512MB'")
    for table, name, said in keys:
        connection.execute(f"alter table {table} add constraint {name} {said}")  # sql: own names
    for _, said in indexes:
        connection.execute(said)


async def _quiet(_fraction: float) -> None:
    pass
