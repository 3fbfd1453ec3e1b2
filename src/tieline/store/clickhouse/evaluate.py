"""Conditions asked of ClickHouse."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from tieline.condition import sql, tree, valued
from tieline.condition.node import Node
from tieline.condition.valued import Valued
from tieline.store.clickhouse.history import ClickHouseHistory

LEAVES_TOGETHER = 500
"""So many parts of conditions go into one query: ClickHouse takes 256 KiB of text, and each query has its price."""
PROFILES_TOGETHER = 5_000
T = TypeVar("T")


class ClickHouseEvaluator:
    """Evaluator."""

    def __init__(self, history: ClickHouseHistory) -> None:
        self._history = history

    async def which(
        self,
        workspace_id: int,
        conditions: Mapping[str, Node],
        profile_ids: Sequence[bytes],
        now: datetime,
        time_zone: str,
    ) -> dict[bytes, set[str]]:
        """Return the names of the conditions that hold, for each of `profile_ids` that exists."""
        found: dict[bytes, set[str]] = {}
        together = list(_together(conditions))
        overrides = await self._history.has_overrides(workspace_id)
        for some in _parts(list(profile_ids), PROFILES_TOGETHER):
            written = await self._history.written(workspace_id, some) if overrides else []
            scope = sql.Scope(
                workspace_id,
                now,
                time_zone,
                candidates=tuple(some),
                written=tuple(written),
                overrides=overrides,
            )
            for chosen in together:
                query = sql.compile_combined([conditions[name] for name in chosen], scope)
                table = await self._history.query(query.sql, query.parameters)
                for profile_id, holds in zip(
                    table["profile_id"].to_pylist(), table["holds"].to_pylist(), strict=True
                ):
                    found.setdefault(profile_id, set()).update(
                        name for name, held in zip(chosen, holds, strict=True) if held
                    )
        return found

    async def values(
        self,
        workspace_id: int,
        traits: Mapping[str, Valued],
        profile_ids: Sequence[bytes],
        now: datetime,
        time_zone: str,
    ) -> dict[bytes, dict[str, Any]]:
        """Return what each of `traits` is worth, for each of `profile_ids` that exists."""
        found: dict[bytes, dict[str, Any]] = {}
        overrides = await self._history.has_overrides(workspace_id)
        for some in _parts(list(profile_ids), PROFILES_TOGETHER):
            written = await self._history.written(workspace_id, some) if overrides else []
            scope = sql.Scope(workspace_id, now, time_zone, tuple(some), tuple(written), overrides)
            query = sql.compile_values(list(traits.values()), scope)
            table = await self._history.query(query.sql, query.parameters)
            for profile_id, told in zip(
                table["profile_id"].to_pylist(), table["told"].to_pylist(), strict=True
            ):
                found[profile_id] = {
                    name: valued.read(trait, said)
                    for (name, trait), said in zip(traits.items(), told, strict=True)
                }
        return found

    async def members(self, workspace_id: int, condition: Node, now: datetime, time_zone: str) -> set[bytes]:
        """Return every profile for which a condition holds."""
        overrides = await self._history.has_overrides(workspace_id)
        scope = sql.Scope(workspace_id, now, time_zone, overrides=overrides)
        query = sql.compile_members(condition, scope)
        table = await self._history.query(query.sql, query.parameters)
        return set(table["profile_id"].to_pylist())

    async def mark(self) -> int:
        """Return the log offset up to which history is complete."""
        return await self._history.mark()


def _together(conditions: Mapping[str, Node]) -> Iterator[list[str]]:
    """Yield the names of the conditions that are asked in one query."""
    chosen: list[str] = []
    leaves = 0
    for name, node in conditions.items():
        more = sum(1 for _ in tree.leaves(node))
        if chosen and leaves + more > LEAVES_TOGETHER:
            yield chosen
            chosen, leaves = [], 0
        chosen.append(name)
        leaves += more
    yield chosen


def _parts(items: Sequence[T], size: int) -> Iterable[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))
