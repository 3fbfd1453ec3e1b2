"""Erasures in PostgreSQL: every table, and what becomes of a person in it."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from tieline.model.erasure import ErasedNode, Erasure, Kept, RulesSaid, Suppressed, spellings
from tieline.model.event import LogKind, LogRow
from tieline.store.postgres.forget import FORGET

_COLUMNS = "workspace_id, erasure_id, coalesce(target, ''), nodes, through, searched, asked_at"


class PostgresErasures:
    """ErasureStore."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def suppressed(self) -> list[tuple[int, Suppressed]]:
        """Return everything that is suppressed, with its workspace."""
        cursor = await self._connection.execute(
            "select workspace_id, hash, namespace, erased_at from suppression", binary=True
        )
        return [(workspace_id, Suppressed(*rest)) for workspace_id, *rest in await cursor.fetchall()]

    async def lift(self, workspace_id: int, hashes: Sequence[bytes]) -> None:
        """Let identifiers name somebody again."""
        await self._connection.execute(
            "delete from suppression where workspace_id = %s and hash = any(%b)", (workspace_id, list(hashes))
        )

    async def ask(
        self, workspace_id: int, erasure_id: str, target: bytes, author: str, reason: str, at: datetime
    ) -> None:
        """Keep what was asked for, until the stream comes to it."""
        await self._connection.execute(
            """
            insert into erasure (workspace_id, erasure_id, state, target, author, reason, asked_at)
            values (%s, %s, 'asked', %s, %s, %s, %s)
            """,
            (workspace_id, erasure_id, target, author, reason, at),
        )

    async def ask_again(
        self,
        workspace_id: int,
        erasure_id: str,
        nodes: Sequence[ErasedNode],
        author: str,
        reason: str,
        at: datetime,
    ) -> None:
        """Keep an erasure that a restored database knows nothing of, with those of its identifiers that it still holds."""
        await self._connection.execute(
            """
            insert into erasure (workspace_id, erasure_id, state, nodes, author, reason, asked_at)
            values (%s, %s, 'asked', %s, %s, %s, %s)
            """,
            (workspace_id, erasure_id, _written(nodes), author, reason, at),
        )

    async def known(self) -> set[tuple[int, str]]:
        """Return every erasure there is: (workspace_id, erasure_id)."""
        cursor = await self._connection.execute("select workspace_id, erasure_id from erasure")
        return {(int(workspace_id), str(name)) for workspace_id, name in await cursor.fetchall()}

    async def nodes_of(self, workspace_id: int, namespaces: Sequence[str]) -> AsyncIterator[ErasedNode]:
        """Yield every identifier of these namespaces, a few at a time."""
        async with self._connection.cursor(name="nodes_of", binary=True) as cursor:
            await cursor.execute(
                "select node_id, namespace, value from node where workspace_id = %s and namespace = any(%s)",
                (workspace_id, list(namespaces)),
            )
            async for row in cursor:
                yield ErasedNode(*row)

    async def proofs(self, workspace_id: int, name: bytes) -> list[dict[str, Any]]:
        """Return what is kept of an erased person's consents under a hash, oldest first."""
        cursor = await self._connection.execute(
            """
            select purpose, channel, granted, method, notice_version, source, at, received_at, kept_until
            from consent_proof where workspace_id = %s and hash = %s order by at, purpose, channel
            """,
            (workspace_id, name),
        )
        names = (
            "purpose",
            "channel",
            "granted",
            "method",
            "notice_version",
            "source",
            "at",
            "received_at",
            "kept_until",
        )
        return [dict(zip(names, row, strict=True)) for row in await cursor.fetchall()]

    async def shown(self, workspace_id: int, erasure_id: str | None = None) -> list[dict[str, Any]]:
        """Return erasures, newest first, as they may be shown: they name nobody."""
        cursor = await self._connection.execute(
            """
            select erasure_id, state, author, reason, counts, asked_at, done_at,
                   case when through > 0 then least(1, searched::float8 / through) else 0 end
            from erasure where workspace_id = %s and (%s::text is null or erasure_id = %s)
            order by asked_at desc limit 500
            """,
            (workspace_id, erasure_id, erasure_id),
        )
        names = ("erasure_id", "state", "author", "reason", "counts", "asked_at", "done_at", "progress")
        return [dict(zip(names, row, strict=True)) for row in await cursor.fetchall()]

    async def open(self, workspace_id: int, erasure_id: str) -> Erasure | None:
        """Return an erasure that was asked for and not begun, locked; None if there is none."""
        return await self._one(
            "where workspace_id = %s and erasure_id = %s and state = 'asked' for update",
            (workspace_id, erasure_id),
        )

    async def next(self) -> Erasure | None:
        """Return the oldest erasure that is under way, locked; None if there is none."""
        return await self._one("where state = 'erasing' order by asked_at limit 1 for update skip locked", ())

    async def person(self, workspace_id: int, node_id: bytes) -> list[ErasedNode]:
        """Return every identifier of the profile that a node belongs to now."""
        cursor = await self._connection.execute(
            """
            select node_id, namespace, value from node
            where workspace_id = %s and profile_id = (select profile_id from node where workspace_id = %s and node_id = %s)
            order by node_id
            """,
            (workspace_id, workspace_id, node_id),
            binary=True,
        )
        return [ErasedNode(*row) for row in await cursor.fetchall()]

    async def neighbours(self, workspace_id: int, node_ids: Sequence[bytes]) -> list[bytes]:
        """Return the other nodes of the zones of these nodes, and those that were seen with them and stand elsewhere."""
        cursor = await self._connection.execute(
            """
            select node_id from node
            where workspace_id = %(workspace)s and node_id <> all(%(nodes)s) and (
                zone_id in (select zone_id from node where workspace_id = %(workspace)s and node_id = any(%(nodes)s))
                or node_id in (select b from link where workspace_id = %(workspace)s and a = any(%(nodes)s))
                or node_id in (select a from link where workspace_id = %(workspace)s and b = any(%(nodes)s))
            )
            order by node_id
            """,
            {"workspace": workspace_id, "nodes": list(node_ids)},
            binary=True,
        )
        return [bytes(node_id) for (node_id,) in await cursor.fetchall()]

    async def begin(
        self, erasure: Erasure, nodes: Sequence[ErasedNode], through: int, suppressed: Iterable[Suppressed]
    ) -> None:
        """Note who goes, and suppress their identifiers."""
        await self._connection.execute(
            "update erasure set state = 'erasing', nodes = %s, through = %s where workspace_id = %s and erasure_id = %s",
            (
                _written(nodes),
                through,
                erasure.workspace_id,
                erasure.erasure_id,
            ),
        )
        await self.suppress(erasure.workspace_id, suppressed)

    async def suppress(self, workspace_id: int, suppressed: Iterable[Suppressed]) -> None:
        """Refuse identifiers from now on."""
        held = list(suppressed)
        await self._connection.execute(
            """
            insert into suppression (workspace_id, hash, namespace, erased_at)
            select %s, hash, namespace, erased_at
            from unnest(%s::bytea[], %s::text[], %s::timestamptz[]) as new (hash, namespace, erased_at)
            on conflict (workspace_id, hash) do update set erased_at = greatest(suppression.erased_at, excluded.erased_at)
            """,
            (
                workspace_id,
                [one.hash for one in held],
                [one.namespace for one in held],
                [one.erased_at for one in held],
            ),
        )

    async def keep_proof(self, workspace_id: int, kept: Sequence[Kept], until: datetime) -> int:
        """Keep, without their names, which consents the nodes gave and took back; return how many lines."""
        cursor = await self._connection.execute(
            """
            insert into consent_proof (workspace_id, hash, purpose, channel, granted, method, notice_version, source, at,
                                       received_at, kept_until)
            select said.workspace_id, kept.hash, purpose, channel, granted, method, notice_version, source, at, received_at, %s
            from consent_event as said
            join unnest(%s::bytea[], %s::bytea[]) as kept (node_id, hash) using (node_id)
            where said.workspace_id = %s
            on conflict do nothing
            """,
            (until, [one.node_id for one in kept], [one.hash for one in kept], workspace_id),
        )
        return cursor.rowcount

    async def let_go(self, now: datetime) -> None:
        """Delete proofs whose time is over."""
        await self._connection.execute("delete from consent_proof where kept_until < %s", (now,))

    async def scrub_rules(self, workspace_id: int, clean: Callable[[RulesSaid], RulesSaid]) -> int:
        """Put what `clean` makes of each version of the rules in its place; return how many changed."""
        cursor = await self._connection.execute(
            "select version, text, rules, report from identity_rules where workspace_id = %s for update",
            (workspace_id,),
        )
        changed = 0
        for version, *said in await cursor.fetchall():
            before = RulesSaid(*said)
            text, rules, report = after = clean(before)
            if after != before:
                changed += 1
                await self._connection.execute(
                    "update identity_rules set text = %s, rules = %s, report = %s where workspace_id = %s and version = %s",
                    (text, Jsonb(rules), None if report is None else Jsonb(report), workspace_id, version),
                )
        return changed

    async def forget(self, workspace_id: int, nodes: Sequence[ErasedNode], at: datetime) -> dict[str, int]:
        """Delete what is known about the nodes; return how many rows of each table went."""
        values = [node.value for node in nodes]
        said = {
            "workspace": workspace_id,
            "nodes": [node.node_id for node in nodes],
            "hex": [node.node_id.hex() for node in nodes],
            "before": [_before(node.node_id) for node in nodes],
            "values": values,
            "words": spellings((node.namespace, node.value) for node in nodes),
            "at": at,
        }
        counts: dict[str, int] = {}
        for table, statements in FORGET.items():
            for statement in statements:
                went = (await self._connection.execute(statement.encode(), said)).rowcount
                if went > 0:
                    counts[table] = counts.get(table, 0) + went
        return counts

    async def count(self, erasure: Erasure, counts: Mapping[str, int]) -> None:
        """Add to the numbers that are shown of an erasure."""
        cursor = await self._connection.execute(
            "select counts from erasure where workspace_id = %s and erasure_id = %s",
            (erasure.workspace_id, erasure.erasure_id),
        )
        row = await cursor.fetchone()
        known: dict[str, int] = dict(row[0]) if row else {}
        for table, went in counts.items():
            known[table] = known.get(table, 0) + went
        await self._connection.execute(
            "update erasure set counts = %s where workspace_id = %s and erasure_id = %s",
            (Jsonb(known), erasure.workspace_id, erasure.erasure_id),
        )

    async def rows(self, workspace_id: int, after: int, through: int, most: int) -> list[LogRow]:
        """Return log rows of a workspace above `after` and up to `through`, in order."""
        cursor = await self._connection.execute(
            """
            select log_offset, workspace_id, source_id, kind, items, received_at, body from log
            where log_offset > %s and log_offset <= %s and workspace_id = %s order by log_offset limit %s
            """,
            (after, through, workspace_id, most),
            binary=True,
        )
        return [
            LogRow(offset, workspace, source_id, LogKind(kind), items, received_at, body)
            for offset, workspace, source_id, kind, items, received_at, body in await cursor.fetchall()
        ]

    async def rewrite(self, rows: Iterable[tuple[int, bytes]]) -> None:
        """Put other bodies in the place of those of log rows."""
        for log_offset, body in rows:
            await self._connection.execute(
                "update log set body = %b where log_offset = %s", (body, log_offset)
            )

    async def searched(self, erasure: Erasure, through: int) -> None:
        """Note how far the search of the log has come."""
        await self._connection.execute(
            "update erasure set searched = %s where workspace_id = %s and erasure_id = %s",
            (through, erasure.workspace_id, erasure.erasure_id),
        )

    async def done(self, erasure: Erasure, at: datetime) -> None:
        """Note that nothing is left, and forget who it was."""
        await self._connection.execute(
            """
            update erasure set state = 'done', target = null, nodes = '[]', done_at = %s
            where workspace_id = %s and erasure_id = %s
            """,
            (at, erasure.workspace_id, erasure.erasure_id),
        )

    async def _one(self, where: str, asked: tuple[Any, ...]) -> Erasure | None:
        query = f"select {_COLUMNS} from erasure {where}"  # sql: own names
        cursor = await self._connection.execute(query.encode(), asked)
        row = await cursor.fetchone()
        if row is None:
            return None
        workspace_id, erasure_id, target, nodes, through, searched, asked_at = row
        held = tuple(ErasedNode(bytes.fromhex(name), namespace, value) for name, namespace, value in nodes)
        return Erasure(workspace_id, erasure_id, bytes(target or b""), held, through, searched, asked_at)


def _written(nodes: Iterable[ErasedNode]) -> Jsonb:
    return Jsonb([[node.node_id.hex(), node.namespace, node.value] for node in nodes])


def _before(node_id: bytes) -> bytes:
    """Return the id before one: a place to go on from that names nobody."""
    return (max(int.from_bytes(node_id), 1) - 1).to_bytes(len(node_id))
