"""Who is who, drawn and explained: a family's phone, a cut, and what a decision would do."""

from typing import Any

from serving import Served, wait_for

PHONE = {"namespace": "phone", "value": "0922333444"}
MEMBER = {"namespace": "member_id", "value": "M1"}


def identify(member: str, phone: str) -> dict[str, Any]:
    return {"type": "identify", "userId": member, "traits": {"phone": phone}}


def names(people: list[Any]) -> list[list[str]]:
    return [[value for _, value in one["identifiers"]] for one in people]


def test_a_family_phone_stays_with_the_first_and_the_graph_says_why(served: Served) -> None:
    served.collect(identify("M1", "0922-333-444"))
    wait_for(served.settled)
    served.collect(identify("M2", "０９２２３３３４４４"))
    wait_for(served.settled)
    second = served.get("/api/profiles/lookup", namespace="member_id", value="M2")["profile_id"]

    graph = served.get(f"/api/profiles/{second}/graph")

    assert graph["profile_id"] == second
    assert {node["value"] for node in graph["nodes"]} == {"M1", "M2", "+886922333444"}
    assert {(link["source"], link["proof"]) for link in graph["links"]} == {("server", "verified")}
    (rejected,) = graph["rejected"]
    assert rejected["reason"] == "limit:member_id"
    assert rejected["accepted_if"] == [{"raise_limit": "member_id", "to": 2}]
    assert "會員編號" in rejected["sentence"]["zh-TW"]


def test_the_doctor_names_what_many_share_and_why_links_join_nobody(served: Served) -> None:
    served.collect(*(identify(member, "0922333444") for member in ("M1", "M2", "M3")))
    wait_for(served.settled)

    found = served.get("/api/identity/doctor")

    assert found["most_shared"][0] == {"namespace": "phone", "value": "+886*****3444", "seen_with": 3}
    assert found["largest_zones"][0]["identifiers"] == 4
    assert found["largest_zones"][0]["profiles"] == 3
    assert found["rejected"] == [{"reason": "limit:member_id", "links": 2}]
    assert found["at_limit"] == []
    assert "922333444" not in str(found)


def test_a_preview_is_what_the_decision_then_does(served: Served) -> None:
    served.collect(identify("M1", "0922333444"))
    wait_for(served.settled)
    decision = {"a": PHONE, "b": MEMBER}

    seen = served.post("/api/identity/preview", {"kind": "cut", **decision})
    assert names(seen["before"]) == [["M1", "+886922333444"]]
    assert names(seen["after"]) == [["M1"], ["+886922333444"]]
    assert names(served.post("/api/identity/preview", {"kind": "join", **decision})["after"]) == names(
        seen["before"]
    )

    served.post("/api/identity/cut", {**decision, "author": "amy", "reason": "the family's phone"})
    person = served.get("/api/profiles/lookup", **PHONE)
    assert [one["value"] for one in person["identifiers"]] == ["+886922333444"]
    graph = served.get(f"/api/profiles/{person['profile_id']}/graph")
    assert [one["reason"] for one in graph["rejected"]] == ["cut"]
    assert [(one["kind"], one["author"]) for one in graph["decisions"]] == [("cut", "amy")]
    undone = served.post("/api/identity/preview", {"kind": "undo", **decision})
    assert names(undone["after"]) == [["M1", "+886922333444"]]


def test_a_graph_or_preview_of_nobody_is_refused_plainly(served: Served) -> None:
    assert served.http.get(f"/api/profiles/{'00' * 16}/graph").status_code == 404
    wish = {"kind": "merge", "a": PHONE, "b": MEMBER}
    assert served.http.post("/api/identity/preview", json=wish).json()["field"] == "/kind"
    assert served.http.post("/api/identity/preview", json={**wish, "kind": "cut"}).status_code == 404
    broken = {"kind": "cut", "a": {"namespace": "phone", "value": "12"}, "b": MEMBER}
    assert served.http.post("/api/identity/preview", json=broken).json()["field"] == "/a"
