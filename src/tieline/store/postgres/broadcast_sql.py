"""The statements that freeze who gets a broadcast."""

from tieline.model.broadcast import Broadcast, arms
from tieline.store.postgres import shown, standing

# Who gets it: members of the segment, or friends of the account by the newest word of each of their LINE users.
_MEMBERS = (
    "select profile_id as person from membership where workspace_id = %(workspace)s and segment = %(segment)s"
)
_FRIENDS = """
    select distinct n.profile_id as person from fact f join node n using (workspace_id, node_id)
    where f.workspace_id = %(workspace)s and f.kind = 3 and f.name = %(account)s and f.value = 'true'
"""
_EXCLUDED = """
    where not exists (select from membership m where m.workspace_id = %(workspace)s and m.segment = any(%(exclude)s)
                                                 and m.profile_id = person)
"""
# A person's lot is drawn from the person and the broadcast alone, so that it can be drawn again. Places follow the moments,
# which follow the lots where a broadcast is throttled: it is a fair sample at any time. Within one moment they go once
# around all names of people, from another one on for each broadcast: names are as good as drawn, nobody is always the
# last, and people are read and written in the order in which their rows are kept.
_FREEZE = """
    insert into broadcast_recipient (workspace_id, broadcast, place, person, arm, due_at, line_user)
    with {looked}
    chosen as {kept} (
        select person, ('x' || substr(md5(person || convert_to(%(key)s, 'UTF8')), 1, 8))::bit(32)::bigint / 4294967296.0::float8
                   as lot
        from ({whom}) as whom {excluded}
    ),
    armed as (
        select person, lot, {arm} as arm, {moment} as begins_at
        from chosen {zones}
    ),
    dated as (
        select person, arm, {due} as due_at
        from armed
    )
    select %(workspace)s, %(key)s, row_number() over (order by {order} person < %(from)s, person), person, arm, due_at, {line_user} from dated {stands}
"""
_ONE_ARM = "(%(arms)s::text[])[1]"
_ARM = "(%(arms)s::text[])[width_bucket(lot, %(ends)s::float8[]) + 1]"
_DUE = """
               case when arm = %(undecided)s then begins_at + %(trial)s::interval else begins_at end
               + case when %(each)s::float8 is null then interval '0'
                      else make_interval(secs => %(each)s::float8 * (row_number() over (order by arm = %(undecided)s, lot) - 1))
                 end
"""
_ZONES = f"""
    left join lateral (
        select fact.value #>> '{{}}' as zone
        from node mine
        join fact on fact.workspace_id = mine.workspace_id and fact.node_id = mine.node_id and fact.kind = 1
                 and fact.name = 'time_zone'
        {shown.SOURCES}
        where mine.workspace_id = %(workspace)s and mine.profile_id = person and mine.core
        order by {shown.FIRST} limit 1
    ) as own on true
    left join pg_timezone_names as known on known.name = own.zone
"""
_AT_ONCE = "%(start)s::timestamptz"
_LOCAL = "greatest(%(start)s::timestamptz, %(local)s::timestamp at time zone coalesce(known.name, %(zone)s))"
_SIZE = """
    select (select count(*) from {whom}), (select reltuples from pg_class where oid = 'node'::regclass)
"""
SIZE_OF_MEMBERS = _SIZE.format(whom="membership where workspace_id = %(workspace)s and segment = %(segment)s")
SIZE_OF_FRIENDS = _SIZE.format(
    whom="fact where workspace_id = %(workspace)s and kind = 3 and name = %(account)s and value = 'true'"
)
"""How many are meant, about, and how many identifiers there are to look through."""


def freeze(said: Broadcast, *, looked: bool, free: bool) -> str:
    """Return the statement that writes down who gets it.

    Args:
        said: The broadcast.
        looked: Whether to look, at the same time, who may be written to: all of them are due at one moment, and whoever
            may be comes first.
        free: Whether nobody needs to have agreed.
    """
    return _FREEZE.format(
        looked=f"{standing.of_all(free=free)}," if looked else "",
        kept="" if looked else "materialized",
        whom=_MEMBERS if said.segment is not None else _FRIENDS,
        excluded=_EXCLUDED if said.exclude else "",
        arm=_ONE_ARM if len(arms(said)[0]) == 1 else _ARM,
        moment=_AT_ONCE if said.local is None else _LOCAL,
        zones="" if said.local is None else _ZONES,
        due="begins_at" if looked else _DUE,
        order="line_user is null," if looked else "due_at,",
        line_user="line_user" if looked else "null",
        stands="left join stands using (person)" if looked else "",
    )
