"""What is known of each buyer at a moment, and whether they bought within some days after it. Pure but for the question.

Recency, frequency and money are what half a century of direct marketing goes by; here with the pace of the last months.
Only what happened before the moment counts, so that a past moment can be looked at as it was.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

ORDER = "Order Completed"
PEOPLE_MAX = 2_000_000
NAMES = (
    "orders", "days_since_last", "days_since_first", "money_per_order", "orders_30_days", "orders_90_days",
    "days_since_last_by_gap",
)  # fmt: skip
"""Columns of `Buyers.known`; all but the last are logarithms of one and the number."""

SQL = """
select person, countIf(at < cut) as orders,
       dateDiff('second', maxIf(at, at < cut), cut) / 86400 as last,
       dateDiff('second', minIf(at, at < cut), cut) / 86400 as first,
       sumIf(amount, at < cut) / orders as money,
       countIf(at < cut and at >= cut - toIntervalDay(30)) as orders_30,
       countIf(at < cut and at >= cut - toIntervalDay(90)) as orders_90,
       countIf(at >= cut) > 0 as again
from (
    select toFixedString(dictGetOrDefault('override_map', 'profile_id', (workspace_id, node_id), profile_id), 16) as person, at,
           greatest(toFloat64OrZero(toString(properties.total)), 0) as amount, {cut:DateTime64(3, 'UTC')} as cut
    from event
    where workspace_id = {workspace:UInt32} and event = {event:String} and at < {until:DateTime64(3, 'UTC')}
)
group by person, cut
having orders > 0
order by cityHash64(person)
limit {most:UInt32}
"""


class Buyers(NamedTuple):
    """Everybody who had bought by a moment.

    Attributes:
        people: Profile ids.
        known: One row for each of them, one column for each of NAMES.
        again: Whether each of them bought within the days after it.
    """

    people: list[bytes]
    known: np.ndarray
    again: np.ndarray


def asked(workspace_id: int, cut: datetime, days: int) -> Mapping[str, Any]:
    """Return the parameters of SQL for a moment, and so many days after it."""
    return {
        "workspace": workspace_id,
        "event": ORDER,
        "cut": cut,
        "until": cut + timedelta(days=days),
        "most": PEOPLE_MAX,
    }


def read(table: pa.Table) -> Buyers:
    """Read the answer."""
    said = {name: np.asarray(table.column(name).to_numpy(), dtype=float) for name in table.column_names[1:]}
    orders, last, first = said["orders"], said["last"], said["first"]
    gaps = np.where(orders > 1, (first - last) / np.maximum(orders - 1, 1), first)
    counted = (orders, last, first, said["money"], said["orders_30"], said["orders_90"])
    columns = [np.log1p(np.maximum(column, 0)) for column in counted]
    columns.append(np.minimum(last / np.maximum(gaps, 1), 10))
    return Buyers(table.column("person").to_pylist(), np.column_stack(columns), said["again"] > 0)
