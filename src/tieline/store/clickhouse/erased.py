"""A person goes from history: their events, their profile, and their name on events of others."""

from collections.abc import Sequence
from typing import Any

from tieline.model.erasure import ErasedNode
from tieline.store.clickhouse.as_sent import AS_SENT
from tieline.store.clickhouse.engine import ClickHouse

ALONE = "settings mutations_sync = 1"
_NODES = "(select toFixedString(unhex(arrayJoin({nodes:Array(String)})), 16))"
_NAMES = f"workspace_id = {{workspace:UInt32}} and node_id in {_NODES}"
_NAMED = f"workspace_id = {{workspace:UInt32}} and profile_id in {_NODES}"
_WORDS = "multiSearchAny(toString(properties), {words:Array(String)})"
# What others' profiles were while the person was a part of them: versions that newer ones stand for. Which others is not
# known any more once moves are squashed, so all such versions go; merges would have dropped them at some time anyway.
_FORMER = """
    workspace_id = {workspace:UInt32} and (profile_id, version) in (
        select profile_id, arrayJoin(arraySlice(arrayReverseSort(groupUniqArray(version)), 2))
        from profile where workspace_id = {workspace:UInt32} group by profile_id having count() > 1
        settings optimize_aggregation_in_order = 1)
"""
_COLUMNS = "workspace_id, event, profile_id, node_id, at, log_offset, item, message_id, source, type"
# An event of somebody else that was written under the profile of the person: it was theirs once, and was cut off.
_MOVED = """
    insert into event (workspace_id, event, profile_id, node_id, at, log_offset, item, message_id, source, type, properties)
    select workspace_id, event, if(now_at = toFixedString('', 16), node_id, now_at), node_id, at, log_offset, item,
           message_id, source, type, properties
    from (
        select *, toFixedString(dictGetOrDefault('override_map', 'profile_id', (workspace_id, node_id), ''), 16) as now_at
        from event where {mine} and node_id not in {nodes}
    )
    where (log_offset, item) not in (
        select log_offset, item from event
        where workspace_id = {{workspace:UInt32}} and profile_id not in {nodes} and (log_offset, item) in
            (select log_offset, item from event where {mine}))
"""


def erase(engine: ClickHouse, workspace_id: int, nodes: Sequence[ErasedNode], words: Sequence[str]) -> int:
    """Delete what history knows of the nodes; return how many events went. May be repeated after an interruption."""
    asked: dict[str, Any] = {
        "workspace": workspace_id,
        "nodes": [node.node_id.hex() for node in nodes],
        "words": list(words),
    }
    went = _count(engine, f"select count() as n from event where {_NAMES}", asked)
    if went:
        engine.command(f"alter table event delete where {_NAMES} {ALONE}", asked)
    if _count(engine, f"select count() as n from event where {_NAMED}", asked):
        engine.command(_MOVED.format(mine=_NAMED, nodes=_NODES), asked)
        engine.command(f"alter table event delete where {_NAMED} {ALONE}", asked)
    if words and _count(
        engine,
        f"select count() as n from event where workspace_id = {{workspace:UInt32}} and {_WORDS}",
        asked,
    ):
        _cut_words(engine, workspace_id, words)
    engine.command(f"alter table profile delete where {_NAMED} {ALONE}", asked)
    engine.command(f"alter table profile delete where {_FORMER} {ALONE}", asked)
    engine.command(
        f"alter table override delete where {_NAMES} or {_NAMED} or (workspace_id = {{workspace:UInt32}} and from_id in {_NODES}) {ALONE}",
        asked,
    )
    engine.command("system reload dictionary override_map")
    for table in ("event_arrival", "profile_arrival"):
        engine.command(f"truncate table {table}")  # sql: own names
    return went


def _cut_words(engine: ClickHouse, workspace_id: int, words: Sequence[str]) -> None:
    """Take the person's own spellings out of what other people's events say.

    The new rows come before the old ones go, through the table that takes JSON as text: a mutation would read texts
    that look like dates as dates. Done again after an interruption, it finds the new rows there.
    """
    asked: dict[str, Any] = {"workspace": workspace_id, "words": list(words)}
    text = "toString(properties)"
    for index, word in enumerate(words):
        asked[f"word{index}"] = word
        text = f"replaceAll({text}, {{word{index}:String}}, '[erased]')"
    mine = f"workspace_id = {{workspace:UInt32}} and {_WORDS}"
    engine.command("truncate table event_arrival")
    engine.command(
        f"""
        insert into event_arrival ({_COLUMNS}, properties) select {_COLUMNS}, {text} from event
        where {mine} and (log_offset, item) not in (
            select log_offset, item from event where workspace_id = {{workspace:UInt32}} and not {_WORDS}
            and (log_offset, item) in (select log_offset, item from event where {mine}))
        """,  # sql: own names
        asked,
    )
    columns = f"{_COLUMNS}, properties"
    engine.command(  # sql: own names
        f"insert into event ({columns}) select {columns} from event_arrival settings {AS_SENT}"
    )
    engine.command(f"alter table event delete where {mine} {ALONE}", asked)  # sql: own names


def _count(engine: ClickHouse, sql: str, asked: dict[str, Any]) -> int:
    return int(engine.query(sql, asked)["n"][0].as_py())
