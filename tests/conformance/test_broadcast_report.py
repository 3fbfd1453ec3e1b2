"""The report of a broadcast: clicks, orders by the last touch, money, and lift, over real stores and the simulated LINE."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from line_brand import remembering
from mass_desk import Desk

from tieline.store.clickhouse.engine import ClickHouse

PEOPLE = 80


@pytest.fixture
async def told(tmp_path: Path, postgres_url: str, clickhouse: ClickHouse) -> AsyncIterator[Desk]:
    """A desk whose brand remembers."""
    async with remembering(tmp_path, postgres_url, clickhouse) as brand:
        yield Desk(brand, postgres_url)


async def happened(desk: Desk, key: str, *items: tuple[str, str, dict[str, Any]]) -> None:
    """Let events arrive, one after the other, and enter history."""
    now = datetime.now(UTC).isoformat()
    said = [
        {
            "type": "track",
            "event": event,
            "timestamp": now,
            "context": {"externalIds": [{"type": "line:900", "id": user}]},
            "properties": properties,
        }
        for user, event, properties in items
    ]
    answer = await desk.brand.http.post(
        "/v1/batch", json={"batch": said}, auth=httpx.BasicAuth(key, ""), headers={"Authorization": ""}
    )
    assert answer.is_success, answer.text
    await desk.brand.absorb(desk.url)
    await desk.brand.remember(desk.url)


async def test_a_report_joins_messages_clicks_orders_money_and_lift(told: Desk) -> None:
    await told.brand.befriend(PEOPLE)
    made = await told.brand.call("POST", "/api/sources", {"key": "shop", "kind": "server", "name": "Shop"})
    await told.start(holdout_percent=50)
    await told.plan()
    await told.send()
    got = sorted(told.received())
    clicked = {"origin": "broadcast:sale", "step": ""}
    await happened(told, made["write_key"], (got[0], "message_link_clicked", clicked))
    await happened(told, made["write_key"], *((user, "Order Completed", {"total": 100}) for user in got[:5]))

    report = await told.brand.call("GET", "/api/broadcasts/sale/report")

    arm, held = report["arms"]
    assert (arm["arm"], held["arm"]) == ("", "held_out")
    assert arm["people"] + held["people"] == PEOPLE
    assert (arm["sent"], held["sent"], held["attributed"]) == (len(got), 0, None)
    assert arm["clicked"] == 1
    assert arm["attributed"] == {"results": 1, "people": 1, "value": 100.0}
    assert arm["bought"] == {"people": 5, "events": 5, "amount": 500.0}
    assert arm["cost"] == {"messages": len(got), "money": 0.0, "per_result": 0.0}  # the plan covers it
    groups = report["lift"]["groups"]
    assert (groups["treated"]["converted"], groups["held_out"]["converted"]) == (5, 0)
    assert (groups["treated"]["people"], groups["held_out"]["people"]) == (arm["people"], held["people"])
    assert report["lift"]["lift"]["conversions"]["estimate"] == pytest.approx(5.0)
    assert report["lift"]["complete"] is False
    assert (report["currency"], set(report["soft"])) == ("TWD", {"opened", "bought", "blocked_afterwards"})


async def test_what_a_message_costs_beyond_the_plan_is_told_for_each_result(told: Desk) -> None:
    await told.brand.befriend(PEOPLE)
    made = await told.brand.call("POST", "/api/sources", {"key": "shop", "kind": "server", "name": "Shop"})
    await told.brand.rows(
        """
        insert into send (workspace_id, send_id, account, origin, person, line_user, purpose, state, not_before, billed,
                          created_at, settled_at)
        select %s, 'x', 'main', 'journey:x', 'x', 'U', 'marketing', 'accepted', began, 6000, began, began
        from (select date_trunc('month', now() at time zone 'Asia/Tokyo') at time zone 'Asia/Tokyo' as began) as month
        returning 1
        """,
        told.brand.workspace_id,
    )
    await told.start()
    await told.plan()
    await told.send()
    (first, *_) = sorted(told.received())
    clicked = {"origin": "broadcast:sale", "step": ""}
    await happened(told, made["write_key"], (first, "message_link_clicked", clicked))
    await happened(told, made["write_key"], (first, "Order Completed", {"total": 100}))

    (arm,) = (await told.brand.call("GET", "/api/broadcasts/sale/report"))["arms"]

    assert arm["cost"]["messages"] == PEOPLE
    assert arm["cost"]["money"] == pytest.approx(PEOPLE * 0.2)
    assert arm["cost"]["per_result"] == pytest.approx(PEOPLE * 0.2)
