"""The questions behind the figures of the first page."""

PEOPLE = """
with living as (
    select profile_id, notEmpty(friends) as friend, has(consents, 'marketing:line') as allowed,
           has(namespaces, 'member_id') as member
    from profile final where workspace_id = {workspace:UInt32} and gone = 0
)
select count() as people, countIf(friend) as friends, countIf(friend and allowed) as reachable,
       countIf(friend and member) as bound,
       countIf(not friend and profile_id in (
           select toFixedString(dictGetOrDefault('override_map', 'profile_id', (workspace_id, node_id), profile_id), 16)
           from event where workspace_id = {workspace:UInt32} and event = 'line_unfollowed')) as blocked
from living
"""
REVENUE = """
with clicks as (
    select toFixedString(dictGetOrDefault('override_map', 'profile_id', (workspace_id, node_id), profile_id), 16) as who, at as clicked_at
    from event where workspace_id = {workspace:UInt32} and event = 'message_link_clicked'
      and at >= {since:DateTime64(3, 'UTC')} - toIntervalDay({window:UInt16})
), orders as (
    select toFixedString(dictGetOrDefault('override_map', 'profile_id', (workspace_id, node_id), profile_id), 16) as who, at as ordered_at,
           coalesce(toFloat64OrNull(toString(properties.revenue)), toFloat64OrNull(toString(properties.total)), 0) as amount
    from event where workspace_id = {workspace:UInt32} and event = 'Order Completed' and at >= {since:DateTime64(3, 'UTC')}
)
select sum(amount) as revenue, count() as orders
from orders asof join clicks on orders.who = clicks.who and clicks.clicked_at <= orders.ordered_at
where ordered_at <= clicked_at + toIntervalDay({window:UInt16})
"""
SOURCES = """
select source, max(at) as last_event_at, countIf(at >= {day:DateTime64(3, 'UTC')}) as events_today
from event where workspace_id = {workspace:UInt32} and at >= {since:DateTime64(3, 'UTC')} and at <= {now:DateTime64(3, 'UTC')}
group by source
"""
# In PostgreSQL.
MONTH = """
select a.key, a.name, a.price_plan,
       (select coalesce(sum(billed), 0) from send s
        where s.workspace_id = a.workspace_id and s.account = a.key and s.billed > 0 and s.settled_at >= %(month)s)
from line_account a where a.workspace_id = %(workspace)s order by a.key
"""
NAMED_SOURCES = """
select key, kind, name, created_at from source
where workspace_id = %s and revoked_at is null and kind <> 'tieline' order by key
"""
ATTENTION = """
select 'parked', count(*) from dead_letter where workspace_id = %(workspace)s and answer = ''
union all select 'sends_failed', count(*) from send
    where workspace_id = %(workspace)s and state = 'failed' and settled_at >= %(day)s
union all select 'sends_unknown', count(*) from send where workspace_id = %(workspace)s and state = 'unknown'
union all select 'suggestions', count(*) from suggestion where workspace_id = %(workspace)s and state = 'open'
union all select 'imports_failed', count(*) from import_job
    where workspace_id = %(workspace)s and state = 'failed' and created_at >= %(week)s
union all select 'segments_waiting', count(*) from segment
    where workspace_id = %(workspace)s and state = 'computing' and updated_at < %(soon)s
"""
