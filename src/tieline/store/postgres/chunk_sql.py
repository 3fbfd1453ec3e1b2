"""The statements that carry chunks through the send protocol."""

from tieline.ids import LEADING_BYTES
from tieline.store.postgres import restrained
from tieline.store.postgres.standing import OF_ASKED

# Who has been written to as often as the cap allows, open messages counted.
_ROOM = """
    full_up as (
        select mine.profile_id from mine join send on send.workspace_id = %(workspace)s and send.person = mine.node_id
        where send.purpose <> 'transactional'
          and (send.state in ('planned', 'prepared', 'unknown', 'grouped')
               or (send.state = 'accepted' and send.settled_at > %(since)s))
        group by 1 having count(*) >= %(cap)s
    ),
"""
_NOT_FULL = "and not exists (select from full_up where full_up.profile_id = asked.profile_id)"
_WRITE = """frozen as (
        insert into multicast (workspace_id, chunk_id, account, origin, step, purpose, messages, body_hash, members, retry_key,
                            not_before, expires_at, stood_through, created_at, quiet, cap_messages, cap_days, priority, unit)
        select %(workspace)s, (%(chunks)s::bytea[])[number], %(account)s, %(origin)s, %(step)s, %(purpose)s, %(messages)s,
               %(body)s, members, (%(keys)s::uuid[])[number], %(now)s::timestamptz, %(expires)s::timestamptz, %(through)s,
               %(now)s::timestamptz, %(quiet)s, %(cap)s, %(days)s, %(priority)s, %(unit)s
        from sized
    )
    insert into send (workspace_id, send_id, account, origin, step, person, line_user, purpose, state, chunk_id, not_before,
                      expires_at, created_at, quiet, cap_messages, cap_days, priority, unit)
    select %(workspace)s, send_id, %(account)s, %(origin)s, %(step)s, person, line_user, %(purpose)s, 'grouped',
           (%(chunks)s::bytea[])[number], %(now)s::timestamptz, %(expires)s::timestamptz, %(now)s::timestamptz, %(quiet)s,
           %(cap)s, %(days)s, %(priority)s, %(unit)s
    from placed join sized using (number)
"""
_PLAN = """
    with wish as materialized (
        select person, w.send_id from unnest(%(people)s::bytea[], %(sends)s::bytea[]) as w (person, send_id)
        left join lateral (
            select true as there from send where workspace_id = %(workspace)s and send_id = w.send_id offset 0
        ) as before on true
        where there is null
    ),
    asked as materialized (
        select node_id, namespace, value, profile_id
        from (select distinct person from wish) as each cross join lateral (
            select node_id, namespace, value, profile_id from node
            where workspace_id = %(workspace)s and node_id = each.person
            offset 0
        ) as own
    ),
    {of_asked},
    {room}
    allowed as (
        select send_id, person, profile_id, users[array_position(accounts, %(account)s)] as line_user
        from wish join asked on node_id = person
        join on_line using (profile_id) join friend using (profile_id) left join consent using (profile_id)
        where %(account)s = any(accounts) and (%(free)s or %(consent)s = any(granted)) {not_full}
    ),
    single as (
        select send_id, person, line_user,
               row_number() over (partition by line_user order by send_id) as turn,
               row_number() over (partition by profile_id order by send_id) as profile_turn
        from allowed where line_user ~ '^U[0-9a-f]{{32}}$'
    ),
    placed as materialized (
        select send_id, person, line_user, (row_number() over (order by send_id) - 1) / %(most)s + 1 as number
        from single where turn = 1 and profile_turn = 1
    ),
    sized as materialized (select number, count(*) as members from placed group by 1 having count(*) > 1),
    {write}
    order by number, send_id
    returning send_id
"""

