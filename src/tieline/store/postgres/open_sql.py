"""A workspace's own data as SQL views, for a role that can read them and nothing else.

The views are made again each time access is given, so that they are those of this version. A row of another workspace
is in none of them: each filters by the workspace, and the role has no right on the tables behind.
"""

from collections.abc import Mapping

from psycopg import AsyncConnection, sql

VIEWS: Mapping[str, tuple[str, str]] = {
    "people": (
        "One row for each person: id, when first seen, how many identifiers.",
        """
        select encode(profile_id, 'hex') as profile_id, min(first_at) as first_seen_at, count(*)::int as identifiers
        from public.node where workspace_id = {workspace} group by profile_id
        """,
    ),
    "identifiers": (
        "What each person is known by.",
        """
        select encode(profile_id, 'hex') as profile_id, namespace, value, first_at
        from public.node where workspace_id = {workspace}
        """,
    ),
    "traits": (
        "Every source's latest word on each trait; `source` and `at` tell whom to believe.",
        """
        select encode(n.profile_id, 'hex') as profile_id, f.name, f.value, f.source, f.at
        from public.fact f join public.node n using (workspace_id, node_id)
        where f.workspace_id = {workspace} and f.kind = 1
        """,
    ),
    "tags": (
        "Tags in force.",
        """
        select encode(profile_id, 'hex') as profile_id, name as tag, source, at from (
            select distinct on (n.profile_id, f.name) n.profile_id, f.name, f.value, f.source, f.at
            from public.fact f join public.node n using (workspace_id, node_id)
            where f.workspace_id = {workspace} and f.kind = 2
            order by n.profile_id, f.name, f.at desc, f.source desc) as latest
        where value = 'true'
        """,
    ),
    "consents": (
        "The ledger: every grant and withdrawal.",
        """
        select encode(n.profile_id, 'hex') as profile_id, c.purpose, c.channel, c.granted, c.method, c.notice_version,
               c.source, c.at
        from public.consent_event c join public.node n using (workspace_id, node_id) where c.workspace_id = {workspace}
        """,
    ),
    "segments": (
        "Segments that are not deleted, with their definition.",
        """
        select key, name, version, definition, state, computed_at, updated_at
        from public.segment where workspace_id = {workspace} and state <> 'deleted'
        """,
    ),
    "segment_members": (
        "Who is in which segment, and since when.",
        """
        select segment, encode(profile_id, 'hex') as profile_id, entered_at
        from public.membership where workspace_id = {workspace}
        """,
    ),
    "messages": (
        "Every send: to whom, from what, how it ended. No texts.",
        """
        select encode(s.send_id, 'hex') as send_id, encode(n.profile_id, 'hex') as profile_id, s.account, s.origin, s.step,
               s.purpose, s.state, s.reason, s.billed, s.created_at, s.settled_at
        from public.send s left join public.node n on n.workspace_id = s.workspace_id and n.node_id = s.person
        where s.workspace_id = {workspace}
        """,
    ),
}
"""Views by name: what each holds, and how."""
SECONDS_MAX = 60
CONNECTIONS_MAX = 5


def name_of(workspace_id: int) -> str:
    """Return the name of the schema and of the role of a workspace."""
    return f"open_{workspace_id}"


async def give(connection: AsyncConnection, workspace_id: int, password: str) -> str:
    """Make the views and the role, or make them again with another password; return the role's name."""
    name = name_of(workspace_id)
    named = sql.Identifier(name)
    found = await connection.execute("select 1 from pg_roles where rolname = %s", (name,))
    verb = sql.SQL("alter" if await found.fetchone() else "create")
    await connection.execute(
        sql.SQL(
            "{} role {} with login nosuperuser nocreatedb nocreaterole noinherit connection limit {} password {}"
        ).format(verb, named, sql.Literal(CONNECTIONS_MAX), sql.Literal(password))
    )
    for setting, value in (
        ("default_transaction_read_only", "on"),
        ("statement_timeout", f"{SECONDS_MAX}s"),
        ("search_path", name),
    ):
        await connection.execute(
            sql.SQL("alter role {} set {} = {}").format(named, sql.Identifier(setting), sql.Literal(value))
        )
    await connection.execute(sql.SQL("create schema if not exists {}").format(named))
    for view, (_, text) in VIEWS.items():
        whole = sql.Identifier(name, view)
        await connection.execute(sql.SQL("drop view if exists {}").format(whole))
        await connection.execute(
            sql.SQL("create view {} with (security_barrier) as {}").format(
                whole, sql.SQL(text).format(workspace=sql.Literal(workspace_id))
            )
        )
    await connection.execute(sql.SQL("grant usage on schema {} to {}").format(named, named))
    await connection.execute(sql.SQL("grant select on all tables in schema {} to {}").format(named, named))
    return name


async def take(connection: AsyncConnection, workspace_id: int) -> None:
    """Close the door: the role cannot log in any more, and whoever is in is sent away."""
    name = name_of(workspace_id)
    found = await connection.execute("select 1 from pg_roles where rolname = %s", (name,))
    if await found.fetchone():
        await connection.execute(
            sql.SQL("alter role {} with nologin password null").format(sql.Identifier(name))
        )
        await connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = %s", (name,)
        )
