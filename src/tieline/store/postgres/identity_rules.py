"""Rules of who is who in PostgreSQL: versions of each workspace, and the change that is under way."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb

from tieline.errors import ConflictError, NotFoundError
from tieline.model.event import RULES_CHANGED, LogKind, NewLogRow
from tieline.ports import Change, Elsewhere
from tieline.store.postgres.log import PostgresLog
from tieline.store.postgres.workspaces import OWN_SOURCE

SHOWN_MAX = 100
TOGETHER = 10_000
_SHOWN = ("version", "state", "merges_percent", "author", "reason", "asked_at", "progress", "report", "decided_by",
          "decided_at", "live_at")  # fmt: skip


class PostgresRules:
    """RuleStore, and versions as people look at them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def live(self) -> dict[int, Any]:
        """Return the rules that hold, as JSON, by workspace; one without rules of its own is left out."""
        cursor = await self._connection.execute(
            "select workspace_id, rules from identity_rules where state = 'live'"
        )
        return {int(workspace_id): rules for workspace_id, rules in await cursor.fetchall()}

    async def live_text(self, workspace_id: int) -> str | None:
        """Return the file that holds, None if it is the shipped one."""
        cursor = await self._connection.execute(
            "select text from identity_rules where workspace_id = %s and state = 'live'", (workspace_id,)
        )
        row = await cursor.fetchone()
        return str(row[0]) if row is not None else None

    async def next_version(self, workspace_id: int) -> int:
        """Return the number of the next version; the shipped rules are number 1."""
        cursor = await self._connection.execute(
            "select coalesce(max(version), 1) + 1 from identity_rules where workspace_id = %s",
            (workspace_id,),
        )
        row = await cursor.fetchone()
        return int(row[0]) if row is not None else 2

    async def ask(
        self,
        workspace_id: int,
        version: int,
        text: str,
        rules: Any,
        merges_percent: float,
        by: tuple[str, str],
        at: datetime,
    ) -> None:
        """Keep a version that somebody (author, reason) wants to hold.

        Raises:
            ConflictError: Another change is under way.
        """
        try:
            async with self._connection.transaction():
                await self._connection.execute(
                    """
                    insert into identity_rules (workspace_id, version, state, text, rules, merges_percent, author, reason, asked_at)
                    values (%s, %s, 'asked', %s, %s, %s, %s, %s, %s)
                    """,
                    (workspace_id, version, text, Jsonb(msgspec.to_builtins(rules)), merges_percent, *by, at),
                )
        except UniqueViolation:
            raise ConflictError(
                "Another change of the rules is under way.", way_out="Confirm or refuse it first."
            ) from None

    async def next(self) -> Change | None:
        """Return the oldest change that is to be computed, locked."""
        return await self._one(
            "where state in ('asked', 'checking') order by asked_at limit 1 for update skip locked", ()
        )

    async def ready(self, workspace_id: int, version: int) -> Change | None:
        """Return a change that the stream is to switch to, locked; None if it is not ready any more."""
        return await self._one(
            "where workspace_id = %s and version = %s and state = 'ready' for update", (workspace_id, version)
        )

    async def move(self, change: Change, state: str) -> bool:
        """Note where a change stands, if it stands where it stood; say whether it did."""
        cursor = await self._connection.execute(
            "update identity_rules set state = %s where workspace_id = %s and version = %s and state = %s",
            (state, change.workspace_id, change.version, change.state),
        )
        return bool(cursor.rowcount)

    async def progress(self, change: Change, fraction: float) -> None:
        """Note how far the computation has come."""
        await self._connection.execute(
            "update identity_rules set progress = %s where workspace_id = %s and version = %s",
            (fraction, change.workspace_id, change.version),
        )

    async def reported(self, change: Change, report: Mapping[str, Any]) -> None:
        """Keep what the change would do."""
        await self._connection.execute(
            "update identity_rules set report = %s where workspace_id = %s and version = %s",
            (Jsonb(dict(report)), change.workspace_id, change.version),
        )

    async def decide(self, workspace_id: int, version: int, state: str, by: str, at: datetime) -> None:
        """Note a person's word about a change that waits for it.

        Raises:
            NotFoundError: No change of this version waits.
        """
        cursor = await self._connection.execute(
            """
            update identity_rules set state = %s, decided_by = %s, decided_at = %s
            where workspace_id = %s and version = %s and state = any(%s)
            """,
            (state, by, at, workspace_id, version, ["held"] if state == "ready" else ["asked", "held"]),
        )
        if not cursor.rowcount:
            raise NotFoundError(f"No change to version {version} waits for a word.")

    async def switched(self, change: Change, at: datetime) -> None:
        """Let a change hold in the place of what held before."""
        await self._connection.execute(
            "update identity_rules set state = 'retired' where workspace_id = %s and state = 'live'",
            (change.workspace_id,),
        )
        await self._connection.execute(
            "update identity_rules set state = 'live', live_at = %s, progress = 1 where workspace_id = %s and version = %s",
            (at, change.workspace_id, change.version),
        )

    async def place(self, workspace_id: int, elsewhere: Elsewhere) -> None:
        """Put nodes where they stand now."""
        for start in range(0, len(elsewhere.ids), TOGETHER):
            part = Elsewhere(*(column[start : start + TOGETHER] for column in elsewhere))
            await self._connection.execute(
                """
                update node set zone_id = now.zone_id, profile_id = now.profile_id, proven_id = now.proven_id,
                                core = now.core, shared = now.shared
                from unnest(%b::bytea[], %b::bytea[], %b::bytea[], %b::bytea[], %b::bool[], %b::smallint[])
                     as now (node_id, zone_id, profile_id, proven_id, core, shared)
                where workspace_id = %s and node.node_id = now.node_id
                """,
                (
                    *(
                        [row.tobytes() for row in ids]
                        for ids in (part.ids, part.zone, part.profile, part.proven)
                    ),
                    [bool(one) for one in part.core],
                    [int(one) for one in part.shared],
                    workspace_id,
                ),
            )

    async def say(self, change: Change, at: datetime) -> None:
        """Say in the log that a change is ready; the stream switches when it comes to it."""
        cursor = await self._connection.execute(
            "select source_id from source where workspace_id = %s and key = %s",
            (change.workspace_id, OWN_SOURCE),
        )
        row = await cursor.fetchone()
        item = {
            "type": "track",
            "event": RULES_CHANGED,
            "messageId": f"{RULES_CHANGED}:{change.version}",
            "properties": {"version": change.version},
        }
        body = msgspec.json.encode({"batch": [item]})
        source_id = int(row[0]) if row is not None else 0
        await PostgresLog(self._connection).append(
            [NewLogRow(change.workspace_id, source_id, LogKind.OWN, 1, at, body)]
        )

    async def versions(self, workspace_id: int) -> list[dict[str, Any]]:
        """Return all versions, newest first, without their texts."""
        return await self._shown(
            "where workspace_id = %s order by version desc limit %s", (workspace_id, SHOWN_MAX)
        )

    async def version(self, workspace_id: int, version: int) -> dict[str, Any]:
        """Return one version with its text.

        Raises:
            NotFoundError: There is none of this number.
        """
        found = await self._shown("where workspace_id = %s and version = %s", (workspace_id, version), "text")
        if not found:
            raise NotFoundError(f"There is no version {version} of the rules.")
        return found[0]

    async def _shown(self, where: str, asked: tuple[Any, ...], *more: str) -> list[dict[str, Any]]:
        names = (*_SHOWN, *more)
        query = f"select {', '.join(names)} from identity_rules {where}"  # sql: own names
        cursor = await self._connection.execute(query.encode(), asked)
        return [dict(zip(names, row, strict=True)) for row in await cursor.fetchall()]

    async def _one(self, where: str, asked: tuple[Any, ...]) -> Change | None:
        query = f"select workspace_id, version, state, rules, merges_percent from identity_rules {where}"  # sql: own names
        cursor = await self._connection.execute(query.encode(), asked)
        row = await cursor.fetchone()
        return Change(*row) if row is not None else None
