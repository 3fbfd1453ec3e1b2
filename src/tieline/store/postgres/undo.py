"""What an import left behind in PostgreSQL, piece by piece for taking it back."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from psycopg import AsyncConnection

from tieline.model.event import IMPORT_UNDONE, LogKind
from tieline.ports import ImportSpan


class PostgresUndo:
    """UndoStore."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def given_up(self, workspace_ids: Collection[int], from_offset: int) -> set[tuple[int, str]]:
        """Return the imports that are taken back and have log rows at `from_offset` or above: (workspace_id, id)."""
        cursor = await self._connection.execute(
            """
            select workspace_id, import_id from import_job
            where workspace_id = any(%s) and state in ('undoing', 'undone') and last_offset >= %s
            """,
            (sorted(workspace_ids), from_offset),
        )
        return {(workspace_id, import_id) for workspace_id, import_id in await cursor.fetchall()}

    async def open(self, workspace_id: int, import_id: str) -> ImportSpan | None:
        """Return where an import stands, None if there is none or it was taken back already."""
        cursor = await self._connection.execute(
            """
            select j.workspace_id, j.import_id, s.source_id, coalesce(j.first_offset, 0), coalesce(j.last_offset, 0)
            from import_job j join source s on s.workspace_id = j.workspace_id and s.key = j.source
            where j.workspace_id = %s and j.import_id = %s and j.state <> 'undone' for update of j
            """,
            (workspace_id, import_id),
        )
        row = await cursor.fetchone()
        return ImportSpan(*row) if row else None

    async def parked(self, span: ImportSpan) -> list[tuple[Sequence[int], bytes]]:
        """Return its items that named nobody: their places in a log row, and the body of that row."""
        cursor = await self._connection.execute(
            """
            select array_agg(d.item), l.body
            from dead_letter d join log l using (log_offset)
            where d.workspace_id = %s and d.stage = 'identify' and d.log_offset between %s and %s
              and l.source_id = %s and l.kind = %s
            group by l.log_offset
            """,
            (span.workspace_id, span.first_offset, span.last_offset, span.source_id, int(LogKind.IMPORT)),
            binary=True,
        )
        return [(items, body) for items, body in await cursor.fetchall()]

    async def release(self, workspace_id: int, keys: Sequence[bytes]) -> None:
        """Forget that messages were seen."""
        await self._connection.execute(
            "delete from message_seen where workspace_id = %s and key = any(%s)", (workspace_id, list(keys))
        )

    async def unlink(self, workspace_id: int, source: str) -> set[bytes]:
        """Delete the links that `source` claims; return the nodes they held together."""
        cursor = await self._connection.execute(
            "delete from link where workspace_id = %s and source = %s returning a, b",
            (workspace_id, source),
            binary=True,
        )
        return {node_id for pair in await cursor.fetchall() for node_id in pair}

    async def drop_marks(self, workspace_id: int, node_ids: Sequence[bytes], source: str) -> None:
        """Take from nodes the names and dates of birth that `source` said."""
        await self._connection.execute(
            """
            update node set marks = (
                select jsonb_agg(said order by place) from jsonb_array_elements(marks) with ordinality as kept (said, place)
                where said ->> 2 <> %(source)s)
            where workspace_id = %(workspace)s and node_id = any(%(nodes)s) and marks is not null
            """,
            {"workspace": workspace_id, "nodes": list(node_ids), "source": source},
        )

    async def drop_facts(self, workspace_id: int, source: str) -> None:
        """Delete the facts that `source` stated."""
        await self._connection.execute(
            "delete from fact where workspace_id = %s and source = %s", (workspace_id, source)
        )

    async def answer_grants(self, workspace_id: int, source: str, at: datetime) -> None:
        """Answer every grant of `source` in the consent ledger by a withdrawal."""
        await self._connection.execute(
            """
            insert into consent_event (workspace_id, node_id, purpose, channel, granted, method, notice_version,
                                       evidence, source, event_key, at, received_at)
            select workspace_id, node_id, purpose, channel, false, %(method)s::text, notice_version, evidence, source,
                   substring(sha256(event_key || convert_to(%(method)s::text, 'UTF8')) for 16), %(at)s, %(at)s
            from consent_event where workspace_id = %(workspace)s and source = %(source)s and granted
            on conflict (workspace_id, event_key, purpose, channel) do nothing
            """,
            {"workspace": workspace_id, "source": source, "method": IMPORT_UNDONE, "at": at},
        )

    async def profiles_of(self, workspace_id: int, node_ids: Sequence[bytes]) -> set[bytes]:
        """Return the profiles that nodes belong to now."""
        return await self._nodes(
            "select distinct profile_id from node where workspace_id = %(workspace)s and node_id = any(%(nodes)s)",
            workspace_id,
            node_ids,
        )

    async def first_linked(self, workspace_id: int, node_ids: Sequence[bytes]) -> dict[bytes, datetime]:
        """Return since when each of these nodes is linked to another, by what is still linked or only set aside."""
        cursor = await self._connection.execute(
            """
            select node_id, min(first_at) from (
                select a as node_id, first_at from link where workspace_id = %(workspace)s and a = any(%(nodes)s)
                union all
                select b, first_at from link where workspace_id = %(workspace)s and b = any(%(nodes)s)
                union all
                select a, first_at from retracted_link where workspace_id = %(workspace)s and a = any(%(nodes)s)
                union all
                select b, first_at from retracted_link where workspace_id = %(workspace)s and b = any(%(nodes)s)
            ) as ends group by node_id
            """,
            {"workspace": workspace_id, "nodes": list(node_ids)},
            binary=True,
        )
        return dict(await cursor.fetchall())

    async def held(self, workspace_id: int, node_ids: Sequence[bytes], but: str) -> set[bytes]:
        """Return those of these nodes that a fact, a decision, a send or an enrolment is about, or a word on consent."""
        return await self._nodes(
            """
            with asked as (select unnest(%(nodes)s::bytea[]) as node_id)
            select node_id from asked where
                exists (select from fact f where f.workspace_id = %(workspace)s and f.node_id = asked.node_id)
                or exists (select from consent_event c where c.workspace_id = %(workspace)s and c.node_id = asked.node_id
                           and not (c.source = %(but)s and (c.granted or c.method = %(method)s)))
                or exists (select from assertion d where d.workspace_id = %(workspace)s and d.a = asked.node_id)
                or exists (select from assertion d where d.workspace_id = %(workspace)s and d.b = asked.node_id)
                or exists (select from send s where s.workspace_id = %(workspace)s and s.person = asked.node_id)
                or exists (select from enrolment e where e.workspace_id = %(workspace)s and e.person = asked.node_id)
            """,
            workspace_id,
            node_ids,
            but=but,
            method=IMPORT_UNDONE,
        )

    async def drop_nodes(self, workspace_id: int, node_ids: Sequence[bytes]) -> None:
        """Delete nodes."""
        await self._connection.execute(
            "delete from node where workspace_id = %s and node_id = any(%s)", (workspace_id, list(node_ids))
        )

    async def seen_later(self, workspace_id: int, first_at: Mapping[bytes, datetime]) -> None:
        """Move the time at which nodes were first seen forward to the given one.

        History knows times to the millisecond: what is the same to the millisecond stays as exact as it is.
        """
        await self._connection.execute(
            """
            update node set first_at = said.first_at
            from unnest(%s::bytea[], %s::timestamptz[]) as said (node_id, first_at)
            where node.workspace_id = %s and node.node_id = said.node_id
              and date_trunc('milliseconds', node.first_at) < date_trunc('milliseconds', said.first_at)
            """,
            (list(first_at), list(first_at.values()), workspace_id),
        )

    async def done(self, workspace_id: int, import_id: str, at: datetime) -> None:
        """Note that an import was taken back."""
        await self._connection.execute(
            "update import_job set state = 'undone', undone_at = %s where workspace_id = %s and import_id = %s",
            (at, workspace_id, import_id),
        )

    async def _nodes(
        self, sql: str, workspace_id: int, node_ids: Sequence[bytes], **more: object
    ) -> set[bytes]:
        cursor = await self._connection.execute(
            sql, {"workspace": workspace_id, "nodes": list(node_ids), **more}, binary=True
        )
        return {bytes(node_id) for (node_id,) in await cursor.fetchall()}
