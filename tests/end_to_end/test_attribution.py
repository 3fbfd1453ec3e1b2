"""What messages brought: each order belongs to the message clicked last before it, and lift is against who was held out."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from serving import Served, wait_for

NOW = datetime.now(UTC)


def did(event: str, member: str, hours_ago: float, **properties: object) -> dict:
    return {
        "type": "track",
        "event": event,
        "userId": member,
        "timestamp": (NOW - timedelta(hours=hours_ago)).isoformat(),
        "properties": properties,
    }


def test_a_result_belongs_to_the_last_touch_within_the_window(served: Served) -> None:
    served.collect(
        did("message_link_clicked", "M1", 50, origin="broadcast:a"),
        did("message_link_clicked", "M1", 20, origin="broadcast:b"),
        did("Order Completed", "M1", 10, total=300),
        did("message_link_clicked", "M1", 5, origin="broadcast:c"),  # after it
        did("message_link_clicked", "M2", 24 * 9, origin="broadcast:a"),  # too long before
        did("message_sent", "M2", 30, origin="broadcast:d"),
        did("Order Completed", "M2", 10, total="50"),
    )
    wait_for(served.settled)
    said = served.get(
        "/api/reports/attribution",
        start=(NOW - timedelta(days=2)).isoformat(),
        end=NOW.isoformat(),
        window_days=7,
    )
    clicked = {one["origin"]: (one["results"], one["value"]) for one in said["by"]["clicked"]["origins"]}
    assert clicked == {"broadcast:b": (1, 300.0), None: (1, 50.0)}
    sent = {one["origin"]: one["results"] for one in said["by"]["sent"]["origins"]}
    assert sent == {"broadcast:d": 1, None: 1}
    assert (said["by"]["clicked"]["soft"], said["by"]["sent"]["soft"]) == (False, True)


def test_lift_compares_the_treated_with_who_was_held_out(served: Served) -> None:
    items = []
    for number in range(80):
        arm = "held_out" if number % 2 else "a"
        items.append(did("experiment_assigned", f"M{number}", 20, journey="cart", arm=arm))
        if number % 8 == 0 or number % 16 == 1:
            items.append(did("Order Completed", f"M{number}", 10, total=100))
    served.collect(*items)
    wait_for(served.settled)
    arm = {"property": "arm", "op": "eq", "value": "held_out"}
    said = served.post(
        "/api/reports/lift",
        {
            "treated": {"event": "experiment_assigned", "where": {"not": arm}},
            "held_out": {"event": "experiment_assigned", "where": arm},
            "outcome": {"event": "Order Completed", "window": {"last": "P1D"}},
        },
    )
    treated, held = said["groups"]["treated"], said["groups"]["held_out"]
    assert (treated["people"], treated["converted"], treated["mean"]) == (40, 10, 25.0)
    assert (held["people"], held["converted"]) == (40, 5)
    assert said["lift"]["conversions"]["estimate"] == 5.0
    assert not said["lift"]["rate"]["certain"]


def test_who_comes_back_is_counted_by_the_month_of_the_first_order(served: Served) -> None:
    now = datetime.now(ZoneInfo("Asia/Taipei"))
    middle = now.replace(day=15, hour=12)
    last = (middle.replace(day=1) - timedelta(days=1)).replace(day=15)
    before = (last.replace(day=1) - timedelta(days=1)).replace(day=15)
    this = min(middle, now)

    def bought(member: str, at: datetime) -> dict:
        return {**did("Order Completed", member, 0, total=100), "timestamp": at.isoformat()}

    served.collect(
        bought("C1", before), bought("C1", this), bought("C1", this),
        bought("C2", before), bought("C2", last),
        bought("C3", last),
    )  # fmt: skip
    wait_for(served.settled)
    cohorts = served.get("/api/reports/cohorts", months=3)["cohorts"]
    assert [one["month"] for one in cohorts] == [f"{at:%Y-%m}-01" for at in (before, last)]
    oldest = {one["later"]: (one["people"], one["amount"]) for one in cohorts[0]["months"]}
    assert oldest == {0: (2, 200.0), 1: (1, 100.0), 2: (1, 200.0)}
    assert cohorts[1]["people"] == 1
    assert served.get("/api/reports/cohorts", months=1)["cohorts"] == []  # nobody bought first this month
    assert served.http.get("/api/reports/cohorts", params={"months": 99}).status_code in {400, 422}
