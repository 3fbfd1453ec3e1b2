"""Segments and their members in PostgreSQL."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from tieline.condition import uses
from tieline.condition.computed import PREFIX
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
        await self.compute_anew(workspace_id, key)
        return version

    async def compute_anew(self, workspace_id: int, changed: str) -> None:
        """Have every live segment computed as a whole that refers to a definition, by however many steps."""
        written = await self.definitions(workspace_id)
        stale = uses.depending(changed, written)
        await self._connection.execute(
            "update segment set state = 'computing' where workspace_id = %s and key = any(%s) and state = 'live'",
            (workspace_id, sorted(stale)),
        )

    async def delete(self, workspace_id: int, key: str, at: datetime) -> None:
        """Delete a segment; its definition and versions stay, so that `restore` brings it back.

        Raises:
            NotFoundError: There is none with this key.
        """
        cursor = await self._connection.execute(
            "update segment set state = 'deleted', updated_at = %s where workspace_id = %s and key = %s and state <> 'deleted'",
            (at, workspace_id, key),
        )
        if not cursor.rowcount:
            raise NotFoundError(f"There is no segment {key}.")
        await self._connection.execute(
            "delete from membership where workspace_id = %s and segment = %s", (workspace_id, key)
        )

    async def restore(self, workspace_id: int, key: str, at: datetime) -> None:
        """Bring a deleted segment back; it is computed as a whole next.

        Raises:
            NotFoundError: No segment with this key was deleted.
        """
        cursor = await self._connection.execute(
            "update segment set state = 'computing', updated_at = %s where workspace_id = %s and key = %s and state = 'deleted'",
            (at, workspace_id, key),
        )
        if not cursor.rowcount:
            raise NotFoundError(f"No segment {key} was deleted.")

    async def growth(self, workspace_id: int, key: str, days: int) -> list[tuple[date, int, int]]:
        """Return day, how many entered and how many exited, the oldest first; days on which nobody moved are left out."""
        cursor = await self._connection.execute(
            """
            select day, entered, exited from segment_growth
            where workspace_id = %s and segment = %s order by day desc limit %s
            """,
            (workspace_id, key, days),
        )
        return [(day, int(entered), int(exited)) for day, entered, exited in await cursor.fetchall()][::-1]

    async def definitions(self, workspace_id: int) -> dict[str, Any]:
        """Return every definition of a workspace that a condition may refer to: segments, and computed traits."""
        cursor = await self._connection.execute(
            """
            select key, definition from segment where workspace_id = %(workspace)s and state <> 'deleted'
            union all
            select %(prefix)s || key, definition from computed_trait
            where workspace_id = %(workspace)s and state <> 'deleted'
            """,
            {"workspace": workspace_id, "prefix": PREFIX},
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
        known: defaultdict[int, dict[str, Any]] = defaultdict(dict)
        for workspace_id, key, _, definition, _ in found:
            known[workspace_id][key] = definition
        cursor = await self._connection.execute(
            "select workspace_id, key, definition from computed_trait where state = 'live'"
        )
        for workspace_id, key, definition in await cursor.fetchall():
            known[workspace_id][f"{PREFIX}{key}"] = definition
        for workspace_id, key, version, definition, state in found:
            others = known[workspace_id]
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
        written = repr((version, definition, others if uses.named(definition) else None))
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

        await self._count(workspace_id, entered, exited, at)
        await self._tell(workspace_id, entered, exited, at)

    async def _tell(
        self,
        workspace_id: int,
        entered: Sequence[tuple[str, bytes]],
        exited: Sequence[tuple[str, bytes]],
        at: datetime,
    ) -> None:
        """Leave word for the destinations of these segments, in the same transaction."""
        moved = [(*one, False) for one in exited] + [(*one, True) for one in entered]
        if not moved:
            return
        await self._connection.execute(
            """
            insert into destination_change (workspace_id, segment, profile_id, entered, at)
            select %(workspace)s, segment, profile_id, entered, %(at)s
            from unnest(%(keys)s::text[], %(ids)s::bytea[], %(entered)s::bool[]) with ordinality
                 as moved (segment, profile_id, entered, number)
            where segment in (
                select segment from destination where workspace_id = %(workspace)s and state = 'live' and not wants_full)
            order by number
            """,
            {
                "workspace": workspace_id,
                "at": at,
                "keys": [key for key, _, _ in moved],
                "ids": [profile_id for _, profile_id, _ in moved],
                "entered": [came for _, _, came in moved],
            },
        )

    async def _count(
        self,
        workspace_id: int,
        entered: Sequence[tuple[str, bytes]],
        exited: Sequence[tuple[str, bytes]],
        at: datetime,
    ) -> None:
        came, left = Counter(key for key, _ in entered), Counter(key for key, _ in exited)
        keys = sorted({*came, *left})
        if not keys:
            return
        day = at.astimezone(ZoneInfo(await self.time_zone(workspace_id))).date()
        await self._connection.execute(
            """
            insert into segment_growth (workspace_id, segment, day, entered, exited)
            select %s, key, %s, came, gone from unnest(%s::text[], %s::int[], %s::int[]) as moved (key, came, gone)
            on conflict (workspace_id, segment, day) do update
            set entered = segment_growth.entered + excluded.entered, exited = segment_growth.exited + excluded.exited
            """,
            (workspace_id, day, keys, [came[key] for key in keys], [left[key] for key in keys]),
        )

    async def computed(self, workspace_id: int, key: str, at: datetime) -> None:
        """Note when a segment was last computed as a whole; it is live from then on."""
        await self._connection.execute(
            "update segment set state = 'live', computed_at = %s where workspace_id = %s and key = %s",
            (at, workspace_id, key),
        )
