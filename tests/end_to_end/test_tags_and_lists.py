"""Tags and static lists as a marketer uses them: many people at once, taken back, by rule, by file, with their reasons."""

from serving import Served, wait_for


def person(served: Served, member: str) -> dict:
    return served.get("/api/profiles/lookup", namespace="member_id", value=member)


def tags_of(served: Served, member: str) -> list[str]:
    return person(served, member)["tags"]


def carry(served: Served, tag: str) -> set[str]:
    return {f"M{number}" for number in range(1, 6) if tag in tags_of(served, f"M{number}")}


def fill(served: Served) -> None:
    served.collect(
        *(
            {"type": "identify", "userId": f"M{number}", "traits": {"phone": f"091200000{number}"}}
            for number in range(1, 6)
        )
    )
    last = {"namespace": "member_id", "value": "M5"}
    wait_for(lambda: served.http.get("/api/profiles/lookup", params=last).is_success)


def test_a_tag_of_many_is_put_on_and_taken_back_for_those_it_was_new_to(served: Served) -> None:
    fill(served)
    one = served.post("/api/tags/vip/people", {"people": {"namespace": "member_id", "values": ["M1"]}})
    assert (one["changed"], one["refused"]) == (1, 0)
    wait_for(lambda: "vip" in tags_of(served, "M1"))

    said = {"namespace": "member_id", "values": ["M1", "M2", "M3", "M9", "", "M2"]}
    many = served.post("/api/tags/vip/people", {"people": said})
    assert (many["asked"], many["changed"], many["refused"]) == (6, 2, 3)
    assert many["report"]["reasons"] == {"nobody": 1, "empty": 1, "twice": 1}
    wait_for(lambda: carry(served, "vip") == {"M1", "M2", "M3"})

    back = served.post(f"/api/tags/jobs/{many['job_id']}/undo", {})
    assert back["taken_back"] == 2
    wait_for(lambda: carry(served, "vip") == {"M1"})
    assert served.http.post(f"/api/tags/jobs/{many['job_id']}/undo", json={}).status_code == 409


def test_what_was_said_after_a_job_survives_its_undo(served: Served) -> None:
    fill(served)
    job = served.post("/api/tags/vip/people", {"people": {"namespace": "member_id", "values": ["M1", "M2"]}})
    wait_for(lambda: carry(served, "vip") == {"M1", "M2"})
    served.collect(
        {"type": "track", "event": "tag_added", "userId": "M2", "properties": {"tag": "vip"}},
    )
    wait_for(lambda: [one["times"] for one in served.get("/api/tags")["tags"]] == [3])

    assert served.post(f"/api/tags/jobs/{job['job_id']}/undo", {})["taken_back"] == 1
    wait_for(lambda: carry(served, "vip") == {"M2"})


def test_rules_put_tags_on_and_the_dictionary_says_by_what(served: Served) -> None:
    fill(served)
    served.http.put(
        "/api/tags/rules/shoes", json={"tag": "likes-shoes", "when": {"page": {"path": "/shoes/*"}}}
    ).raise_for_status()
    served.post("/api/segments", {"key": "buyers", "condition": {"event": "Order Completed"}})
    served.http.put(
        "/api/tags/rules/bought", json={"tag": "bought", "when": {"segment": "buyers"}}
    ).raise_for_status()
    served.http.put(
        "/api/tags/likes-shoes",
        json={"name": "愛鞋", "owner": "ann", "purpose": "鞋類新品", "expires_after_days": 90},
    ).raise_for_status()
    wait_for(lambda: served.get("/api/segments/buyers")["state"] == "live")
    served.collect(
        {"type": "page", "userId": "M1", "context": {"page": {"path": "/shoes/red"}}},
        {"type": "page", "userId": "M2", "context": {"page": {"path": "/hats"}}},
        {"type": "track", "event": "Order Completed", "userId": "M3", "properties": {"total": 10}},
    )
    wait_for(lambda: carry(served, "likes-shoes") == {"M1"}, 30)
    wait_for(lambda: carry(served, "bought") == {"M3"}, 30)

    tags = {tag["key"]: tag for tag in wait_for(lambda: both(served))}
    shoes = tags["likes-shoes"]
    assert (shoes["owner"], shoes["people"], shoes["put_on_by"], shoes["rules"]) == ("ann", 1, ["page"], 1)
    assert not tags["bought"]["described"]
    served.post("/api/segments", {"key": "shoes", "condition": {"tag": "likes-shoes"}})
    refused = served.http.delete("/api/tags/likes-shoes")
    assert refused.status_code == 409
    assert "segment shoes" in refused.text
    assert served.http.put("/api/tags/rules/x", json={"tag": "x", "when": {"click": {}}}).status_code == 422


def both(served: Served) -> list[dict]:
    tags = served.get("/api/tags")["tags"]
    return tags if {tag["key"] for tag in tags if tag["people"]} >= {"likes-shoes", "bought"} else []


def test_a_static_list_of_a_file_is_a_segment_with_its_rejects(served: Served) -> None:
    fill(served)
    file = "name,phone\nAnn,0912-000-001\nBob,0912000002\nEve,12\nGone,0933555777\n"
    made = served.http.post(
        "/api/segments/lists/guests.csv",
        params={"namespace": "phone", "column": "phone", "name": "婚宴賓客"},
        content=file.encode(),
        headers={"Content-Type": "text/csv"},
    )
    assert made.status_code == 201, made.text
    assert made.json()["changed"] == 2
    assert made.json()["report"]["rows"] == [
        {"number": 3, "reason": "not_a_phone"},
        {"number": 4, "reason": "nobody"},
    ]
    wait_for(lambda: served.get("/api/segments/guests")["members"] == 2)
    assert "0933555777" not in served.get(f"/api/tags/jobs/{made.json()['job_id']}").__repr__()

    served.post("/api/segments", {"key": "others", "condition": {"not": {"segment": "guests"}}})
    wait_for(lambda: served.get("/api/segments/others")["members"] == 3)
    growth = served.get("/api/segments/guests/growth", days=2)["days"]
    assert [day["members"] for day in growth] == [0, 2]
    assert served.http.delete("/api/segments/guests").status_code == 409
    served.http.delete("/api/segments/others").raise_for_status()
    served.http.delete("/api/segments/guests").raise_for_status()
    assert served.http.get("/api/segments/guests").status_code == 404
    served.post("/api/segments/guests/restore", {})
    wait_for(lambda: served.get("/api/segments/guests")["members"] == 2)
