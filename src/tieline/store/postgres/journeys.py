"""Journeys, enrolments, coupons and the catalog in PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from tieline.errors import NotFoundError
from tieline.model.signal import EnrolmentRow, Signal
from tieline.ports import LiveJourney
from tieline.store.postgres.experiments import PostgresExperiments
from tieline.store.postgres.named import identifiers_of
from tieline.store.postgres.signals import PostgresSignals

_COLUMNS = "workspace_id, enrolment_id, journey, version, person, correlation, state, step, due_at, needs_offset, body, entered_at"
_MINE = ", ".join(f"e.{name}" for name in _COLUMNS.split(", "))


class PostgresJourneys(PostgresExperiments):
    """JourneyStore, and the definitions behind it."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection)
        self._signals = PostgresSignals(connection)

    async def put(
        self,
        workspace_id: int,
        key: str,
        name: str,
        definition: Mapping[str, Any],
        state: str,
        author: str,
        at: datetime,
    ) -> int:
        """Create a journey or a new version of it; return the version."""
        cursor = await self._connection.execute(
            """
            insert into journey (workspace_id, key, version, name, state, updated_at) values (%s, %s, 1, %s, %s, %s)
            on conflict (workspace_id, key) do update
            set version = journey.version + 1, name = excluded.name, state = excluded.state, updated_at = excluded.updated_at
            returning version
            """,
            (workspace_id, key, name, state, at),
        )
        row = await cursor.fetchone()
        version = int(row[0]) if row else 1
        await self._connection.execute(
            "insert into journey_version (workspace_id, key, version, definition, author, at) values (%s, %s, %s, %s, %s, %s)",
            (workspace_id, key, version, Jsonb(definition), author, at),
        )
        return version

    async def set_state(self, workspace_id: int, key: str, state: str, at: datetime) -> None:
        """Pause, resume or stop a journey.

        Raises:
            NotFoundError: There is none with this key.
        """
        cursor = await self._connection.execute(
            "update journey set state = %s, updated_at = %s where workspace_id = %s and key = %s",
            (state, at, workspace_id, key),
        )
        if not cursor.rowcount:
            raise NotFoundError(f"There is no journey {key}.")

    async def journeys(self) -> list[LiveJourney]:
        """Return every version that is live or still has people on it."""
        cursor = await self._connection.execute(
            """
            select v.workspace_id, v.key, v.version, v.definition, j.state, v.version = j.version
            from journey_version v join journey j using (workspace_id, key)
            where v.version = j.version or exists (
                select from enrolment e
                where e.workspace_id = v.workspace_id and e.journey = v.key and e.version = v.version
                  and e.state in ('active', 'waiting_time', 'waiting_event', 'waiting_history'))
            """
        )
        return [LiveJourney(*row) for row in await cursor.fetchall()]

    async def edition(self) -> str:
        """Return a text that is another one after any journey was saved, switched on or off."""
        cursor = await self._connection.execute(
            "select count(*) || ' ' || coalesce(sum(xmin::text::numeric), 0) from journey"
        )
        (found,) = await cursor.fetchone() or ("",)
        return str(found)

    async def take_signals(self, signals_max: int) -> list[Signal]:
        """Return the oldest signals that nobody has taken, in order."""
        return await self._signals.take(signals_max)

    async def heard(
        self, workspace_id: int, profile_ids: Sequence[bytes], since: datetime
    ) -> dict[bytes, list[Signal]]:
        """Return the events after `since` that were taken already, by the profile their node belongs to now."""
        return await self._signals.heard(workspace_id, profile_ids, since)

    async def forget_heard(self, before: datetime) -> None:
        """Drop taken signals that no trigger can still want to hear."""
        await self._signals.forget_before(before)

    async def open_of(
        self, workspace_id: int, profile_ids: Sequence[bytes]
    ) -> dict[bytes, list[EnrolmentRow]]:
        """Return the running enrolments of some people, by the profile they have now, locked."""
        cursor = await self._connection.execute(
            f"""
            select n.profile_id, {_MINE}
            from node n join enrolment e on e.workspace_id = n.workspace_id and e.person = n.node_id
            where n.workspace_id = %s and n.profile_id = any(%s)
              and e.state in ('active', 'waiting_time', 'waiting_event', 'waiting_history')
            order by e.entered_at, e.enrolment_id
            for update of e
            """,
            (workspace_id, list(profile_ids)),
            binary=True,
        )
        found: dict[bytes, list[EnrolmentRow]] = {}
        for profile_id, *columns in await cursor.fetchall():
            found.setdefault(profile_id, []).append(EnrolmentRow(*columns))
        return found

    async def doubled(
        self, workspace_id: int, profile_ids: Sequence[bytes]
    ) -> dict[bytes, list[EnrolmentRow]]:
        """Return the running enrolments of those who are on some way more than once, locked."""
        cursor = await self._connection.execute(
            """
            select n.profile_id
            from node n join enrolment e on e.workspace_id = n.workspace_id and e.person = n.node_id
            where n.workspace_id = %s and n.profile_id = any(%s)
              and e.state in ('active', 'waiting_time', 'waiting_event', 'waiting_history')
            group by n.profile_id, e.journey, e.correlation having count(*) > 1
            """,
            (workspace_id, list(profile_ids)),
            binary=True,
        )
        twice = sorted({bytes(profile_id) for (profile_id,) in await cursor.fetchall()})
        return await self.open_of(workspace_id, twice) if twice else {}

    async def entered(
        self, workspace_id: int, profile_ids: Sequence[bytes]
    ) -> dict[tuple[bytes, str], datetime]:
        """Return when each of these people last entered each journey."""
        cursor = await self._connection.execute(
            """
            select n.profile_id, e.journey, max(e.entered_at)
            from node n join enrolment e on e.workspace_id = n.workspace_id and e.person = n.node_id
            where n.workspace_id = %s and n.profile_id = any(%s) group by 1, 2
            """,
            (workspace_id, list(profile_ids)),
            binary=True,
        )
        return {(bytes(profile_id), str(journey)): at for profile_id, journey, at in await cursor.fetchall()}

    async def profiles_now(self, workspace_id: int, node_ids: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the profile each node belongs to now."""
        cursor = await self._connection.execute(
            "select node_id, profile_id from node where workspace_id = %s and node_id = any(%s)",
            (workspace_id, list(node_ids)),
            binary=True,
        )
        return {bytes(node_id): bytes(profile_id) for node_id, profile_id in await cursor.fetchall()}

    async def identifiers(self, workspace_id: int, node_ids: Sequence[bytes]) -> dict[bytes, tuple[str, str]]:
        """Return namespace and value of nodes."""
        return await identifiers_of(self._connection, workspace_id, node_ids)

    async def due(self, now: datetime, enrolments_max: int) -> list[EnrolmentRow]:
        """Return enrolments whose timer is due, locked; what another worker holds is left out."""
        return await self._locked(
            "due_at <= %s order by due_at, enrolment_id limit %s", (now, enrolments_max)
        )

    async def answerable(self, mark: int, enrolments_max: int) -> list[EnrolmentRow]:
        """Return enrolments that wait for history to reach an offset which it has reached, locked."""
        return await self._locked(
            "needs_offset <= %s order by needs_offset, enrolment_id limit %s", (mark, enrolments_max)
        )

    async def head(self) -> int:
        """Return the highest committed log offset."""
        cursor = await self._connection.execute("select coalesce(max(log_offset), 0) from log")
        row = await cursor.fetchone()
        return int(row[0]) if row else 0

    async def horizon(self) -> datetime | None:
        """Return the earliest arrival among the requests that the stream has not absorbed; None if there is none."""
        cursor = await self._connection.execute(
            """
            select min(received_at) from log
            where log_offset > coalesce((select log_offset from position where consumer = 'stream'), 0)
            """
        )
        row = await cursor.fetchone()
        return row[0] if row else None

    async def save(self, rows: Sequence[EnrolmentRow], at: datetime) -> None:
        """Insert or replace enrolments."""
        if not rows:
            return
        await self._connection.execute(
            f"""
            insert into enrolment ({_COLUMNS}, updated_at)
            select *, %s from unnest(%b::int[], %b::bytea[], %b::text[], %b::int[], %b::bytea[], %b::text[], %b::text[],
                                     %b::text[], %b::timestamptz[], %b::bigint[], %b::jsonb[], %b::timestamptz[])
            on conflict (workspace_id, enrolment_id) do update
            set state = excluded.state, step = excluded.step, due_at = excluded.due_at,
                needs_offset = excluded.needs_offset, body = excluded.body, updated_at = excluded.updated_at
            """,
            (
                at,
                [row.workspace_id for row in rows],
                [row.enrolment_id for row in rows],
                [row.journey for row in rows],
                [row.version for row in rows],
                [row.person for row in rows],
                [row.correlation for row in rows],
                [row.state for row in rows],
                [row.step for row in rows],
                [row.due_at for row in rows],
                [row.needs_offset for row in rows],
                [Jsonb(dict(row.body)) for row in rows],
                [row.entered_at for row in rows],
            ),
        )

    async def issue_coupon(
        self, workspace_id: int, pool: str, issue_key: bytes, person: bytes, at: datetime
    ) -> str | None:
        """Return the code that `issue_key` took from `pool`: the same one however often it is asked; None if empty."""
        cursor = await self._connection.execute(
            "select code from coupon_code where workspace_id = %s and issue_key = %s",
            (workspace_id, issue_key),
        )
        row = await cursor.fetchone()
        if row is None:
            cursor = await self._connection.execute(
                """
                update coupon_code set issue_key = %s, person = %s, issued_at = %s
                where (workspace_id, pool, code) = (
                    select workspace_id, pool, code from coupon_code
                    where workspace_id = %s and pool = %s and issue_key is null
                    limit 1 for update skip locked)
                returning code
                """,
                (issue_key, person, at, workspace_id, pool),
            )
            row = await cursor.fetchone()
        return str(row[0]) if row else None

    async def item(self, workspace_id: int, catalog: str, key: str) -> Mapping[str, Any] | None:
        """Return one item of the catalog as it is now."""
        cursor = await self._connection.execute(
            "select data from catalog_item where workspace_id = %s and catalog = %s and key = %s",
            (workspace_id, catalog, key),
        )
        row = await cursor.fetchone()
        found: Mapping[str, Any] | None = row[0] if row else None
        return found

    async def _locked(self, where: str, parameters: tuple[Any, ...]) -> list[EnrolmentRow]:
        cursor = await self._connection.execute(  # sql: own names
            f"select {_COLUMNS} from enrolment where {where} for update skip locked", parameters, binary=True
        )
        return [EnrolmentRow(*row) for row in await cursor.fetchall()]
