"""Tags, their dictionary, rules and jobs in PostgreSQL."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from tieline.errors import NotFoundError
from tieline.model.tag import ExpiredTag, TagRule, Word

_LATEST = """
select distinct on (n.profile_id) n.profile_id, f.value, f.node_id, f.source, f.at
from fact f join node n using (workspace_id, node_id)
where f.workspace_id = %(workspace)s and f.kind = 2 and f.name = %(tag)s and n.profile_id = any(%(profiles)s)
order by n.profile_id, f.at desc, f.source desc, f.value::text desc
"""


class PostgresTags:
    """TagStore, the dictionary and the jobs behind it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, workspace_id: int, key: str, said: Mapping[str, Any], at: datetime) -> None:
        """Describe a tag, or describe it anew; a deleted one comes back."""
        await self._connection.execute(
            """
            insert into tag (workspace_id, key, name, owner, purpose, expires_after_days, state, created_at, updated_at)
            values (%(workspace)s, %(key)s, %(name)s, %(owner)s, %(purpose)s, %(days)s, 'live', %(at)s, %(at)s)
            on conflict (workspace_id, key) do update
            set name = excluded.name, owner = excluded.owner, purpose = excluded.purpose, state = 'live',
                expires_after_days = excluded.expires_after_days, updated_at = excluded.updated_at
            """,
            {
                "workspace": workspace_id, "key": key, "name": said["name"], "owner": said["owner"],
                "purpose": said["purpose"], "days": said["expires_after_days"], "at": at,
            },
        )  # fmt: skip

    async def delete(self, workspace_id: int, key: str, at: datetime) -> None:
        """Take a tag out of the dictionary, with its rules; who carries it keeps it.

        Raises:
            NotFoundError: The dictionary does not have it.
        """
        cursor = await self._connection.execute(
            "update tag set state = 'deleted', updated_at = %s where workspace_id = %s and key = %s and state = 'live'",
            (at, workspace_id, key),
        )
        if not cursor.rowcount:
            raise NotFoundError(f"There is no tag {key}.")
        await self._connection.execute(
            "update tag_rule set state = 'deleted', updated_at = %s where workspace_id = %s and tag = %s",
            (at, workspace_id, key),
        )

    async def dictionary(self, workspace_id: int) -> list[dict[str, Any]]:
        """Return every live entry."""
        async with self._connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(
                """
                select key, name, owner, purpose, expires_after_days, created_at, updated_at,
                       (select count(*) from tag_rule r where r.workspace_id = t.workspace_id and r.tag = t.key
                        and r.state = 'live')::int as rules
                from tag t where workspace_id = %s and state = 'live' order by key
                """,
                (workspace_id,),
            )
            return await cursor.fetchall()

    async def put_rule(
        self, workspace_id: int, key: str, tag: str, definition: Mapping[str, Any], at: datetime
    ) -> None:
        """Create a rule or replace it."""
        await self._connection.execute(
            """
            insert into tag_rule (workspace_id, key, tag, definition, state, updated_at)
            values (%s, %s, %s, %s, 'live', %s)
            on conflict (workspace_id, key) do update
            set tag = excluded.tag, definition = excluded.definition, state = 'live', updated_at = excluded.updated_at
            """,
            (workspace_id, key, tag, Jsonb(definition), at),
        )

    async def drop_rule(self, workspace_id: int, key: str, at: datetime) -> None:
        """Switch a rule off for good.

        Raises:
            NotFoundError: There is none with this key.
        """
        cursor = await self._connection.execute(
            "update tag_rule set state = 'deleted', updated_at = %s where workspace_id = %s and key = %s and state = 'live'",
            (at, workspace_id, key),
        )
        if not cursor.rowcount:
            raise NotFoundError(f"There is no rule {key}.")

    async def rules_of(self, workspace_id: int) -> list[dict[str, Any]]:
        """Return the live rules of a workspace as they were written."""
        async with self._connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(
                "select key, tag, definition, updated_at from tag_rule where workspace_id = %s and state = 'live' order by key",
                (workspace_id,),
            )
            return await cursor.fetchall()

    async def rules(self) -> list[TagRule]:
        """Return every live rule."""
        cursor = await self._connection.execute(
            "select workspace_id, key, tag, definition from tag_rule where state = 'live'"
        )
        return [TagRule(*row) for row in await cursor.fetchall()]

    async def named(self, nodes: Iterable[tuple[int, bytes]]) -> dict[tuple[int, bytes], tuple[str, str]]:
        """Return namespace and value of nodes."""
        wanted = list(nodes)
        cursor = await self._connection.execute(
            """
            select workspace_id, node_id, namespace, value
            from node join unnest(%s::int[], %s::bytea[]) as asked (workspace_id, node_id) using (workspace_id, node_id)
            """,
            ([one for one, _ in wanted], [one for _, one in wanted]),
            binary=True,
        )
        return {(row[0], bytes(row[1])): (row[2], row[3]) for row in await cursor.fetchall()}

    async def people(self, profiles: Iterable[tuple[int, bytes]]) -> dict[tuple[int, bytes], tuple[str, str]]:
        """Return namespace and value of one node of each profile: the oldest."""
        wanted = list(profiles)
        cursor = await self._connection.execute(
            """
            select distinct on (workspace_id, profile_id) workspace_id, profile_id, namespace, value
            from node join unnest(%s::int[], %s::bytea[]) as asked (workspace_id, profile_id)
              using (workspace_id, profile_id)
            order by workspace_id, profile_id, first_at, node_id
            """,
            ([one for one, _ in wanted], [one for _, one in wanted]),
            binary=True,
        )
        return {(row[0], bytes(row[1])): (row[2], row[3]) for row in await cursor.fetchall()}

    async def expired(self, now: datetime, most: int) -> list[ExpiredTag]:
        """Return tags whose time is over."""
        cursor = await self._connection.execute(
            """
            select t.workspace_id, t.key, n.namespace, n.value, f.at
            from tag t
            join fact f on f.workspace_id = t.workspace_id and f.kind = 2 and f.name = t.key and f.value = 'true'
            join node n on n.workspace_id = f.workspace_id and n.node_id = f.node_id
            where t.state = 'live' and t.expires_after_days is not null
              and f.at <= %(now)s - make_interval(days => t.expires_after_days)
              and not exists (
                  select from fact g where g.workspace_id = f.workspace_id and g.node_id = f.node_id and g.kind = 2
                  and g.name = f.name and g.at > f.at)
            limit %(most)s
            """,
            {"now": now, "most": most},
        )
        return [ExpiredTag(*row) for row in await cursor.fetchall()]

    async def words(self, workspace_id: int, tag: str, profile_ids: Sequence[bytes]) -> dict[bytes, Word]:
        """Return the newest word about a tag for each of `profile_ids` that has one."""
        cursor = await self._connection.execute(
            _LATEST,
            {"workspace": workspace_id, "tag": tag, "profiles": list(profile_ids)},
            binary=True,
        )
        return {
            bytes(profile_id): Word(value is True, bytes(node_id), source, at)
            for profile_id, value, node_id, source, at in await cursor.fetchall()
        }

    async def add_job(self, workspace_id: int, job: Mapping[str, Any], nodes: Sequence[bytes]) -> None:
        """Keep what a job did, and to whom."""
        await self._connection.execute(
            """
            insert into tag_job (workspace_id, job_id, tag, action, how, author, asked, changed, refused, report, at)
            values (%(workspace)s, %(job_id)s, %(tag)s, %(action)s, %(how)s, %(author)s, %(asked)s, %(changed)s,
                    %(refused)s, %(report)s, %(at)s)
            """,
            {**job, "workspace": workspace_id, "report": Jsonb(job["report"])},
        )
        await self._connection.execute(
            "insert into tag_job_person (workspace_id, job_id, node_id) select %s, %s, unnest(%s::bytea[])",
            (workspace_id, job["job_id"], list(nodes)),
        )

    async def job(self, workspace_id: int, job_id: str, *, locked: bool = False) -> dict[str, Any]:
        """Return what a job did.

        Raises:
            NotFoundError: There is none with this id.
        """
        async with self._connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(  # sql: own names
                "select job_id, tag, action, how, author, asked, changed, refused, report, at, undone_at"
                f" from tag_job where workspace_id = %s and job_id = %s {'for update' if locked else ''}",
                (workspace_id, job_id),
            )
            row = await cursor.fetchone()
        if row is None:
            raise NotFoundError(f"There is no job {job_id}.")
        return row

    async def jobs(self, workspace_id: int, tag: str) -> list[dict[str, Any]]:
        """Return the newest jobs of a tag."""
        async with self._connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(
                "select job_id, action, how, author, asked, changed, refused, at, undone_at from tag_job"
                " where workspace_id = %s and tag = %s order by at desc limit 100",
                (workspace_id, tag),
            )
            return await cursor.fetchall()

    async def changed_by(self, workspace_id: int, job_id: str) -> list[bytes]:
        """Return the nodes whose tag a job changed."""
        cursor = await self._connection.execute(
            "select node_id from tag_job_person where workspace_id = %s and job_id = %s",
            (workspace_id, job_id),
            binary=True,
        )
        return [bytes(node_id) for (node_id,) in await cursor.fetchall()]

    async def undone(self, workspace_id: int, job_id: str, at: datetime) -> None:
        """Note that a job was taken back."""
        await self._connection.execute(
            "update tag_job set undone_at = %s where workspace_id = %s and job_id = %s",
            (at, workspace_id, job_id),
        )

    async def placed(
        self, workspace_id: int, node_ids: Sequence[bytes]
    ) -> dict[bytes, tuple[bytes, str, str]]:
        """Return profile, namespace and value of nodes; unknown ones are left out."""
        cursor = await self._connection.execute(
            "select node_id, profile_id, namespace, value from node where workspace_id = %s and node_id = any(%s)",
            (workspace_id, list(node_ids)),
            binary=True,
        )
        return {bytes(row[0]): (bytes(row[1]), row[2], row[3]) for row in await cursor.fetchall()}
