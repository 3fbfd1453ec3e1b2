"""Events of people who were joined or parted are written anew under who they belong to now, so that nobody looks it up.

Readers come through this process and its lock, so they see an event before or after, never twice and never not at all.
An interruption between the new row and the end of the old one leaves both; the next call takes the same nodes again, and
finds the new rows there. So a process begins with one call.
"""

from typing import Any

from tieline.store.clickhouse.engine import ClickHouse

NODES_TOGETHER = 1_000
_COLUMNS = (
    "workspace_id, event, profile_id, node_id, at, log_offset, item, message_id, source, type, properties"
)
_OLDEST = """
    select workspace_id, node_id, from_id, version from override final
    order by version, workspace_id, node_id, from_id limit {most:UInt32}
"""
# Ids are bound as text: an engine that is asked over HTTP takes nothing else.
_THESE = """
    select tupleElement(one, 1), toFixedString(unhex(tupleElement(one, 2)), 16), toFixedString(unhex(tupleElement(one, 3)), 16)
    from (select arrayJoin(arrayZip({workspaces:Array(UInt32)}, {nodes:Array(String)}, {froms:Array(String)})) as one)
"""
_FROM = f"(select tupleElement(r, 1), tupleElement(r, 3) from (select tuple(*) as r from ({_THESE})))"
# The first half is read along the key; the second decides.
_MINE = f"(workspace_id, profile_id) in {_FROM} and (workspace_id, profile_id, node_id) in (select tupleElement(r, 1), tupleElement(r, 3), tupleElement(r, 2) from (select tuple(*) as r from ({_THESE})))"
_NOW_AT = (
    "toFixedString(dictGetOrDefault('override_map', 'profile_id', (workspace_id, node_id), profile_id), 16)"
)
_WRITTEN = f"""
    insert into event ({_COLUMNS})
    select workspace_id, event, now_at, node_id, at, log_offset, item, message_id, source, type, properties
    from (select *, {_NOW_AT} as now_at from event where {_MINE})
    where now_at <> profile_id and (workspace_id, now_at, log_offset, item) not in (
        select workspace_id, profile_id, log_offset, item from event where (workspace_id, profile_id) in (
            select workspace_id, {_NOW_AT} from event where {_MINE}))
"""
_GONE = f"delete from event where {_MINE} and {_NOW_AT} <> profile_id"
_SETTLED = """
    delete from override where workspace_id in {workspaces:Array(UInt32)} and version <= {through:UInt64}
      and (hex(node_id), hex(from_id)) in (select tupleElement(one, 1), tupleElement(one, 2)
        from (select arrayJoin(arrayZip({nodes:Array(String)}, {froms:Array(String)})) as one))
"""


def squash(engine: ClickHouse, most: int = NODES_TOGETHER) -> int:
    """Take the oldest nodes that moved and write their events anew; return how many there were.

    The cost is that of the events of `most` nodes, however long history is.
    """
    with engine.alone():
        oldest = engine.query(_OLDEST, {"most": most}).to_pylist()
        if not oldest:
            return 0
        asked: dict[str, Any] = {
            "workspaces": [row["workspace_id"] for row in oldest],
            "nodes": [bytes(row["node_id"]).hex().upper() for row in oldest],
            "froms": [bytes(row["from_id"]).hex().upper() for row in oldest],
        }
        found = engine.query(
            f"select count() as n from event where {_MINE} and {_NOW_AT} <> profile_id", asked
        )
        if found["n"][0].as_py():
            engine.command(_WRITTEN, asked)
            engine.command(_GONE, asked)
        engine.command(_SETTLED, {**asked, "through": max(row["version"] for row in oldest)})
        engine.command("system reload dictionary override_map")
        return len(oldest)
