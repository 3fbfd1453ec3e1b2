"""What PostgreSQL knows of its tables, renewed as soon as they have grown.

A table that was never looked at is planned for as if any `workspace_id` named one row of two hundred: a lookup of a
hundred people then reads their whole workspace by the wrong index. The server's own look comes every minute as shipped,
and a statement that was prepared before it keeps its plan until then.
"""

from psycopg import AsyncConnection, sql

_GROWN = """
    select c.relname from pg_stat_user_tables s join pg_class c on c.oid = s.relid
    where s.schemaname = current_schema() and s.n_live_tup >= %s + 2 * greatest(c.reltuples, 0)
    order by 1
"""
ROWS_MIN = 100
"""A table with fewer is read as a whole either way; one that grows is looked at again with every doubling."""


class PostgresStatistics:
    """Statistics of the tables that a connection sees."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def renew(self) -> int:
        """Look at the tables that have grown since they were looked at; return how many."""
        cursor = await self._connection.execute(_GROWN, (ROWS_MIN,))
        grown = [str(name) for (name,) in await cursor.fetchall()]
        for name in grown:
            await self._connection.execute(sql.SQL("analyze {}").format(sql.Identifier(name)))
        return len(grown)
