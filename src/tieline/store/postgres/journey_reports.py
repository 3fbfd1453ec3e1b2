"""What the console wants to know of journeys, and what people decide about those on the way."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row

RUNNING = "('active', 'waiting_time', 'waiting_event', 'waiting_history')"


class PostgresJourneyReports:
    """Journeys as lists and numbers."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self, workspace_id: int, since: date) -> list[dict[str, Any]]:
        """Return every journey with who is on it and what happened since a day."""
        return await self._rows(
            f"""
            select j.key, j.name, j.version, j.state, j.updated_at, v.definition #>> '{{trigger,kind}}' as trigger,
                   coalesce(running.people, 0) as running, coalesce(parked.people, 0) as parked,
                   coalesce(counts.entered, 0) as entered, coalesce(counts.goals, 0) as goals
            from journey j
            join journey_version v using (workspace_id, key, version)
            left join lateral (
                select count(*) as people from enrolment e
                where e.workspace_id = j.workspace_id and e.journey = j.key and e.state in {RUNNING}
            ) as running on true
            left join lateral (
                select count(*) as people from enrolment e
                where e.workspace_id = j.workspace_id and e.journey = j.key and e.state = 'parked'
            ) as parked on true
            left join lateral (
                select (sum(people) filter (where step = ''))::bigint as entered,
                       (sum(people) filter (where step = '!goal'))::bigint as goals
                from journey_count c
                where c.workspace_id = j.workspace_id and c.journey = j.key and c.day >= %s
            ) as counts on true
            where j.workspace_id = %s order by j.updated_at desc, j.key
            """,
            (since, workspace_id),
        )

    async def accounts(self, workspace_id: int) -> dict[str, str]:
        """Return the LINE account by the key of the source under which its webhooks are filed."""
        found = await self._rows(
            "select s.key as source, a.key as account from source s join line_account a using (source_id) where s.workspace_id = %s",
            (workspace_id,),
        )
        return {str(row["source"]): str(row["account"]) for row in found}

    async def versions(self, workspace_id: int, key: str) -> list[dict[str, Any]]:
        """Return every version of a journey, the newest first, with how many people are on it."""
        return await self._rows(
            f"""
            select v.version, v.author, v.at, count(e.enrolment_id) as running
            from journey_version v
            left join enrolment e on e.workspace_id = v.workspace_id and e.journey = v.key and e.version = v.version
                                 and e.state in {RUNNING}
            where v.workspace_id = %s and v.key = %s group by 1, 2, 3 order by 1 desc
            """,
            (workspace_id, key),
        )

    async def definition(self, workspace_id: int, key: str, version: int) -> Any:
        """Return one version as it was saved, None if there is none."""
        cursor = await self._connection.execute(
            "select definition from journey_version where workspace_id = %s and key = %s and version = %s",
            (workspace_id, key, version),
        )
        row = await cursor.fetchone()
        return row[0] if row else None

    async def head(self, workspace_id: int, key: str) -> dict[str, Any] | None:
        """Return name, version, state and definition of a journey, None if there is none."""
        rows = await self._rows(
            """
            select j.key, j.name, j.version, j.state, j.updated_at, v.definition
            from journey j join journey_version v using (workspace_id, key, version)
            where workspace_id = %s and key = %s
            """,
            (workspace_id, key),
        )
        return rows[0] if rows else None

    async def stands(self, workspace_id: int, key: str) -> list[dict[str, Any]]:
        """Return how many people stand on each step, in each state."""
        return await self._rows(
            """
            select step, state, count(*) as people, min(due_at) as next_due_at from enrolment
            where workspace_id = %s and journey = %s group by 1, 2 order by 1, 2
            """,
            (workspace_id, key),
        )

    async def sends(self, workspace_id: int, key: str) -> list[dict[str, Any]]:
        """Return what became of the messages of each step."""
        return await self._rows(
            """
            select step, state, reason, count(*) as messages from send
            where workspace_id = %s and origin = %s group by 1, 2, 3 order by 1, 2, 3
            """,
            (workspace_id, f"journey:{key}"),
        )

    async def counts(self, workspace_id: int, key: str, since: date) -> list[dict[str, Any]]:
        """Return how many people reached each step on each day since then; "" is the entry, "!reason" an end."""
        return await self._rows(
            """
            select version, step, day, people from journey_count
            where workspace_id = %s and journey = %s and day >= %s order by day, version, step
            """,
            (workspace_id, key, since),
        )

    async def people(
        self, workspace_id: int, key: str, step: str | None, after: bytes, most: int
    ) -> list[dict[str, Any]]:
        """Return who is on the way, by enrolment id after `after`, on one step or on any."""
        return await self._rows(
            f"""
            select encode(e.enrolment_id, 'hex') as enrolment_id, encode(n.profile_id, 'hex') as profile_id, e.version,
                   e.state, e.step, e.due_at, e.entered_at, e.updated_at
            from enrolment e left join node n on n.workspace_id = e.workspace_id and n.node_id = e.person
            where e.workspace_id = %s and e.journey = %s and (e.state in {RUNNING} or e.state = 'parked')
              and (%s::text is null or e.step = %s) and e.enrolment_id > %s
            order by e.enrolment_id limit %s
            """,
            (workspace_id, key, step, step, after, most),
        )

    async def experiments(self, workspace_id: int, key: str) -> list[dict[str, Any]]:
        """Return how each arm of each experiment has done, and which one won."""
        return await self._rows(
            """
            select a.version, a.step, a.arm, count(*) as people, count(goal_at) as goals, count(clicked_at) as clicks,
                   min(a.at) as since, w.arm is not null as won
            from journey_arm a
            left join journey_winner w on (w.workspace_id, w.journey, w.version, w.step, w.arm)
                                        = (a.workspace_id, a.journey, a.version, a.step, a.arm)
            where a.workspace_id = %s and a.journey = %s group by 1, 2, 3, w.arm order by 1, 2, 3
            """,
            (workspace_id, key),
        )

    async def errors(self, workspace_id: int, key: str, most: int) -> dict[str, list[dict[str, Any]]]:
        """Return people who were parked, messages that failed or are parked, and calls that failed, the newest first."""
        people = await self._rows(
            """
            select encode(enrolment_id, 'hex') as enrolment_id, version, step, body ->> 'reason' as reason, updated_at as at
            from enrolment where workspace_id = %s and journey = %s and state = 'parked'
            order by updated_at desc limit %s
            """,
            (workspace_id, key, most),
        )
        messages = await self._rows(
            """
            select encode(send_id, 'hex') as send_id, step, state, reason, attempts, settled_at as at from send
            where workspace_id = %s and origin = %s and state in ('failed', 'parked')
            order by settled_at desc limit %s
            """,
            (workspace_id, f"journey:{key}", most),
        )
        calls = await self._rows(
            """
            select encode(call_id, 'hex') as call_id, step, reason, attempts, created_at as at from webhook_call
            where workspace_id = %s and origin = %s and state = 'failed'
            order by created_at desc limit %s
            """,
            (workspace_id, f"journey:{key}", most),
        )
        return {"people": people, "messages": messages, "calls": calls}

    async def replay(self, workspace_id: int, key: str, at: datetime) -> dict[str, int]:
        """Let go on what an error stopped, and is certain not to happen twice; return how many of each.

        A parked message is planned again only if no call was made for it.
        """
        people = await self._connection.execute(
            """
            update enrolment
            set state = body ->> 'state', body = jsonb_set(body, '{reason}', '""'), updated_at = %s,
                needs_offset = case when body ->> 'state' = 'waiting_history' then 0 end,
                due_at = case
                    when body ->> 'state' = 'waiting_history' then null
                    when jsonb_array_length(coalesce(body -> 'held', '[]')) > 0 then %s
                    else coalesce((body ->> 'due_at')::timestamptz, %s) end
            where workspace_id = %s and journey = %s and state = 'parked'
            """,
            (at, at, at, workspace_id, key),
        )
        messages = await self._connection.execute(
            """
            update send set state = 'planned', reason = '', not_before = %s, chunk_id = null, settled_at = null
            where workspace_id = %s and origin = %s and state = 'parked' and attempts = 0
            """,
            (at, workspace_id, f"journey:{key}"),
        )
        calls = await self._connection.execute(
            """
            update webhook_call set state = 'planned', reason = '', attempts = 0, not_before = %s
            where workspace_id = %s and origin = %s and state = 'failed'
            """,
            (at, workspace_id, f"journey:{key}"),
        )
        return {"people": people.rowcount, "messages": messages.rowcount, "calls": calls.rowcount}

    async def move(
        self, workspace_id: int, key: str, version: int, steps: Mapping[int, Sequence[str]]
    ) -> int:
        """Let those who stand on these steps of older versions go on in `version`; return how many."""
        moved = 0
        for old, mine in steps.items():
            cursor = await self._connection.execute(
                f"""
                update enrolment set version = %s, body = jsonb_set(body, '{{version}}', to_jsonb(%s::int))
                where workspace_id = %s and journey = %s and version = %s and step = any(%s) and state in {RUNNING}
                """,
                (version, version, workspace_id, key, old, list(mine)),
            )
            moved += cursor.rowcount
        return moved

    async def set_hook(self, workspace_id: int, key: str, token_hash: bytes, at: datetime) -> None:
        """Give a journey an address that other systems may call; an older one is dead from then on."""
        await self._connection.execute(
            """
            insert into journey_hook (workspace_id, journey, token_hash, created_at) values (%s, %s, %s, %s)
            on conflict (workspace_id, journey) do update
            set token_hash = excluded.token_hash, created_at = excluded.created_at
            """,
            (workspace_id, key, token_hash, at),
        )

    async def hook(self, token_hash: bytes) -> tuple[int, str] | None:
        """Return the workspace and journey that a token starts, None if it starts nothing."""
        cursor = await self._connection.execute(
            "select workspace_id, journey from journey_hook where token_hash = %s", (token_hash,)
        )
        row = await cursor.fetchone()
        return (row[0], row[1]) if row else None

    async def _rows(self, query: str, parameters: Sequence[Any]) -> list[dict[str, Any]]:
        async with self._connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(query, parameters)
            return await cursor.fetchall()
