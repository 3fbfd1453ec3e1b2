"""Budgets in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime

from psycopg import AsyncConnection

from tieline.model.cost import Budget
from tieline.ports.cost import Mark

_COLUMNS = "workspace_id, scope, unit, most, period, month, spent"
_MARK = """
    update {table} set reserved = said.reserved, reserved_in = said.reserved_in
    from unnest(%s::int[], %s::bytea[], %s::numeric[], %s::text[]) as said (workspace_id, name, reserved, reserved_in)
    where {table}.workspace_id = said.workspace_id and {table}.{name} = said.name
"""
_MARKED = {
    False: _MARK.format(table="send", name="send_id"),
    True: _MARK.format(table="multicast", name="chunk_id"),
}


class PostgresBudgets:
    """BudgetStore, and what the console does with budgets."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def limited(self) -> set[int]:
        """Return the workspaces that have a budget at all."""
        cursor = await self._connection.execute("select distinct workspace_id from budget")
        return {int(workspace_id) for (workspace_id,) in await cursor.fetchall()}

    async def all(self, workspace_id: int) -> list[Budget]:
        """Return the budgets of a workspace."""
        cursor = await self._connection.execute(
            f"select {_COLUMNS} from budget where workspace_id = %s order by scope, unit",  # sql: own names
            (workspace_id,),
        )
        return [Budget(*row) for row in await cursor.fetchall()]

    async def put(self, budget: Budget, at: datetime) -> None:
        """Set a limit; what was spent under it stays spent."""
        await self._connection.execute(
            f"""
            insert into budget ({_COLUMNS}, updated_at) values (%s, %s, %s, %s, %s, %s, %s, %s)
            on conflict (workspace_id, scope, unit) do update
            set most = excluded.most, period = excluded.period, updated_at = excluded.updated_at
            """,  # sql: own names
            (*[getattr(budget, name) for name in _COLUMNS.split(", ")], at),
        )

    async def drop(self, workspace_id: int, scope: str, unit: str) -> bool:
        """Remove a limit; return whether there was one."""
        cursor = await self._connection.execute(
            "delete from budget where workspace_id = %s and scope = %s and unit = %s",
            (workspace_id, scope, unit),
        )
        return bool(cursor.rowcount)

    async def locked(self, workspace_ids: Sequence[int], scopes: Sequence[str]) -> list[Budget]:
        """Return budgets, held until the transaction ends, always in the same order."""
        cursor = await self._connection.execute(
            f"""
            select {_COLUMNS} from budget where workspace_id = any(%s) and scope = any(%s)
            order by workspace_id, scope, unit for update
            """,  # sql: own names
            (list(workspace_ids), list(scopes)),
        )
        return [Budget(*row) for row in await cursor.fetchall()]

    async def write(self, budgets: Sequence[Budget], at: datetime) -> None:
        """Keep what is spent of budgets that are held."""
        if budgets:
            await self._connection.execute(
                """
                update budget set spent = said.spent, month = said.month, updated_at = %s
                from unnest(%s::int[], %s::text[], %s::text[], %s::numeric[], %s::text[])
                     as said (workspace_id, scope, unit, spent, month)
                where budget.workspace_id = said.workspace_id and budget.scope = said.scope and budget.unit = said.unit
                """,
                (
                    at,
                    [one.workspace_id for one in budgets],
                    [one.scope for one in budgets],
                    [str(one.unit) for one in budgets],
                    [one.spent for one in budgets],
                    [one.month for one in budgets],
                ),
            )

    async def mark(self, marks: Sequence[Mark]) -> None:
        """Note at sends and chunks what is counted for them."""
        for many, statement in _MARKED.items():
            some = [one for one in marks if one.many == many]
            if some:
                await self._connection.execute(
                    statement,  # sql: own names
                    (
                        [one.name[0] for one in some],
                        [one.name[1] for one in some],
                        [one.reserved.money if one.reserved else None for one in some],
                        [one.reserved.month if one.reserved else None for one in some],
                    ),
                )
