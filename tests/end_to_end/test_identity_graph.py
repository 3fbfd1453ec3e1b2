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


def join(served: Served, a: dict[str, str], b: dict[str, str]) -> dict[str, Any]:
    answer: dict[str, Any] = served.post(
        "/api/identity/join", {"a": a, "b": b, "author": "amy", "reason": "確認過"}
    )
    return answer


def test_a_join_says_whether_it_joined_and_what_stands_against_it(served: Served) -> None:
    other, card = (
        {"namespace": space, "value": value} for space, value in (("member_id", "M2"), ("pos_card", "C-778"))
    )
    served.collect(identify("M1", "0922333444"), identify("M2", "0955666777"))
    wait_for(served.settled)

    refused = join(served, MEMBER, other)

    assert not refused["together"]
    assert refused["waiting_for"] == []
    (why,) = refused["rejected"]
    assert why["reason"] == "limit:member_id"
    assert {"raise_limit": "member_id", "to": 2} in why["accepted_if"]
    assert "會員編號" in why["sentence"]["zh-TW"]

    waiting = join(served, MEMBER, card)
    assert (waiting["together"], waiting["waiting_for"], waiting["rejected"]) == (False, ["/b"], [])

    joined = join(served, MEMBER, PHONE)
    assert (joined["together"], joined["waiting_for"], joined["rejected"]) == (True, [], [])


def test_a_decision_about_one_identifier_or_none_is_refused_plainly(served: Served) -> None:
    served.collect(identify("M1", "0922333444"))
    wait_for(served.settled)
    word = {"author": "amy", "reason": "確認過", "a": PHONE}

    same = served.http.post("/api/identity/join", json={**word, "b": {**PHONE, "value": "+886922333444"}})
    broken = served.http.post("/api/identity/join", json={**word, "b": {**PHONE, "value": "12"}})

    assert (same.status_code, same.json()["field"]) == (422, "/b")
    assert (broken.status_code, broken.json()["field"]) == (422, "/b")