# Whom the message goes to was seen when the list was frozen, each LINE user once.
PLAN_STRETCH = f"""
    with placed as materialized (
        select substr(person, 1, {LEADING_BYTES})
                   || substr(decode(md5(person || convert_to(%(broadcast)s, 'UTF8')), 'hex'), {LEADING_BYTES} + 1) as send_id,
               person, line_user,
               (row_number() over (order by place) - 1) / %(most)s + 1 as number
        from broadcast_recipient
        where workspace_id = %(workspace)s and broadcast = %(broadcast)s and place > %(after)s and place <= %(last)s
          and arm = %(step)s and line_user is not null
    ),
    sized as materialized (select number, count(*) as members from placed group by 1),
    {_WRITE}
"""

CLAIM = f"""
    with due as materialized (
        select workspace_id, chunk_id from multicast
        where state in ('planned', 'unknown', 'prepared') and not_before <= %(now)s
          and (workspace_id, account) not in (select * from unnest(%(workspaces)s::int[], %(accounts)s::text[]))
        order by not_before limit %(most)s
        for update skip locked
    ),
    held as (
        update multicast
        set state = 'prepared', fence = fence + 1, attempts = attempts + 1,
            first_attempt_at = coalesce(first_attempt_at, %(now)s), not_before = %(lease)s
        from due where multicast.workspace_id = due.workspace_id and multicast.chunk_id = due.chunk_id
        returning multicast.*
    )
    select {restrained.LEAVING.format("held", -1, 0)}, chunk_id, convert_to('[' || list || ']', 'UTF8'), members,
           found = members, retry_key, stood_through
    from held
    cross join lateral (
        select coalesce(string_agg('"' || line_user || '"', ',' order by send_id), '') as list, count(*) as found
        from send where send.workspace_id = held.workspace_id and send.chunk_id = held.chunk_id and send.state = 'grouped'
    ) as them
    order by created_at, chunk_id
"""

GATE = """
    select c.workspace_id, c.chunk_id, c.fence, line_account.state is not distinct from 'live',
           exists (select from origin_halt as halt where halt.workspace_id = c.workspace_id and halt.origin in (c.origin, '*'))
    from unnest(%s::int[], %s::bytea[]) as asked (workspace_id, chunk_id)
    join multicast c using (workspace_id, chunk_id)
    left join line_account on line_account.workspace_id = c.workspace_id and line_account.key = c.account
"""

# Chunks of which somebody may not have the message any more.
FALLEN = f"""
    with member as materialized (
        select s.chunk_id, s.person, s.line_user, s.account, s.purpose, s.cap_messages, s.cap_days, c.attempts
        from send s join multicast c using (workspace_id, chunk_id)
        where s.workspace_id = %(workspace)s and s.chunk_id = any(%(chunks)s) and s.state = 'grouped'
    ),
    asked as materialized (
        select node_id, namespace, value, profile_id
        from (select distinct person from member) as each cross join lateral (
            select node_id, namespace, value, profile_id from node
            where workspace_id = %(workspace)s and node_id = each.person
            offset 0
        ) as own
    ),
    {OF_ASKED},
    had as (
        select member.chunk_id, member.person from member
        join asked on asked.node_id = member.person join mine using (profile_id)
        join send past on past.workspace_id = %(workspace)s and past.person = mine.node_id
        left join multicast taken on taken.workspace_id = past.workspace_id and taken.chunk_id = past.chunk_id
                                  and past.state = 'grouped' and taken.state = 'accepted'
        where member.cap_messages is not null and member.attempts <= 1 and past.purpose <> 'transactional'
          and coalesce(taken.settled_at, case when past.state = 'accepted' then past.settled_at end)
              > %(now)s::timestamptz - make_interval(days => member.cap_days)
        group by 1, 2, member.cap_messages having count(*) >= member.cap_messages
    )
    select distinct chunk_id from member
    left join asked on asked.node_id = member.person
    left join friend using (profile_id) left join consent using (profile_id)
    where friend.profile_id is null
       or not exists (select from unnest(accounts, users) as f (account, line_user)
                      where f.account = member.account and f.line_user = member.line_user)
       or (purpose <> 'transactional' and (purpose || ':line' = any(granted)) is not true)
       or (chunk_id, person) in (select chunk_id, person from had)
    union
    select chunk_id from multicast c
    where workspace_id = %(workspace)s and chunk_id = any(%(chunks)s)
      and members <> (select count(*) from member where member.chunk_id = c.chunk_id)
"""

