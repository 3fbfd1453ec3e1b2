"""A merge that is undone leaves no trace in people: ids, traits, consents, timelines, segments and points are as before.

What came between the merge and its end stays with the person whom it named.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from serving import Served, wait_for

START = datetime.now(UTC) - timedelta(days=20)
RICH = {
    "event": "Points Earned", "measure": {"fn": "sum", "property": "points"}, "op": "gte", "value": 100,
}  # fmt: skip
SEGMENTS = {
    "rich": RICH,
    "richer": {**RICH, "value": 150},
    "taipei": {"trait": "city", "op": "eq", "value": "台北"},
    "tainan": {"trait": "city", "op": "eq", "value": "台南"},
    "bought-and-read": {
        "all": [{"event": "Points Earned", "measure": {"fn": "count"}, "op": "gte", "value": 1},
                {"event": "Letter Read", "measure": {"fn": "count"}, "op": "gte", "value": 1}]
    },
}  # fmt: skip


NUMBERS = count(1)


@pytest.fixture(scope="module")
def brand_served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One Tieline for all: each test has two people and a till of its own."""
    tieline = Served(tmp_path_factory.mktemp("merge"))
    tieline.start()
    tieline.post("/api/traits", {"key": "points", "definition": {
        "event": "Points Earned", "measure": {"fn": "sum", "property": "points"}}})  # fmt: skip
    for key, condition in SEGMENTS.items():
        tieline.post("/api/segments", {"key": key, "name": key, "condition": condition})
    yield tieline
    tieline.stop()


def item(who: dict[str, str], days: int, event: str = "", **properties: Any) -> dict[str, Any]:
    name = {"userId": who["value"]} if who["namespace"] == "member_id" else {}
    also = {} if name else {"context": {"externalIds": [{"type": "email", "id": who["value"]}]}}
    at = (START + timedelta(days=days)).isoformat()
    if event:
        return {"type": "track", "event": event, "timestamp": at, "properties": properties, **name, **also}
    return {"type": "identify", "timestamp": at, "traits": properties, **name, **also}


def granted(who: dict[str, str], days: int) -> dict[str, Any]:
    return item(
        who, days, "consent_updated",
        purpose="marketing", channel="line", state="granted", method="form", notice_version="1",
    )  # fmt: skip


class Brand:
    """A brand with two people, looked at through its API."""

    def __init__(self, served: Served) -> None:
        self.served = served
        number = next(NUMBERS)
        self.till_key = f"till-{number}"
        self.member = {"namespace": "member_id", "value": f"M-{number}"}
        self.email = {"namespace": "email", "value": f"b{number}@brand.example"}
        made = served.post("/api/sources", {"key": self.till_key, "kind": "server", "name": "收銀機"})
        self.till = (made["write_key"], "")
        served.collect(
            item(self.member, 1, city="台北", nickname="A"), item(self.member, 2, "Points Earned", points=100), granted(self.member, 2),
            item(self.email, 3, city="台南", likes="hats"), item(self.email, 4, "Points Earned", points=60), item(self.email, 5, "Letter Read"),
        )  # fmt: skip
        self.settle()

    def settle(self) -> None:
        wait_for(self.served.settled)

    def till_says(self, *items: dict[str, Any]) -> None:
        answer = self.served.http.post(
            "/v1/batch", json={"batch": list(items)}, auth=self.till, headers={"Authorization": ""}
        )
        assert answer.is_success, answer.text  # fmt: skip
        self.settle()

    def pair(self, days: int, message: str) -> dict[str, Any]:
        """What joins the two: a till that saw a member and somebody else's address together."""
        ends = [{"type": one["namespace"], "id": one["value"]} for one in (self.member, self.email)]
        at = (START + timedelta(days=days)).isoformat()
        said = {"type": "track", "event": "Card Shown", "messageId": message, "timestamp": at}
        return {**said, "context": {"externalIds": ends}}

    def ids(self) -> list[str]:
        return [
            self.served.get("/api/profiles/lookup", **who)["profile_id"] for who in (self.member, self.email)
        ]

    def seen(self) -> list[dict[str, Any]]:
        """All that the API says of the two people."""
        told = []
        for profile_id in self.ids():
            whole = self.served.get(f"/api/profiles/{profile_id}")
            timeline = self.served.get(f"/api/profiles/{profile_id}/timeline")["events"]
            computed = self.served.get(f"/api/traits/of/{profile_id}")["traits"]
            told.append({"profile": {**whole, "as_of": ""}, "timeline": timeline, "computed": computed})
        return told

    def members(self) -> dict[str, list[str]]:
        """Which of the two are in each segment."""
        both, held = set(self.ids()), {}
        for key in SEGMENTS:
            found = self.served.get(f"/api/segments/{key}/members", limit=100)["members"]
            held[key] = sorted(both & {one["profile_id"] for one in found})
        return held


