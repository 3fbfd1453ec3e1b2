"""Somebody connects a shop: sees what arrives, finds what was parked, mends it, and it counts once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from serving import Served, wait_for


def order(number: int, **more: Any) -> dict[str, Any]:
    return {
        "type": "track",
        "userId": f"M{number}",
        "event": "Order Completed",
        "messageId": f"o{number}",
        "properties": {"total": 100},
    } | more


def orders(served: Served, member: str) -> int:
    profile = served.http.get("/api/profiles/lookup", params={"namespace": "member_id", "value": member})
    if not profile.is_success:
        return 0
    events = served.get(f"/api/profiles/{profile.json()['profile_id']}/timeline")["events"]
    return sum(event["event"] == "Order Completed" for event in events)


def test_what_was_parked_is_mended_said_again_and_counts_once(served: Served) -> None:
    served.collect(order(1))
    served.http.post(
        "/v1/batch", auth=(served.keys["write_key"], ""), headers={"Authorization": ""},
        json={"batch": [order(2, event=""), order(3, timestamp="yesterday"), order(4, userId=None),
                        {"type": "identify", "userId": "M5", "traits": {"phone": "12", "email": "x@y"}}]},
    )  # fmt: skip
    wait_for(served.settled)

    seen = served.get("/api/sources/server/events")
    assert [(one["event"], one["verdict"], one["reason"]) for one in seen["events"]] == [
        ("identify", "taken", ""), ("Order Completed", "parked", "no_identifier"), ("Order Completed", "parked", "bad_timestamp"),
        ("", "parked", "missing_event"), ("Order Completed", "taken", ""),
    ]  # fmt: skip
    assert [one["refused"] for one in seen["events"][0]["identifiers"]] == ["", "not_an_email", "not_a_phone"]
    assert served.get("/api/sources/server/events", after=seen["seen_offset"])["events"] == []
    assert served.get("/api/sources/web/events")["events"] == []
    good = served.get("/api/sources/server/quality")
    assert (good["checked"], good["parked"], good["nameless"]) == (5, 3, 1)
    assert {(one["namespace"], one["reason"]) for one in good["bad_identifiers"]} == {
        ("phone", "not_a_phone"),
        ("email", "not_an_email"),
    }

    piles = served.get("/api/quality")["piles"]
    assert {(one["source"], one["stage"], one["reason"], one["items"]) for one in piles} == {
        ("server", "collect", "missing_event", 1), ("server", "collect", "bad_timestamp", 1), ("server", "identify", "no_identifier", 1),
    }  # fmt: skip
    rejects = {one["reason"]: one for one in served.get("/api/quality/rejects")["rejects"]}
    assert rejects["missing_event"]["body"]["messageId"] == "o2"

    def replay(reason: str, **more: Any) -> Any:
        place = {name: rejects[reason][name] for name in ("log_offset", "item")}
        return served.post("/api/quality/rejects/replay", {"rejects": [place], **more})

    assert replay("missing_event")["refused"][0]["reason"] == "missing_event"
    name = [{"pointer": "/event", "value": "Order Completed"}]
    assert replay("missing_event", changes=name, try_out=True)["replayed"] == 1
    with ThreadPoolExecutor(6) as hands:
        answers = list(hands.map(lambda _: replay("missing_event", changes=name), range(6)))
    assert sorted(answer["replayed"] for answer in answers) == [0, 0, 0, 0, 0, 1]
    assert replay("no_identifier", changes=[{"pointer": "/userId", "value": "M4"}])["replayed"] == 1
    wait_for(served.settled)
    assert [orders(served, member) for member in ("M1", "M2", "M3", "M4")] == [1, 1, 0, 1]

    assert served.get("/api/home")["attention"][0] == {"what": "parked", "count": 1}
    last = {name: rejects["bad_timestamp"][name] for name in ("log_offset", "item")}
    assert served.post("/api/quality/rejects/dismiss", {"rejects": [last]})["dismissed"] == 1
    assert served.get("/api/quality")["waiting"] == 0
    assert replay("bad_timestamp")["refused"][0]["reason"] == "not_waiting"