SETTLE = """
    update multicast
    set state = said.state, attempts = attempts - (not called)::int,
        first_attempt_at = case when attempts - (not called)::int > 0 then first_attempt_at end,
        not_before = said.not_before, request_id = coalesce(nullif(said.request_id, ''), multicast.request_id),
        settled_at = case when said.state = 'accepted' then %s::timestamptz end
    from unnest(%s::int[], %s::bytea[], %s::bigint[], %s::text[], %s::bool[], %s::timestamptz[], %s::text[])
         as said (workspace_id, chunk_id, fence, state, called, not_before, request_id)
    where multicast.workspace_id = said.workspace_id and multicast.chunk_id = said.chunk_id
      and multicast.fence = said.fence and multicast.state is not distinct from 'prepared'
    returning multicast.workspace_id, multicast.chunk_id
"""

# In doubt the members stay one frozen group under the same key; else they are as if nobody had grouped them.
OPEN = """
    with opened as (
        update multicast
        set state = 'opened', settled_at = %(now)s, attempts = attempts - 1
        from unnest(%(workspaces)s::int[], %(chunks)s::bytea[], %(fences)s::bigint[])
             as said (workspace_id, chunk_id, fence)
        where multicast.workspace_id = said.workspace_id and multicast.chunk_id = said.chunk_id
          and multicast.fence = said.fence and multicast.state is not distinct from 'prepared'
        returning multicast.*
    ),
    freed as (
        update send
        set state = case when opened.attempts > 0 then 'unknown' else 'planned' end,
            messages = opened.messages, body_hash = opened.body_hash,
            chunk_id = case when opened.attempts > 0 then opened.chunk_id end,
            retry_key = case when opened.attempts > 0 then opened.retry_key end,
            first_attempt_at = case when opened.attempts > 0 then opened.first_attempt_at end,
            attempts = opened.attempts, not_before = %(now)s,
            reserved = case when opened.attempts > 0 then opened.reserved / opened.members end,
            reserved_in = case when opened.attempts > 0 then opened.reserved_in end
        from opened
        where send.workspace_id = opened.workspace_id and send.chunk_id = opened.chunk_id and send.state = 'grouped'
    )
    select workspace_id, chunk_id from opened
"""

WRITE_OUT = """
    with done as materialized (
        select workspace_id, chunk_id from multicast where state = 'accepted'
        order by settled_at limit %s for update skip locked
    ),
    told as (
        update multicast set state = 'told' from done
        where multicast.workspace_id = done.workspace_id and multicast.chunk_id = done.chunk_id
        returning multicast.*
    ),
    written as (
        update send
        set state = 'accepted', request_id = told.request_id, retry_key = told.retry_key, attempts = told.attempts,
            first_attempt_at = told.first_attempt_at, billed = 1, settled_at = told.settled_at, body_hash = told.body_hash
        from told
        where send.workspace_id = told.workspace_id and send.chunk_id = told.chunk_id and send.state = 'grouped'
        returning send.workspace_id, send.send_id, send.account, send.origin, send.step, send.purpose, send.person,
                  send.settled_at
    )
    select written.workspace_id, send_id, account, origin, step, purpose, coalesce(node.namespace, ''),
           coalesce(node.value, ''), settled_at
    from written left join node on node.workspace_id = written.workspace_id and node.node_id = written.person
"""


def plan(*, capped: bool) -> str:
    """Return the statement that freezes chunks, with or without a look at caps."""
    return _PLAN.format(
        write=_WRITE, of_asked=OF_ASKED, room=_ROOM if capped else "", not_full=_NOT_FULL if capped else ""
    )
