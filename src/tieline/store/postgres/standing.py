"""Where people may be written to, as a part of any statement: what was asked of nodes, answered for their people.

The newest word counts, and of two at once the refusal; a grant in a file counts where nothing else was said, unless the
file was taken back. Friendship is a LINE user's own, consent the person's. What nobody proved to be this person takes
no message and gives no consent; its refusal counts all the same.
"""

# Nodes and what is said of each are looked up by index (the subqueries with `offset 0` are not joined in another way): a
# statement about thousands of people can forbid other nested loops, see `HASHED`, and yet reads nobody else's rows.
OF_ASKED = """
    mine as materialized (
        select node_id, namespace, value, profile_id, core
        from (select distinct profile_id from asked) as theirs cross join lateral (
            select node_id, namespace, value, core from node
            where workspace_id = %(workspace)s and profile_id = theirs.profile_id
            offset 0
        ) as each
    ),
    consent as (
        select profile_id, array_agg(purpose || ':' || channel) as granted
        from (
            select distinct on (profile_id, purpose, channel) profile_id, purpose, channel, granted
            from mine cross join lateral (
                select purpose, channel, granted, method, at from consent_event
                where workspace_id = %(workspace)s and node_id = mine.node_id and method <> 'import_undone'
                  and not (granted and exists (
                      select from consent_event undone
                      where undone.workspace_id = consent_event.workspace_id and undone.node_id = consent_event.node_id
                        and undone.source = consent_event.source and undone.method = 'import_undone'))
                offset 0
            ) as said
            where core or not granted
            order by profile_id, purpose, channel, (granted and method = 'import'), at desc, granted
        ) as latest
        where granted
        group by profile_id
    ),
    friend as (
        select profile_id, array_agg(name order by at desc, node_id desc) as accounts,
               array_agg(line_user order by at desc, node_id desc) as users
        from (
            select distinct on (profile_id, name, node_id)
                   profile_id, name, node_id, mine.value as line_user, said.value, at
            from mine cross join lateral (
                select name, value, at from fact
                where workspace_id = %(workspace)s and node_id = mine.node_id and kind = 3
                offset 0
            ) as said
            where core and (namespace = 'line' or namespace like 'line:%%')
            order by profile_id, name, node_id, at desc, said.value = 'true'
        ) as latest
        where value = 'true'
        group by profile_id
    ),
    on_line as (select distinct profile_id from mine where core and (namespace = 'line' or namespace like 'line:%%'))
"""
"""Needs `asked` (node_id, namespace, value, profile_id) before it and the parameter `workspace`; gives `mine`, `consent`
(profile_id, granted), `friend` (profile_id, accounts, users) and `on_line` (profile_id)."""

# The same, worked out for everybody of one account at once: three tables are read from end to end, none row by row. A
# LINE user whom two people have stands for neither: one call cannot name it twice. Such a name stands in two namespaces.
_STANDING_OF_ALL = """
    reached as materialized (
        select distinct on (profile_id) profile_id, namespace, own.value as line_user
        from fact said join node own using (workspace_id, node_id)
        where workspace_id = %(workspace)s and kind = 3 and name = %(account)s and said.value = 'true'
          and core and (namespace = 'line' or namespace like 'line:%%')
          and not exists (
              select from fact later
              where later.workspace_id = said.workspace_id and later.node_id = said.node_id and later.kind = said.kind
                and later.name = said.name and later.at >= said.at and later.value <> 'true')
        order by profile_id, at desc, node_id desc
    ),
    rare as (select line_user from reached where namespace <> (select namespace from reached limit 1)),
    twice as materialized (select line_user from reached join rare using (line_user) group by 1 having count(*) > 1),
    stands as (
        select profile_id as person, line_user from reached {agreed}
        where length(line_user) = 33 and line_user ~ '^U[0-9a-f]+$' and line_user not in (select line_user from twice)
    )
"""
# Whoever said yes after the last no, or never said no: what `OF_ASKED` finds by order, without an order.
_AGREED = """
    join (
        select profile_id
        from consent_event said join node own using (workspace_id, node_id)
        where workspace_id = %(workspace)s and purpose = %(purpose)s and channel = 'line' and method <> 'import_undone'
          and (core or not granted)
          and not (granted and exists (
              select from consent_event undone
              where undone.workspace_id = said.workspace_id and undone.node_id = said.node_id
                and undone.source = said.source and undone.method = 'import_undone'))
        group by profile_id
        having coalesce(max(at) filter (where granted and method <> 'import') > max(at) filter (where not granted),
                        count(*) filter (where not granted) = 0)
    ) as agreed using (profile_id)
"""


def of_all(*, free: bool) -> str:
    """Return the parts of a statement that give `stands` (person, line_user): who may be written to by one account.

    It needs the parameters `workspace`, `account` and `purpose`.

    Args:
        free: Whether nobody needs to have agreed.
    """
    return _STANDING_OF_ALL.format(agreed="" if free else _AGREED)


HASHED = "set local enable_nestloop = off"
"""Before a statement about thousands of people: the planner takes those who may be written to for one person, and a table that
was never analysed for an empty one; it would then look through all of them for each of them."""
UNHASHED = "set local enable_nestloop to default"
"""After it."""

STANDING = f"""
    with asked as materialized (
        select node_id, namespace, value, profile_id from node where workspace_id = %(workspace)s and node_id = any(%(nodes)s)
    ),
    {OF_ASKED}
    select node_id, namespace, value, on_line.profile_id is not null, accounts, users, granted
    from asked
    left join on_line using (profile_id) left join friend using (profile_id) left join consent using (profile_id)
"""
"""One row per node asked for: its own name, and what stands for the person behind it."""
