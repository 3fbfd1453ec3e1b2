"""Which message came last before a result: last touch within a window, as SQL over history. Pure.

A touch is a click on a counted link: somebody did something. That a message was sent is a touch too, but a soft one:
nobody knows whether it was read, and who buys often is written to often. Both are told, never mixed.
"""

from datetime import datetime
from typing import Any, NamedTuple

from tieline.condition.path import Path
from tieline.condition.sql.cell import at
from tieline.condition.sql.query import Query, Scope, Writer

CLICKED, SENT = "message_link_clicked", "message_sent"
SOFT_SENT = (
    "Nobody knows whether a message that was sent was read, and who buys often is written to often: what came after it"
    " need not have come of it."
)
NUMBER = "(d -> toDecimal128OrNull(toString(d), 6)) AS to_number"
COUNTED = "count() AS results, uniqExact(c.holder_id) AS people, toFloat64(sum(c.worth)) AS value"
HOLDER = (
    "toFixedString(dictGetOrDefault('override_map', 'profile_id', (workspace_id, node_id), profile_id), 16)"
)


class Asked(NamedTuple):
    """What is attributed.

    Attributes:
        event: The result.
        value: The property that says what it was worth, or None.
        from_at: Results from then on.
        until_at: Results before then.
        window_days: How long before a result a touch still counts.
    """

    event: str
    value: Path | None
    from_at: datetime
    until_at: datetime
    window_days: int


def compile_touches(asked: Asked, touch: str, scope: Scope) -> Query:
    """Return a query with one row for each origin, "" for results without a touch.

    Columns: origin, results, people, value. Each result belongs to one origin: that of the last touch by the same person
    at most so many days before it, and not at the same moment or after.
    """
    writer = Writer(scope)
    days = writer.bound("Int64", asked.window_days)
    sql = f"""WITH {NUMBER}
SELECT
    if(t.touched = 1 AND t.at >= c.at - toIntervalDay({days}), t.origin, '') AS origin, {COUNTED}
FROM {_last_touches(asked, touch, writer)}
GROUP BY origin ORDER BY results DESC, origin"""
    return Query(sql, writer.parameters)


def compile_steps(asked: Asked, touch: str, origin: str, scope: Scope) -> Query:
    """Return a query for the results that belong to one origin, with one row for each of its steps.

    Columns: step, results, people, value. A result whose last touch was of another origin is not among them.
    """
    writer = Writer(scope)
    days = writer.bound("Int64", asked.window_days)
    sql = f"""WITH {NUMBER}
SELECT t.step AS step, {COUNTED}
FROM {_last_touches(asked, touch, writer)}
WHERE t.touched = 1 AND t.at >= c.at - toIntervalDay({days}) AND t.origin = {writer.text(origin)}
GROUP BY step ORDER BY step"""
    return Query(sql, writer.parameters)


def _last_touches(asked: Asked, touch: str, writer: Writer) -> str:
    """Return each result `c` beside the last touch `t` before it, `touched` = 0 where there is none."""
    start, end = writer.moment(asked.from_at), writer.moment(asked.until_at)
    days = writer.bound("Int64", asked.window_days)
    worth = (
        f"ifNull(to_number({at('properties', asked.value).value}), 0)"
        if asked.value
        else "toDecimal128(0, 6)"
    )
    mine = f"workspace_id = {writer.workspace()}"
    return f"""(
    SELECT {HOLDER} AS holder_id, at, {worth} AS worth FROM event
    WHERE {mine} AND event = {writer.text(asked.event)} AND at >= {start} AND at < {end}
) AS c
ASOF LEFT JOIN (
    SELECT {HOLDER} AS holder_id, at, 1 AS touched, ifNull(properties.origin.:String, '') AS origin,
           ifNull(properties.step.:String, '') AS step
    FROM event
    WHERE {mine} AND event = {writer.text(touch)} AND at >= {start} - toIntervalDay({days}) AND at < {end}
) AS t ON c.holder_id = t.holder_id AND c.at > t.at"""


def told(row: dict[str, Any]) -> dict[str, Any]:
    """Return one row of the answer."""
    return {
        "origin": row["origin"] or None,
        "results": int(row["results"]),
        "people": int(row["people"]),
        "value": float(row["value"]),
    }
