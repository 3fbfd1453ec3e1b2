"""Whoever may not contact people sees nobody's contact data, on no route that answers; support sees one at a time."""

from typing import Any

import httpx
import pytest
from serving import Served, wait_for

PASSWORD = "lamp river seven"
PHONE, NATIONAL = "+886912384756", "0912384756"
LINE = "U4d1e0c7a9b3f4e5d8c6b7a0f1e2d3c4b"
CANARIES = (
    "912384756",
    "0912-384-756",
    "xiaoming.wang@",
    "王小明",
    "Wang Xiaoming",
    LINE,
    "1990-05-03",
    "信義路四段",
)
PERSON = {
    "type": "identify", "userId": "M1",
    "traits": {
        "name": "王小明", "firstName": "王小明", "name_latin": "Wang Xiaoming", "phone": NATIONAL, "tier": "gold",
        "email": "xiaoming.wang@example.com", "birthday": "1990-05-03", "address": "臺北市大安區信義路四段1號",
        "note": "請打 0912-384-756", "line_name": "王小明",
    },
    "context": {"externalIds": [{"type": "line:2001", "id": LINE}]},
}  # fmt: skip
ORDER = {
    "type": "track", "userId": "M1", "event": "Order Completed",
    "properties": {"total": 990, "recipient": "王小明", "shipping_address": "臺北市信義路四段", "note": NATIONAL},
}  # fmt: skip
SEGMENT = {"key": "gold", "name": "金卡", "condition": {"trait": "tier", "op": "eq", "value": "gold"}}


@pytest.fixture
def shop(served: Served) -> Served:
    served.collect(PERSON, ORDER)
    wait_for(served.settled)
    served.http.post("/api/segments", json=SEGMENT)
    wait_for(served.settled)
    return served


def member(shop: Served, role: str) -> httpx.Client:
    """Invite, accept and log in as somebody of a role."""
    invited = shop.post("/api/members/invitations", {"email": f"{role}@shop.example", "role": role})
    browser = httpx.Client(base_url=shop.url, timeout=60)
    token = invited["link"].partition("#")[2]
    browser.post("/api/invitations/accept", json={"token": token, "password": PASSWORD}).raise_for_status()
    me = browser.post("/api/session", json={"email": f"{role}@shop.example", "password": PASSWORD})
    browser.headers["X-CSRF-Token"] = me.raise_for_status().json()["csrf_token"]
    return browser


def asked(shop: Served, profile: str) -> list[tuple[str, str, Any]]:
    """Return a request for every route that reads, with names of things that are there."""
    named = {"profile_id": profile, "key": "gold", "id": profile, "segment": "gold"}
    requests: list[tuple[str, str, Any]] = []
    for path, methods in shop.get("/openapi.json")["paths"].items():
        if path.startswith("/api/") and "get" in methods:
            for name, value in named.items():
                path = path.replace(f"{{{name}}}", value)  # noqa: PLW2901 - filled step by step
            requests.append(
                (
                    "GET",
                    path,
                    {"namespace": "phone", "value": NATIONAL, "profile_id": profile, "keys": "gold"},
                )
            )
    phone, number = {"namespace": "phone", "value": NATIONAL}, {"namespace": "member_id", "value": "M1"}
    return [
        *requests,
        ("POST", "/api/people/search", {"text": "王小明"}),
        ("POST", "/api/people/search", {"text": NATIONAL}),
        ("POST", "/api/identity/preview", {"kind": "cut", "a": phone, "b": number}),
    ]


def seen(browser: httpx.Client, requests: list[tuple[str, str, Any]]) -> dict[str, set[str]]:
    """Return which canaries each route showed."""
    shown: dict[str, set[str]] = {}
    for method, path, given in requests:
        ways = {"params": given} if method == "GET" else {"json": given}
        answer = browser.request(method, path, **ways)
        assert answer.status_code < 500, (method, path, answer.text)
        found = {canary for canary in CANARIES if canary in answer.text}
        if answer.is_success and found:
            shown[path] = found
    return shown


def test_no_route_shows_contact_data_to_who_may_not_contact(shop: Served) -> None:
    profile = shop.get("/api/profiles/lookup", namespace="phone", value=NATIONAL)["profile_id"]
    requests = asked(shop, profile)
    assert len(requests) > 25

    everything = seen(shop.http, requests)
    one = {
        f"/api/profiles/{profile}",
        f"/api/profiles/{profile}/timeline",
        f"/api/profiles/{profile}/graph",
        "/api/profiles/lookup",
    }
    assert one | {"/api/people/search", "/api/identity/preview"} <= set(everything)
    assert everything[f"/api/profiles/{profile}"] >= {"王小明", LINE, "1990-05-03", "信義路四段", "912384756"}

    for role in ("marketer", "analyst", "developer"):
        browser = member(shop, role)
        assert seen(browser, requests) == {}, role
        found = browser.post("/api/people/search", json={"text": "王小明"}).json()["people"]
        assert [person["name"] for person in found] == ["王*明"]
        browser.close()

    support = member(shop, "support")
    assert set(seen(support, requests)) == one
    support.close()
    lines = shop.get("/api/audit", action="people.one")["lines"]
    assert {line["thing"] for line in lines} >= {f"profiles/{profile[:8]}", "profiles/lookup"}
    assert all(canary not in str(shop.get("/api/audit", limit=200)) for canary in CANARIES)


def test_a_marketer_who_sees_masked_values_cuts_and_undoes_by_node(shop: Served) -> None:
    profile = shop.get("/api/profiles/lookup", namespace="phone", value=NATIONAL)["profile_id"]
    marketer = member(shop, "marketer")
    shown = marketer.get(f"/api/profiles/{profile}/graph").json()["nodes"]
    nodes = {one["namespace"]: one for one in shown}
    assert PHONE not in str(shown)
    ends = {"a": {"node": nodes["phone"]["node_id"]}, "b": {"node": nodes["member_id"]["node_id"]}}
    why = {"author": "mia", "reason": "另一個人的電話"}

    def people() -> set[str]:
        found = [
            shop.get("/api/profiles/lookup", namespace=namespace, value=value)["profile_id"]
            for namespace, value in (("phone", NATIONAL), ("member_id", "M1"))
        ]
        return set(found)

    preview = marketer.post("/api/identity/preview", json={"kind": "cut", **ends}).raise_for_status().json()
    assert (len(preview["before"]), len(preview["after"])) == (1, 2)
    marketer.post("/api/identity/cut", json={**ends, **why}).raise_for_status()
    assert len(people()) == 2
    marketer.post("/api/identity/undo", json={**ends, **why}).raise_for_status()
    assert people() == {profile}
    for path, more in (("preview", {"kind": "cut"}), ("cut", why)):
        for end, status, field in (
            ({**ends["a"], "namespace": "phone", "value": NATIONAL}, 422, "/a"),
            ({}, 422, "/a"),
            ({"namespace": "phone"}, 422, "/a"),
            ({"node": "no hex"}, 422, "/a/node"),
            ({"node": "00" * 16}, 404, "/a/node"),
        ):
            answer = marketer.post(f"/api/identity/{path}", json={**ends, **more, "a": end})
            assert (answer.status_code, answer.json()["field"]) == (status, field)
    marketer.close()
