"""What messages brought: each order belongs to the message clicked last before it, and lift is against who was held out."""

from datetime import UTC, datetime, timedelta

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
