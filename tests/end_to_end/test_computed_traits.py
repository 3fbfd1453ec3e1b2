"""Computed traits as a marketer uses them: named, compared, counted, shown in a message; and whom a brand believes."""

from datetime import UTC, datetime, timedelta

from serving import Served, wait_for

NOW = datetime.now(UTC)


def order(member: str, days_ago: int, total: int, category: str) -> dict:
    return {
        "type": "track",
        "event": "Order Completed",
        "userId": member,
        "timestamp": (NOW - timedelta(days=days_ago)).isoformat(),
        "properties": {"total": total, "category": category},
    }


def settled(served: Served) -> None:
    wait_for(served.settled)


def test_a_computed_trait_is_named_compared_and_told_of_a_person(served: Served) -> None:
    served.collect(
        order("M1", 40, 900, "hat"),
        order("M1", 30, 100, "shoe"),
        order("M1", 20, 50, "shoe"),
        order("M2", 200, 10, "coat"),
    )
    settled(served)
    spent = {"event": "Order Completed", "measure": {"fn": "sum", "property": "total"}}
    favourite = {"event": "Order Completed", "measure": {"fn": "most_frequent", "property": "category"}}
    served.post("/api/traits", {"key": "spent", "name": "累計消費", "definition": spent})
    served.post("/api/traits", {"key": "favourite", "definition": favourite})
    condition = {
        "all": [
            {"computed": "spent", "op": "gte", "value": 1000},
            {"computed": "favourite", "op": "eq", "value": "shoe"},
        ]
    }
    served.post("/api/segments", {"key": "shoe-lovers", "condition": condition})
    wait_for(lambda: served.get("/api/segments/shoe-lovers")["members"] == 1)

    person = served.get("/api/profiles/lookup", namespace="member_id", value="M1")["profile_id"]
    assert served.get(f"/api/traits/of/{person}")["traits"] == {"favourite": "shoe", "spent": 1050}
    assert served.get("/api/traits/spent")["used_by"] == [{"kind": "segment", "key": "shoe-lovers"}]
    assert served.http.delete("/api/traits/spent").status_code == 409
    why = served.get("/api/segments/shoe-lovers/why", profile_id=person)
    assert [part["holds"] for part in why["parts"]] == [True, True]

    # Another meaning of the trait is another segment, without touching the segment.
    served.post("/api/traits", {"key": "spent", "definition": {**spent, "window": {"last": "P35D"}}})
    wait_for(lambda: served.get("/api/segments/shoe-lovers")["members"] == 0)


def test_many_different_numbers_are_told_in_ranges_that_hold_everybody_once(served: Served) -> None:
    served.collect(*(order(f"M{number}", 20, 100 * number, "hat") for number in range(1, 21)))
    settled(served)
    spent = {"event": "Order Completed", "measure": {"fn": "sum", "property": "total"}}

    told = served.post("/api/traits/preview", {"definition": spent})

    assert told["ranges"] == [
        {"from": None, "below": 500, "people": 4},
        {"from": 500, "below": 900, "people": 4},
        {"from": 900, "below": 1300, "people": 4},
        {"from": 1300, "below": 1700, "people": 4},
        {"from": 1700, "below": None, "people": 4},
    ]


def test_nes_shows_the_cycle_it_used_and_counts_its_classes(served: Served) -> None:
    served.collect(
        *(order("M1", day, 100, "hat") for day in (41, 31, 21, 11)),
        *(order("M2", day, 100, "hat") for day in (90, 60, 45)),
        order("M3", 5, 100, "hat"),
        {"type": "identify", "userId": "M4", "traits": {"tier": "new"}},
    )
    settled(served)
    used = served.http.put("/api/traits/models/nes", json={"thresholds": {"new_days": 30}}).json()
    assert 10 <= used["thresholds"]["cycle_days"] <= 23  # the median of 10 and 22.5 days
    report = served.get("/api/traits/models/nes/report")
    counted = {one["label"]: one["people"] for one in report["traits"][0]["classes"]}
    assert counted == {"N": 1, "E0": 0, "S1": 1, "S2": 1, "S3": 0}
    assert report["traits"][0]["without"] == 1
    served.post(
        "/api/segments",
        {"key": "drowsy", "condition": {"computed": "nes", "op": "in", "value": ["S1", "S2"]}},
    )
    wait_for(lambda: served.get("/api/segments/drowsy")["members"] == 2)
    assert (
        served.http.put("/api/traits/models/nes", json={"thresholds": {"active_cycles": 9}}).status_code
        == 422
    )


def test_a_golden_rule_folds_profiles_again(served: Served) -> None:
    served.collect({"type": "identify", "userId": "M1", "traits": {"tier": "silver"}})
    settled(served)
    made = served.post("/api/sources", {"key": "crm", "kind": "crm", "name": "CRM"})
    answer = served.http.post(
        "/v1/identify",
        json={"userId": "M1", "traits": {"tier": "gold"}},
        auth=(made["write_key"], ""),
        headers={"Authorization": ""},
    )
    assert answer.is_success
    settled(served)

    def tier() -> str:
        return served.get("/api/profiles/lookup", namespace="member_id", value="M1")["traits"]["tier"][
            "value"
        ]

    wait_for(lambda: tier() == "gold")
    first = next(
        one["source"] for one in served.get("/api/traits/golden/tier")["sources"] if one["source"] != "crm"
    )
    served.post(
        "/api/segments", {"key": "silver", "condition": {"trait": "tier", "op": "eq", "value": "silver"}}
    )
    done = served.http.put("/api/traits/golden/tier", json={"sources": [first]}).json()
    assert done["folded_again"] == 1
    wait_for(lambda: tier() == "silver")
    wait_for(lambda: served.get("/api/segments/silver")["members"] == 1)
    served.http.delete("/api/traits/golden/tier").raise_for_status()
    wait_for(lambda: served.get("/api/segments/silver")["members"] == 0)
    assert served.http.put("/api/traits/golden/tier", json={"sources": []}).status_code == 422
