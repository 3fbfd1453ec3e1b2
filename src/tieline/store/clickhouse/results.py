"""What came of messages, asked of ClickHouse: who clicked, who bought, who left afterwards."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

import pyarrow as pa

from tieline.model.event import LINE_UNFOLLOWED, MESSAGE_LINK_CLICKED, MESSAGE_SENT

_NOW = (
    "toFixedString(dictGetOrDefault('override_map', 'profile_id', (workspace_id, node_id), profile_id), 16)"
)
_BY_STEP = f"""
select toString(properties.step) as step, uniqExact({_NOW}) as people
from event
where workspace_id = {{workspace:UInt32}} and event = {{name:String}} and toString(properties.origin) = {{origin:String}}
group by step
"""
_SENT = f"""
    select {_NOW} as person, toString(properties.step) as step, min(at) as sent_at
    from event
    where workspace_id = {{workspace:UInt32}} and event = {{sent:String}} and toString(properties.origin) = {{origin:String}}
    group by person, step
"""
_AFTER = f"""
select step, uniqExact(person) as people, count() as events, sum(amount) as amount
from (
    select sent.step as step, sent.person as person, later.amount as amount
    from ({_SENT}) as sent
    join (
        select {_NOW} as person, at, toFloat64OrZero(toString(properties.total)) as amount
        from event
        where workspace_id = {{workspace:UInt32}} and event = {{name:String}}
          and at >= (select min(sent_at) from ({_SENT}))
    ) as later on later.person = sent.person
    where later.at > sent.sent_at and later.at <= sent.sent_at + toIntervalSecond({{seconds:UInt32}})
)
group by step
"""
_ORDERS = f"""
select {_NOW} as person, at, toFloat64OrZero(toString(properties.total)) as amount
from event
where workspace_id = {{workspace:UInt32}} and event = {{name:String}}
  and at > {{since:DateTime64(3, 'UTC')}} and at <= {{until:DateTime64(3, 'UTC')}}
limit {{most:UInt32}}
"""
_COHORTS = f"""
select toDate(first) as first, toUInt32(dateDiff('month', first, month)) as later, count() as people, sum(amount) as amount
from (
    select person, month, sum(amount) as amount, min(month) over (partition by person) as first
    from (
        select {_NOW} as person, toStartOfMonth(at, {{zone:String}}) as month,
               toFloat64OrZero(toString(properties.total)) as amount
        from event
        where workspace_id = {{workspace:UInt32}} and event = {{name:String}} and at <= {{now:DateTime64(3, 'UTC')}}
    )
    group by person, month
)
where first > addMonths(toStartOfMonth({{now:DateTime64(3, 'UTC')}}, {{zone:String}}), -{{months:Int32}})
group by first, later
order by first, later
"""
ORDER = "Order Completed"


class Asked(Protocol):
    """Whoever can be asked of history."""

    async def query(self, sql: str, parameters: Mapping[str, Any]) -> pa.Table:
        """Run one statement with bound parameters."""
        ...


class ClickHouseResults:
    """Clicks, and the figures of reports."""

    def __init__(self, history: Asked) -> None:
        self._history = history

    async def by_step(self, workspace_id: int, origin: str) -> dict[str, int]:
        """Return how many people opened a link of the messages of an origin, by step."""
        parameters = {"workspace": workspace_id, "origin": origin, "name": MESSAGE_LINK_CLICKED}
        table = await self._history.query(_BY_STEP, parameters)
        return {row["step"]: int(row["people"]) for row in table.to_pylist()}

    async def after(
        self, workspace_id: int, origin: str, event: str, window: timedelta
    ) -> dict[str, dict[str, float]]:
        """Return who did something within a time after the message, by step: people, events, amount of `total`."""
        parameters = {
            "workspace": workspace_id,
            "origin": origin,
            "sent": MESSAGE_SENT,
            "name": event,
            "seconds": int(window.total_seconds()),
        }
        table = await self._history.query(_AFTER, parameters)
        return {
            row["step"]: {
                "people": int(row["people"]),
                "events": int(row["events"]),
                "amount": float(row["amount"]),
            }
            for row in table.to_pylist()
        }

    async def bought(self, workspace_id: int, origin: str, window: timedelta) -> dict[str, dict[str, float]]:
        """Return who bought within a time after the message, by step."""
        return await self.after(workspace_id, origin, ORDER, window)

    async def cohorts(
        self, workspace_id: int, event: str, zone: str, now: datetime, months: int
    ) -> list[dict[str, Any]]:
        """Return by month of the first event and months after it: `first`, `later`, `people`, `amount` of `total`.

        Args:
            workspace_id: Whose.
            event: What counts as buying.
            zone: Whose months.
            now: The last month is that of this moment.
            months: How many months of first events.
        """
        named = {"workspace": workspace_id, "name": event, "zone": zone, "now": now, "months": months}
        table = await self._history.query(_COHORTS, named)
        return list(table.to_pylist())

    async def orders(self, workspace_id: int, since: datetime, until: datetime, most: int) -> pa.Table:
        """Return at most so many orders after `since` and not after `until`: person (their profile now), at, amount."""
        named = {"workspace": workspace_id, "name": ORDER, "since": since, "until": until, "most": most}
        return await self._history.query(_ORDERS, named)

    async def left(self, workspace_id: int, origin: str, window: timedelta) -> dict[str, dict[str, float]]:
        """Return who blocked an account within a time after the message, by step."""
        return await self.after(workspace_id, origin, LINE_UNFOLLOWED, window)
