"""A workspace decided by other rules in a process of its own: neither its time nor its memory is the stream's."""

import asyncio
import multiprocessing
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING, Any

from psycopg import AsyncConnection

from tieline.app.calm import calm_collector
from tieline.identify.doctor import example_of
from tieline.identify.rules import Rules
from tieline.ports import Computed, Elsewhere
from tieline.store.postgres import engine
from tieline.store.postgres.identity import PostgresIdentity

if TYPE_CHECKING:
    from tieline.identify.rebuild import Rebuilt

SHOWN_MAX = 8
"""Identifiers of one example."""
Progress = Callable[[float], Awaitable[None]]


async def compute_apart(url: str, workspace_id: int, rules: Rules, version: int = 0) -> Computed:
    """Decide a workspace by `rules` in another process; `version` names the change whose progress is told, 0: none."""
    pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
    try:
        return await asyncio.get_running_loop().run_in_executor(pool, _run, url, workspace_id, rules, version)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _run(url: str, workspace_id: int, rules: Rules, version: int) -> Computed:
    calm_collector()
    return asyncio.run(_compute(url, workspace_id, rules, version))


async def _compute(url: str, workspace_id: int, rules: Rules, version: int) -> Computed:
    told = await engine.connect(url)
    await told.set_autocommit(True)

    async def progress(fraction: float) -> None:
        if version:
            await told.execute(
                "update identity_rules set progress = %s where workspace_id = %s and version = %s",
                (fraction, workspace_id, version),
            )

    reading = await engine.connect(url)
    try:
        async with reading.transaction():
            await reading.execute("set transaction isolation level repeatable read")
            rebuilt = await decide(reading, workspace_id, rules, progress)
            return await _told(reading, workspace_id, rebuilt)
    finally:
        await reading.close()
        await told.close()


async def decide(
    connection: AsyncConnection, workspace_id: int, rules: Rules, progress: Progress
) -> "Rebuilt":
    """Decide a workspace anew from what the transaction of `connection` sees."""
    from tieline.identify.rebuild import rebuild
    from tieline.store.postgres.whole import assertions, read

    listed = {
        which: [
            (rule.namespace, value) for rule in (*rules.table, rules.other) for value in getattr(rule, which)
        ]
        for which in ("blocked", "allowed")
    }
    store = PostgresIdentity(connection)
    whole = await read(connection, workspace_id, listed["blocked"], listed["allowed"], progress)
    said = await assertions(connection, workspace_id)
    epoch = (await store.epochs()).get(workspace_id)
    return await rebuild(workspace_id, whole, said, rules, epoch, store, progress)


async def _told(connection: AsyncConnection, workspace_id: int, rebuilt: "Rebuilt") -> Computed:
    from tieline.identify.rebuild import difference

    whole, now = rebuilt.read, rebuilt.now
    before = whole.places(whole.kept.profile)
    found = difference(before, now.profile)
    store = PostgresIdentity(connection)

    async def shown(examples: Sequence[list[list[int]]]) -> list[list[list[str]]]:
        return [[await names(group) for group in one] for one in examples]

    async def names(places: Sequence[int]) -> list[str]:
        ids = [whole.nodes.ids[place].tobytes() for place in places[:SHOWN_MAX]]
        placed = await store.nodes(workspace_id, ids)
        return sorted(example_of(one.node.namespace, one.node.value) for one in placed)

    report: dict[str, Any] = {
        "profiles_before": found.before,
        "profiles_after": found.after,
        "merged": found.merged,
        "merging": found.merging,
        "merging_percent": round(found.merging_percent, 4),
        "split": found.split,
        "moved_identifiers": found.moved,
        "identifiers": len(whole.nodes.ids),
        "links": int(whole.links.a.size),
        "examples": {
            "merged": await shown(found.merged_examples),
            "split": await shown(found.split_examples),
            "moved": await shown(found.moved_examples),
        },
    }
    places = rebuilt.changed
    ids = whole.nodes.ids
    elsewhere = Elsewhere(
        ids[places],
        whole.kept.profile[places],
        ids[now.zone[places]],
        ids[now.profile[places]],
        ids[now.proven[places]],
        now.core[places],
        now.shared[places],
    )
    return Computed(found.merging_percent, report, elsewhere)
