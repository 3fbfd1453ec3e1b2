"""Counts of steps, parts in experiments and rounds of journeys in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from tieline.model.event import JOURNEY_START_ASKED
from tieline.model.signal import ArmRow, Reached, SignalKind
from tieline.ports import Round, Tally


class PostgresExperiments:
    """What journeys count and compare, and when those begin that begin by the clock: a part of JourneyStore."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def segment_definitions(self) -> dict[int, dict[str, Any]]:
        """Return the conditions of segments as they were written, by workspace and key."""
        cursor = await self._connection.execute(
            "select workspace_id, key, definition from segment where state <> 'deleted'"
        )
        found: dict[int, dict[str, Any]] = {}
        for workspace_id, key, definition in await cursor.fetchall():
            found.setdefault(workspace_id, {})[key] = definition
        return found

    async def rounds(self) -> dict[tuple[int, str], Round]:
        """Return when journeys that begin by the clock begin next."""
        cursor = await self._connection.execute(
            "select workspace_id, journey, version, at, needs_offset from journey_round"
        )
        return {(row[0], row[1]): Round(*row[2:]) for row in await cursor.fetchall()}

    async def set_round(self, workspace_id: int, key: str, said: Round) -> None:
        """Write down when a journey begins next."""
        await self._connection.execute(
            """
            insert into journey_round (workspace_id, journey, version, at, needs_offset) values (%s, %s, %s, %s, %s)
            on conflict (workspace_id, journey) do update
            set version = excluded.version, at = excluded.at, needs_offset = excluded.needs_offset
            """,
            (workspace_id, key, *said),
        )

    async def begin_round(
        self, workspace_id: int, key: str, profile_ids: Sequence[bytes], at: datetime
    ) -> None:
        """Signal for each of these people that the journey is to start."""
        data = {"journey": key, "data": {"scheduled_at": at.isoformat()}}
        await self._connection.execute(
            """
            insert into signal (workspace_id, kind, name, node_id, profile_id, at, log_offset, data)
            select %s, %s, %s, profile_id, profile_id, %s, 0, %s from unnest(%s::bytea[]) as person (profile_id)
            """,
            (workspace_id, int(SignalKind.EVENT), JOURNEY_START_ASKED, at, Jsonb(data), list(profile_ids)),
        )

    async def count(self, reached: Sequence[Reached]) -> None:
        """Add to the counts of steps reached."""
        if not reached:
            return
        await self._connection.execute(
            """
            insert into journey_count (workspace_id, journey, version, step, day, people)
            select * from unnest(%s::int[], %s::text[], %s::int[], %s::text[], %s::date[], %s::bigint[])
            on conflict (workspace_id, journey, version, step, day) do update
            set people = journey_count.people + excluded.people
            """,
            (
                [one.workspace_id for one in reached],
                [one.journey for one in reached],
                [one.version for one in reached],
                [one.step for one in reached],
                [one.day for one in reached],
                [one.people for one in reached],
            ),
        )

    async def assigned(self, arms: Sequence[ArmRow], goals: Sequence[tuple[int, bytes, datetime]]) -> None:
        """Write down parts in experiments, and which enrolments reached their goal."""
        if arms:
            await self._connection.execute(
                """
                insert into journey_arm (workspace_id, enrolment_id, journey, version, step, arm, person, at)
                select * from unnest(%s::int[], %s::bytea[], %s::text[], %s::int[], %s::text[], %s::text[], %s::bytea[],
                                     %s::timestamptz[])
                on conflict do nothing
                """,
                (
                    [one.workspace_id for one in arms],
                    [one.enrolment_id for one in arms],
                    [one.journey for one in arms],
                    [one.version for one in arms],
                    [one.step for one in arms],
                    [one.arm for one in arms],
                    [one.person for one in arms],
                    [one.at for one in arms],
                ),
            )
        if goals:
            await self._connection.execute(
                """
                update journey_arm set goal_at = coalesce(goal_at, said.at)
                from unnest(%s::int[], %s::bytea[], %s::timestamptz[]) as said (workspace_id, enrolment_id, at)
                where journey_arm.workspace_id = said.workspace_id and journey_arm.enrolment_id = said.enrolment_id
                """,
                ([one[0] for one in goals], [one[1] for one in goals], [one[2] for one in goals]),
            )

    async def clicked(self, workspace_id: int, journey: str, profile_id: bytes, at: datetime) -> None:
        """Note a click for every part in experiments of a journey that this person had before it."""
        await self._connection.execute(
            """
            update journey_arm set clicked_at = coalesce(clicked_at, %s)
            from node
            where node.workspace_id = %s and node.profile_id = %s and journey_arm.workspace_id = node.workspace_id
              and journey_arm.person = node.node_id and journey_arm.journey = %s and journey_arm.at <= %s
            """,
            (at, workspace_id, profile_id, journey, at),
        )

    async def arms(
        self, workspace_id: int, journey: str, version: int, step: str, by: str
    ) -> tuple[dict[str, Tally], datetime | None]:
        """Return how each arm has done, and when the first person came."""
        cursor = await self._connection.execute(
            """
            select arm, count(*), count(case when %s = 'goal' then goal_at else clicked_at end), min(at)
            from journey_arm where workspace_id = %s and journey = %s and version = %s and step = %s group by arm
            """,
            (by, workspace_id, journey, version, step),
        )
        rows = await cursor.fetchall()
        return {row[0]: Tally(row[1], row[2]) for row in rows}, min((row[3] for row in rows), default=None)

    async def won(
        self, workspace_id: int, journey: str, version: int, step: str, arm: str, at: datetime
    ) -> None:
        """Write down which arm won."""
        await self._connection.execute(
            """
            insert into journey_winner (workspace_id, journey, version, step, arm, at) values (%s, %s, %s, %s, %s, %s)
            on conflict do nothing
            """,
            (workspace_id, journey, version, step, arm, at),
        )

    async def winners(self) -> dict[tuple[int, str, int, str], str]:
        """Return every arm that won."""
        cursor = await self._connection.execute(
            "select workspace_id, journey, version, step, arm from journey_winner"
        )
        return {(row[0], row[1], row[2], row[3]): row[4] for row in await cursor.fetchall()}
