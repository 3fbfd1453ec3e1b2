"""What it costs to plan chunks: each person is looked at once, however many there are."""

from typing import Any

from mass_desk import Desk

from tieline.model.chunk import ChunkWish
from tieline.model.limits import FREE
from tieline.store.postgres.chunks import PostgresChunks
from tieline.store.postgres.unit import PostgresUnit


class Explained:
    """A connection that keeps how the statement that plans chunks was carried out."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.plans: list[dict[str, Any]] = []

    async def execute(self, query: str, *args: Any, **named: Any) -> Any:
        if "insert into multicast" in query:
            cursor = await self._connection.execute(
                "explain (analyze, timing off, format json) " + query, *args
            )
            self.plans.append((await cursor.fetchone())[0][0]["Plan"])
        return await self._connection.execute(query, *args, **named)


def handled(plan: dict[str, Any]) -> float:
    """Return how many rows the step brought that brought the most."""
    own: float = plan["Actual Loops"] * plan["Actual Rows"]
    return max([own, *(handled(inner) for inner in plan.get("Plans", ()))])


async def test_planning_chunks_looks_at_each_person_once(desk: Desk) -> None:
    await desk.brand.befriend(1_203)
    people = tuple(
        bytes(node) for (node,) in await desk.brand.rows("select node_id from fact where kind = 3 order by 1")
    )
    sends = tuple(node[::-1] for node in people)
    unit = await PostgresUnit.open(desk.url)
    wish = ChunkWish(
        desk.brand.workspace_id, "main", "broadcast:sale", "", "marketing", people, sends, b"[]", b"hash", None, FREE,
    )  # fmt: skip

    async with unit.transaction():
        await unit.connection.execute("analyze")
        explained = Explained(unit.connection)
        await PostgresChunks(explained).plan(wish, desk.clock.now())  # type: ignore[arg-type] - a connection for all it uses
        cursor = await unit.connection.execute("select count(*) from send")
        row = await cursor.fetchone()

    await unit.close()
    assert row == (1_203,)
    assert [handled(plan) <= 4 * 1_203 for plan in explained.plans] == [True]
