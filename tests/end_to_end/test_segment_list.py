"""Whoever builds a segment sees which there are, who is in by name, and what conditions can be made of."""

from typing import Any

from serving import Served, wait_for


def bought(member: str, total: int) -> dict[str, Any]:
    return {
        "type": "track",
        "userId": member,
        "event": "Order Completed",
        "properties": {"order_id": f"O-{member}", "total": total, "items": [{"sku": "S-1"}]},
    }


def test_a_segment_is_listed_with_its_members_by_name(served: Served) -> None:
    served.collect(
        *(
            {"type": "identify", "userId": f"M{n}", "traits": {"name": f"王{n}", "city": "台北"}}
            for n in range(3)
        ),
        *(bought(f"M{n}", 1_000 * (n + 1)) for n in range(3)),
    )
    wait_for(served.settled)
    condition = {
        "event": "Order Completed", "measure": {"fn": "sum", "property": "total"}, "op": "gte", "value": 2000,
    }  # fmt: skip
    served.post("/api/segments", {"key": "buyers", "name": "買過的人", "condition": condition})

    def listed() -> Any:
        (line,) = served.get("/api/segments")["segments"]
        return line if line["state"] == "live" and line["members"] == 2 else None

    line = wait_for(listed)
    assert (line["key"], line["name"], line["version"]) == ("buyers", "買過的人", 1)
    assert line["computed_at"] is not None

    first = served.get("/api/segments/buyers/people", limit=1)
    second = served.get("/api/segments/buyers/people", limit=1, after=first["after"])
    assert {first["people"][0]["name"], second["people"][0]["name"]} == {"王1", "王2"}
    assert second["after"] is None

    words = served.get("/api/segments/vocabulary")
    assert {one["name"]: one["seen"] for one in words["events"]}["Order Completed"] == 3
    assert {"city", "name"} <= set(words["traits"])
    said = served.get("/api/segments/vocabulary/properties", event="Order Completed")["properties"]
    assert said["total"]["kind"] == "number"
    assert said["items[].sku"] == {"kind": "text", "examples": ["S-1"]}
    assert served.get("/api/segments/vocabulary/properties", event="Nothing")["properties"] == {}


def test_a_line_account_is_a_way_to_reach_people_from_the_moment_it_is_connected(served: Served) -> None:
    account = {
        "key": "shop", "name": "店", "provider_id": "1", "channel_id": "2", "channel_secret": "s",
        "bot_user_id": "U1",
    }  # fmt: skip
    served.post("/api/line/accounts", account)

    counts = served.post("/api/segments/funnel", {"condition": {"tag": "vip"}})

    assert {"channel": "line", "account": "shop", "count": 0} in counts["reachable"]
    assert served.get("/api/segments/vocabulary")["accounts"] == ["shop"]
