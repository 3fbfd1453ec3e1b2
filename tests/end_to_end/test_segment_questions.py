"""What a marketer asks about a segment before and after saving it."""

from serving import Served, wait_for

BUYERS = {
    "all": [
        {"trait": "tier", "op": "eq", "value": "VIP"},
        {
            "event": "Order Completed",
            "measure": {"fn": "sum", "property": "total"},
            "op": "gte",
            "value": 1000,
        },
    ]
}
ANY_ORDER = {"event": "Order Completed"}


def test_a_segment_says_why_what_an_edit_moves_and_what_uses_it(served: Served) -> None:
    served.collect(
        {"type": "identify", "userId": "M1", "traits": {"tier": "VIP"}},
        {"type": "track", "event": "Order Completed", "userId": "M1", "properties": {"total": 1200}},
        {"type": "identify", "userId": "M2", "traits": {"tier": "VIP"}},
        {"type": "track", "event": "Order Completed", "userId": "M2", "properties": {"total": 300}},
        {"type": "identify", "userId": "M3", "traits": {"tier": "basic"}},
    )
    served.post("/api/segments", {"key": "buyers", "condition": BUYERS})
    served.post("/api/segments", {"key": "ordered", "condition": ANY_ORDER})
    served.post("/api/segments", {"key": "inside", "condition": {"not": {"segment": "buyers"}}})
    wait_for(lambda: served.get("/api/segments/ordered")["members"] == 2)
    wait_for(lambda: served.get("/api/segments/buyers")["members"] == 1)

    person = served.get("/api/profiles/lookup", namespace="member_id", value="M2")["profile_id"]
    why = served.get("/api/segments/buyers/why", profile_id=person)
    tier, spent = why["parts"]
    assert not why["holds"]
    assert (tier["holds"], tier["found"]) == (True, ["VIP"])
    assert (spent["holds"], spent["counted"], spent["events"][0]["values"]) == (False, 1, [300])
    assert spent["events"][0]["at"].endswith(("Z", "+00:00"))

    moved = served.post("/api/segments/buyers/difference", {"condition": ANY_ORDER})
    assert (moved["out"], moved["in"], moved["stay"]) == (0, 1, 1)
    overlap = served.get("/api/segments/overlap", key=["buyers", "ordered"])
    assert [one["count"] for one in (*overlap["segments"], *overlap["pairs"])] == [1, 2, 1]
    funnel = served.post("/api/segments/funnel", {"condition": BUYERS})
    assert [step["remain"] for step in funnel["steps"]] == [2, 1]
    assert all(way["count"] == 0 for way in funnel["reachable"])

    assert served.get("/api/segments/buyers/used-by")["used_by"] == [{"kind": "segment", "key": "inside"}]
    assert [one["version"] for one in served.get("/api/segments/buyers/versions")["versions"]] == [1]
    head, *lines = served.http.get("/api/segments/ordered/members.csv").text.splitlines()
    assert head == "profile_id,entered_at"
    assert person in {line.split(",")[0] for line in lines}
    assert len(lines) == 2

    fresh = served.get("/api/segments/buyers/freshness")
    assert fresh["slowest"] == fresh["inputs"][0]
    assert fresh["slowest"]["event"] == "Order Completed"
    assert fresh["computed_at"] is not None
    assert fresh["history"]["log_offset"] > 0

    for path in ("/api/segments/nobody/why", "/api/segments/nobody/members.csv"):
        assert served.http.get(path, params={"profile_id": person}).status_code == 404
