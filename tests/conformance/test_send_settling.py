"""What it costs to settle: the sends that were called are looked up, whatever else waits."""

from typing import Any

import psycopg
from send_outbox import LATER, START, WORKSPACE, fill, prepared, send

from tieline.model.send import SendState, Settled
from tieline.store.postgres.deliver import PostgresSends
from tieline.store.postgres.unit import PostgresUnit

WAITING = 20_000


class ExplainedSettling:
    """A connection that keeps how the statement that settles was carried out."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.plans: list[dict[str, Any]] = []

    async def execute(self, query: str, *args: Any, **named: Any) -> Any:
        if "set state = said.state" in query:
            cursor = await self._connection.execute(
                "explain (analyze, timing off, format json) " + query, *args
            )
            self.plans.append((await cursor.fetchone())[0][0]["Plan"])
        return await self._connection.execute(query, *args, **named)


def rows_read(plan: dict[str, Any]) -> float:
    """Return how many rows all steps brought, those of indexes included."""
    own: float = plan["Actual Loops"] * plan["Actual Rows"]
    return own + sum(rows_read(inner) for inner in plan.get("Plans", ()))


async def test_settling_reads_nothing_of_what_waits(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as admin:
        fill(admin)
    unit = await PostgresUnit.open(postgres_url)
    explained = ExplainedSettling(unit.connection)
    sends = PostgresSends(explained)  # type: ignore[arg-type] - a connection for all it uses
    async with unit.transaction():
        await sends.add([send(number, due_at=START) for number in range(WAITING)], [])
        await unit.connection.execute("analyze")  # while nothing is prepared yet
        claimed = await sends.claim(LATER, 20, [])
        await sends.prepare([prepared(one, None) for one in claimed], LATER, LATER)
        settled = [
            Settled(
                WORKSPACE,
                one.send_id,
                one.fence,
                SendState.ACCEPTED,
                called=True,
                chunk_id=None,
                due_at=LATER,
            )
            for one in claimed
        ]
        taken = await sends.settle(settled, LATER)
    await unit.close()

    assert taken == set()  # the explained statement, which is carried out, too, has settled them
    assert [rows_read(plan) <= 5 * 20 for plan in explained.plans] == [True]
