"""How PostgreSQL plans: by what its tables are now, also for statements prepared while they were empty."""

from tieline.model.identity import Node, Placed
from tieline.store.postgres.identity import PostgresIdentity
from tieline.store.postgres.signals import PostgresSignals
from tieline.store.postgres.statistics import ROWS_MIN, PostgresStatistics
from tieline.store.postgres.unit import PostgresUnit
from tieline.testing.build import NOON, WORKSPACE, signal

PEOPLE = 3_000
OFTEN = 10
"""A statement gets a lasting plan when it has been run a few times."""
_READ = """
    select coalesce(sum(idx_tup_read), 0) from pg_stat_user_indexes where indexrelname in ('node_pkey', 'node_zone')
"""


def people(first: int, many: int) -> list[Placed]:
    ids = [number.to_bytes(16, "big") for number in range(first, first + many)]
    return [Placed(Node(one, "email", f"{one.hex()}@example.tw", NOON), one, one, one) for one in ids]


async def test_a_lookup_prepared_on_an_empty_table_soon_reads_only_whom_it_asks_for(
    unit: PostgresUnit, postgres_url: str
) -> None:
    identity = PostgresIdentity(unit.connection)
    asked = [one.node.node_id for one in people(0, 5)]
    for _ in range(OFTEN):
        async with unit.transaction():
            await identity.zones(WORKSPACE, asked)
    async with unit.transaction():
        await identity.add(WORKSPACE, people(0, PEOPLE), [])
    before = await rows_read(unit)
    async with unit.transaction():
        await identity.zones(WORKSPACE, asked)
    assert await rows_read(unit) - before >= PEOPLE  # else there is nothing to mend

    looker = await PostgresUnit.open(postgres_url)
    async with looker.transaction():
        assert await PostgresStatistics(looker.connection).renew() >= 1
    await looker.close()

    before = await rows_read(unit)
    async with unit.transaction():
        zones = await identity.zones(WORKSPACE, asked)
    assert len(zones.placed) == len(asked)
    assert await rows_read(unit) - before < 10 * len(asked)


async def test_tables_are_looked_at_again_only_when_they_have_grown(unit: PostgresUnit) -> None:
    statistics, identity = PostgresStatistics(unit.connection), PostgresIdentity(unit.connection)

    async def grown(first: int, many: int) -> int:
        async with unit.transaction():
            await identity.add(WORKSPACE, people(first, many), [])
        await flushed(unit)
        async with unit.transaction():
            return await statistics.renew()

    async with unit.transaction():
        await statistics.renew()
    assert await grown(0, ROWS_MIN - 1) == 0
    assert await grown(ROWS_MIN, ROWS_MIN) == 1
    assert await grown(10 * ROWS_MIN, ROWS_MIN) == 0
    assert await grown(20 * ROWS_MIN, 4 * ROWS_MIN) == 1


async def flushed(unit: PostgresUnit) -> None:
    async with unit.transaction():
        await unit.connection.execute("select pg_stat_force_next_flush()")


async def rows_read(unit: PostgresUnit) -> int:
    await flushed(unit)
    async with unit.transaction():
        row = await (await unit.connection.execute(_READ)).fetchone()
    return int(row[0]) if row else 0


async def test_signals_are_taken_without_reading_those_that_were_taken_before(unit: PostgresUnit) -> None:
    signals = PostgresSignals(unit.connection)
    async with unit.transaction():
        await signals.put([signal("bought", f"n{number}") for number in range(PEOPLE)])
    async with unit.transaction():
        await unit.connection.execute("analyze signal")  # when all of them were waiting
    async with unit.transaction():
        assert len(await signals.take(PEOPLE)) == PEOPLE
    before = await scans(unit)
    for _ in range(OFTEN):
        async with unit.transaction():
            await signals.put([signal("bought", f"m{number}") for number in range(PEOPLE // OFTEN)])
        async with unit.transaction():
            assert len(await signals.take(PEOPLE // OFTEN)) == PEOPLE // OFTEN
    assert await scans(unit) == before


async def scans(unit: PostgresUnit) -> int:
    await flushed(unit)
    async with unit.transaction():
        row = await (
            await unit.connection.execute(
                "select seq_scan from pg_stat_user_tables where relname = 'signal' and schemaname = current_schema()"
            )
        ).fetchone()
    return int(row[0]) if row else 0
