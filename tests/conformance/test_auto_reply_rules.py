"""Rules of answers in PostgreSQL: who reads them knows when to read again."""

from itertools import pairwise

from tieline.store.postgres.replies import PostgresAutoReplies
from tieline.store.postgres.unit import PostgresUnit
from tieline.testing.build import NOON, WORKSPACE


async def test_every_save_and_switch_of_a_rule_makes_another_edition(unit: PostgresUnit) -> None:
    rules = PostgresAutoReplies(unit.connection)
    editions = [await rules.edition()]
    async with unit.transaction():
        await unit.connection.execute(
            "insert into workspace (key, name, identity_key, created_at) values ('b', 'B', 'x', %s)", (NOON,)
        )
    for definition, live in (({"a": 1}, True), ({"a": 2}, True), ({"a": 2}, False)):
        async with unit.transaction():
            await rules.put(WORKSPACE, "hours", "hours", definition, live=live, at=NOON)
        editions.append(await rules.edition())
    async with unit.transaction():
        await rules.drop(WORKSPACE, "hours")
    editions.append(await rules.edition())

    assert len(set(editions)) >= len(editions) - 1  # an empty table is an empty table
    assert all(before != after for before, after in pairwise(editions))
    assert await rules.edition() == editions[-1]
