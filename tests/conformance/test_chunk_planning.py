"""What it costs to plan chunks: each person is looked at once, however many there are, and nobody else."""

from collections.abc import Sequence
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


async def befriended(desk: Desk, people: int) -> list[bytes]:
    """Return the nodes of so many friends."""
    await desk.brand.befriend(people)
    found = await desk.brand.rows("select node_id from fact where kind = 3 order by 1")
    return [bytes(node) for (node,) in found]


async def planned(desk: Desk, *parts: Sequence[bytes]) -> list[dict[str, Any]]:
    """Plan chunks for one part of the people after the other; return how each statement was carried out."""
    unit = await PostgresUnit.open(desk.url)
    explained = Explained(unit.connection)
    for people in parts:
        sends = [node[::-1] for node in people]
        wish = ChunkWish(
            desk.brand.workspace_id, "main", "broadcast:sale", "", "marketing", people, sends, b"[]", b"hash", None, FREE,
        )  # fmt: skip
        async with unit.transaction():
            await unit.connection.execute("analyze")
            await PostgresChunks(explained).plan(wish, desk.clock.now())  # type: ignore[arg-type] - a connection for all it uses
    await unit.close()
    assert await desk.brand.rows("select count(*) from send") == [(sum(map(len, parts)),)]
    return explained.plans


async def test_planning_chunks_looks_at_each_person_once(desk: Desk) -> None:
    people = await befriended(desk, 1_203)

    plans = await planned(desk, people)

    assert [handled(plan) <= 4 * 1_203 for plan in plans] == [True]


async def test_planning_chunks_for_some_reads_nothing_of_the_others(desk: Desk) -> None:
    people = await befriended(desk, 1_203)

    plans = await planned(desk, people[100:], people[:100])

    assert handled(plans[-1]) <= 2 * 100