def by_a_decision(brand: Brand) -> None:
    brand.served.post(
        "/api/identity/join", {"a": brand.member, "b": brand.email, "author": "amy", "reason": "同一個人"}
    )


def undo_decision(brand: Brand) -> None:
    brand.served.post(
        "/api/identity/undo", {"a": brand.member, "b": brand.email, "author": "amy", "reason": "看錯了"}
    )


def by_a_till(brand: Brand) -> None:
    brand.till_says(brand.pair(6, "card-1"), brand.pair(7, "card-2"))


def cut(brand: Brand) -> None:
    brand.served.post(
        "/api/identity/cut", {"a": brand.member, "b": brand.email, "author": "amy", "reason": "店員刷錯卡"}
    )


def retract(brand: Brand) -> None:
    preview = brand.served.post("/api/identity/retractions/preview", {"source": brand.till_key})
    assert (preview["people_before"], preview["people_after"]) == (1, 2)
    brand.served.post(
        "/api/identity/retractions", {"source": brand.till_key, "author": "amy", "reason": "收銀機弄混了客人"}
    )


WAYS = [(by_a_decision, undo_decision), (by_a_till, cut), (by_a_till, retract)]


def of_the_till(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without what the till itself reported: the event is a fact of its own, whoever it is about."""
    return [
        {**one, "timeline": [event for event in one["timeline"] if not event["source"].startswith("till-")]}
        for one in told
    ]


@pytest.mark.parametrize(("merge", "part"), WAYS, ids=["join-undo", "link-cut", "link-retract"])
def test_after_merge_and_undo_both_people_are_what_they_were(
    brand_served: Served, merge: Any, part: Any
) -> None:
    brand = Brand(brand_served)
    wait_for(lambda: brand.members()["rich"] == brand.ids()[:1])
    before, members = brand.seen(), brand.members()
    assert [one["computed"]["points"] for one in before] == [100, 60]

    merge(brand)
    brand.settle()
    one, other = brand.ids()
    assert one == other
    assert brand.seen()[0]["computed"]["points"] == 160
    wait_for(lambda: brand.members()["richer"] == [one] and len(brand.members()["bought-and-read"]) == 1)
    part(brand)
    brand.settle()

    wait_for(lambda: brand.members() == members)
    assert of_the_till(brand.seen()) == before


@pytest.mark.parametrize(("merge", "part"), WAYS, ids=["join-undo", "link-cut", "link-retract"])
def test_what_came_between_stays_with_whom_it_named(brand_served: Served, merge: Any, part: Any) -> None:
    brand = Brand(brand_served)
    before = brand.seen()

    merge(brand)
    brand_served.collect(
        item(brand.member, 8, "Points Earned", points=5), item(brand.email, 9, "Points Earned", points=50), item(brand.email, 9, city="高雄"),
        item(brand.email, 10, "Points Earned", points=-10), item(brand.member, 10, tier="gold"),
    )  # fmt: skip
    brand.settle()
    assert brand.seen()[0]["computed"]["points"] == 205
    part(brand)
    brand.settle()

    after = of_the_till(brand.seen())
    assert [one["profile"]["profile_id"] for one in after] == [one["profile"]["profile_id"] for one in before]
    assert [one["computed"]["points"] for one in after] == [105, 100]
    grown = [len(one["timeline"]) - len(old["timeline"]) for one, old in zip(after, before, strict=True)]
    assert grown == [2, 3]
    for one, old in zip(after, before, strict=True):
        assert one["timeline"][-len(old["timeline"]) :] == old["timeline"]
    city = [one["profile"]["traits"]["city"]["value"] for one in after]
    assert city == ["台北", "高雄"]
    assert ["tier" in one["profile"]["traits"] for one in after] == [True, False]
    wait_for(lambda: brand.members()["rich"] == sorted(brand.ids()))


def test_a_retraction_is_taken_back_by_the_command_line(brand_served: Served) -> None:
    brand = Brand(brand_served)
    by_a_till(brand)
    merged = brand.seen()
    data = ("--data", str(brand_served.data))
    told = ("--author", "amy", "--reason", "收銀機弄混了客人")

    assert (
        "1 people would be 2"
        in brand_served.run("identity", "retract", brand.till_key, "--preview", *data).stdout
    )
    brand_served.run("identity", "retract", brand.till_key, *told, *data)
    wait_for(lambda: len(set(brand.ids())) == 2)
    explained = brand_served.run(
        "identity", "explain", f"member_id={brand.member['value']}", "--language", "en", *data
    ).stdout
    assert "Links of sources that were retracted" in explained
    brand.till_says(brand.pair(6, "card-late"))
    assert len(set(brand.ids())) == 2, "what the till saw before stays aside, also when it comes late"
    kept = brand_served.get("/api/identity/retractions")["retractions"][0]
    assert (kept["source"], kept["links"], kept["author"]) == (brand.till_key, 1, "amy")
    refused = brand_served.run("identity", "retract", "tiill", *told, *data, check=False)
    assert "till" in refused.stderr
    assert refused.returncode != 0
    brand_served.run("identity", "restore", str(kept["id"]), *told, *data)
    wait_for(lambda: len(set(brand.ids())) == 1)
    brand.settle()

    assert of_the_till(brand.seen()) == of_the_till(merged)
    assert brand_served.run("identity", "rebuild", "--check", *data).returncode == 0
    again = brand_served.http.post(
        f"/api/identity/retractions/{kept['id']}/undo", json={"author": "amy", "reason": "x"}
    )
    assert again.status_code == 409


def test_two_members_on_one_line_account_wait_for_a_word(brand_served: Served) -> None:
    line = {"type": "line:900", "id": "Uc0123456789abcdef0123456789abcde"}
    answer = brand_served.http.post("/api/sources", json={"key": "crm-2", "kind": "server", "name": "CRM"})
    key = (answer.json()["write_key"], "")
    for member in ("L-1", "L-2"):
        said = {"type": "track", "event": "Bound", "userId": member, "context": {"externalIds": [line]}}
        brand_served.http.post("/v1/batch", json={"batch": [said]}, auth=key, headers={"Authorization": ""})
        wait_for(brand_served.settled)

    doctor = brand_served.get("/api/identity/doctor")
    (conflict,) = brand_served.get("/api/identity/conflicts")["conflicts"]
    second = conflict["owners"][1]["node"]
    verdict = {"keep": second, "author": "amy", "reason": "L-1 是她姊姊"}
    brand_served.post(f"/api/identity/conflicts/{conflict['node']}", verdict)

    assert (doctor["conflicts_open"], doctor["conflicts"][0]["people"]) == (1, 2)
    assert [one["holds"] for one in conflict["owners"]] == [True, False]
    held = brand_served.get("/api/profiles/lookup", namespace="member_id", value="L-2")["identifiers"]
    assert sorted(one["namespace"] for one in held) == ["line:900", "member_id"]
    assert brand_served.get("/api/identity/conflicts")["conflicts"] == []
    assert (
        brand_served.http.post(f"/api/identity/conflicts/{conflict['node']}", json=verdict).status_code == 404
    )
