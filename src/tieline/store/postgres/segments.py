"""Segments and their members in PostgreSQL."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from tieline.condition.node import Node as Condition
from tieline.condition.parse import parse
from tieline.condition.rewrite import parsed, rewrite
from tieline.errors import InvalidConditionError, NotFoundError
from tieline.ports import LiveSegment

_log = structlog.get_logger()


class PostgresSegments:
    """SegmentStore, and the definitions behind it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._compiled: dict[tuple[int, str], tuple[str, Condition | None]] = {}
        self._zones: dict[int, str] = {}

    async def put(
        self, workspace_id: int, key: str, name: str, definition: Mapping[str, Any], author: str, at: datetime
    ) -> int:
        """Create a segment or a new version of it; return the version. It is computed as a whole next."""
        cursor = await self._connection.execute(
            """
            insert into segment (workspace_id, key, version, name, definition, state, updated_at)
            values (%s, %s, 1, %s, %s, 'computing', %s)
            on conflict (workspace_id, key) do update
            set version = segment.version + 1, name = excluded.name, definition = excluded.definition,
                state = 'computing', updated_at = excluded.updated_at
            returning version
            """,
            (workspace_id, key, name, Jsonb(definition), at),
        )
        row = await cursor.fetchone()
        version = int(row[0]) if row else 1
        await self._connection.execute(
            "insert into segment_version (workspace_id, key, version, definition, author, at) values (%s, %s, %s, %s, %s, %s)",
            (workspace_id, key, version, Jsonb(definition), author, at),
        )
        return version

    async def definitions(self, workspace_id: int) -> dict[str, Any]:
        """Return the definition of every segment of a workspace that is not deleted."""
        cursor = await self._connection.execute(
            "select key, definition from segment where workspace_id = %s and state <> 'deleted'",
            (workspace_id,),
        )
        return {str(key): definition for key, definition in await cursor.fetchall()}

    async def describe(self, workspace_id: int, key: str) -> dict[str, Any]:
        """Return one segment with its size.

        Raises:
            NotFoundError: There is none with this key.
        """
        cursor = await self._connection.execute(
            """
            select key, name, version, state, definition, computed_at, updated_at,
                   (select count(*) from membership m where m.workspace_id = s.workspace_id and m.segment = s.key)
            from segment s where workspace_id = %s and key = %s and state <> 'deleted'
            """,
            (workspace_id, key),
        )
        row = await cursor.fetchone()
        if row is None:
            raise NotFoundError(f"There is no segment {key}.")
        names = ("key", "name", "version", "state", "definition", "computed_at", "updated_at", "members")
        return dict(zip(names, row, strict=True))

    async def live(self) -> list[LiveSegment]:
        """Return the live segments of all workspaces, compiled once per version."""
        cursor = await self._connection.execute(
            "select workspace_id, key, version, definition, state from segment where state in ('computing', 'live')"
        )
        found = await cursor.fetchall()
        if not found:
            return []
        live = []
        for workspace_id, key, version, definition, state in found:
            others = {name: other for owner, name, _, other, _ in found if owner == workspace_id}
            node = self._compile(workspace_id, key, version, definition, others)
            if node is not None:
                live.append(LiveSegment(workspace_id, key, version, node, state == "live"))
        return live

    def _compile(
        self, workspace_id: int, key: str, version: int, definition: Any, others: Mapping[str, Any]
    ) -> Condition | None:
        """Return the compiled definition, the same object until it or one it refers to changes.

        One that no longer compiles (a segment it refers to is gone) stands still and does not stop its neighbours.
        """
        name = (workspace_id, key)
        written = repr((version, definition, others if "segment" in repr(definition) else None))
        held = self._compiled.get(name)
        if held is None or held[0] != written:
            try:
                node = rewrite(parse(definition), parsed(others))
            except InvalidConditionError as error:
                _log.error("segment does not compile", segment=key, workspace=workspace_id, field=error.field)
                node = None
            held = self._compiled[name] = (written, node)
        return held[1]

    async def time_zone(self, workspace_id: int) -> str:
        """Return the workspace's time zone."""
        if workspace_id not in self._zones:
            cursor = await self._connection.execute(
                "select time_zone from workspace where workspace_id = %s", (workspace_id,)
            )
            row = await cursor.fetchone()
            self._zones[workspace_id] = str(row[0]) if row else "UTC"
        return self._zones[workspace_id]

    async def members(self, workspace_id: int, profile_ids: Sequence[bytes]) -> dict[bytes, set[str]]:
        """Return the segments each of `profile_ids` is in."""
        cursor = await self._connection.execute(
            "select profile_id, segment from membership where workspace_id = %s and profile_id = any(%s)",
            (workspace_id, list(profile_ids)),
            binary=True,
        )
        found: defaultdict[bytes, set[str]] = defaultdict(set)
        for profile_id, segment in await cursor.fetchall():
            found[profile_id].add(segment)
        return dict(found)

    async def all_members(self, workspace_id: int, key: str) -> set[bytes]:
        """Return every member of one segment."""
        cursor = await self._connection.execute(
            "select profile_id from membership where workspace_id = %s and segment = %s",
            (workspace_id, key),
            binary=True,
        )
        return {bytes(profile_id) for (profile_id,) in await cursor.fetchall()}

    async def save(
        self,
        workspace_id: int,
        entered: Sequence[tuple[str, bytes]],
        exited: Sequence[tuple[str, bytes]],
        at: datetime,
    ) -> None:
        """Add and remove (segment, profile) memberships."""
        if entered:
            await self._connection.execute(
                """
                insert into membership (workspace_id, segment, profile_id, entered_at)
                select %s, segment, profile_id, %s from unnest(%s::text[], %s::bytea[]) as new (segment, profile_id)
                on conflict do nothing
                """,
                (workspace_id, at, [key for key, _ in entered], [profile_id for _, profile_id in entered]),
            )
        if exited:
            await self._connection.execute(
                """
                delete from membership m using unnest(%s::text[], %s::bytea[]) as gone (segment, profile_id)
                where m.workspace_id = %s and m.segment = gone.segment and m.profile_id = gone.profile_id
                """,
                ([key for key, _ in exited], [profile_id for _, profile_id in exited], workspace_id),
            )

    async def computed(self, workspace_id: int, key: str, at: datetime) -> None:
        """Note when a segment was last computed as a whole; it is live from then on."""
        await self._connection.execute(
            "update segment set state = 'live', computed_at = %s where workspace_id = %s and key = %s",
            (at, workspace_id, key),
        )
