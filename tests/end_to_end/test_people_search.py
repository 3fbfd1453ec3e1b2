"""Somebody at the till says a name or the end of a number: the person is found, by what they are called now."""

from typing import Any

from serving import Served, wait_for

LINE = "U0123456789abcdef0123456789abcdef"


def identify(member: str, **traits: Any) -> dict[str, Any]:
    return {"type": "identify", "userId": member, "traits": traits}


def search(tieline: Served, text: str) -> list[str]:
    answer = tieline.post("/api/people/search", {"text": text})
    return [
        next(one["value"] for one in person["identifiers"] if one["namespace"] == "member_id")
        for person in answer["people"]
    ]


def test_people_are_found_by_what_is_true_of_them_now(served: Served) -> None:
    served.collect(
        identify("M1", name="王小明", phone="0912384756", email="ming@example.com", tier="gold"),
        identify("M2", name="王美麗", phone="0935207416"),
        identify("M3", name="Ann Lee", phone="0227208889"),
    )
    wait_for(served.settled)
    assert search(served, "王") == ["M1", "M2"]
    assert search(served, "小明") == search(served, "0912-384") == search(served, "4756") == ["M1"]
    assert search(served, "ming@EXAMPLE") == search(served, "m1") == ["M1"]
    assert search(served, "lee") == search(served, "02 2720 8889") == ["M3"]
    (person,) = served.post("/api/people/search", {"text": "小明"})["people"]
    assert (person["name"], person["tier"], person["bound"]) == ("王小明", "gold", False)
    assert served.post("/api/people/search", {"text": "王", "limit": 1})["more"] is True

    served.collect(identify("M2", name="林美麗"))
    wait_for(served.settled)
    assert search(served, "王") == ["M1"]
    assert search(served, "林") == ["M2"]

    phone, member = {"namespace": "phone", "value": "0912384756"}, {"namespace": "member_id", "value": "M1"}
    served.post("/api/identity/cut", {"a": phone, "b": member, "author": "amy", "reason": "sold"})
    wait_for(served.settled)
    (cut,) = served.post("/api/people/search", {"text": "0912384756"})["people"]
    assert {one["namespace"] for one in cut["identifiers"]} & {"phone", "member_id"} == {"phone"}
    assert search(served, "小明") == ["M1"]


def test_a_timeline_is_read_page_by_page_and_then_only_what_is_new(served: Served) -> None:
    orders = [
        {
            "type": "track",
            "userId": "M1",
            "event": "Order Completed",
            "properties": {"order_id": f"o{n}", "total": n},
        }
        for n in range(7)
    ]
    served.collect(*orders, {"type": "track", "userId": "M1", "event": "Page Viewed", "properties": {}})
    wait_for(served.settled)
    profile = served.get("/api/profiles/lookup", namespace="member_id", value="M1")["profile_id"]
    path, seen, older = f"/api/profiles/{profile}/timeline", [], ""
    while True:
        page = served.get(path, limit=3, events="Order Completed", older=older)
        seen += [event["properties"]["order_id"] for event in page["events"]]
        if (older := page["older"]) is None:
            break
    assert sorted(seen) == [f"o{n}" for n in range(7)]
    assert len(seen) == 7

    newest = served.get(path)["seen_offset"]
    assert served.get(path, after=newest)["events"] == []
    served.collect({"type": "track", "userId": "M1", "event": "Liked", "properties": {"what": {"deep": [1]}}})
    wait_for(served.settled)
    (event,) = served.get(path, after=newest)["events"]
    assert (event["event"], event["properties"]) == ("Liked", {"what": {"deep": [1]}})
    assert served.http.get(path, params={"older": "x"}).json()["field"] == "older"
