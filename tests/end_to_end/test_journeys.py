"""Journeys, templates, dry-runs and broadcasts as a console uses them: the real thing against the simulated LINE."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from serving import Served, Simulated, befriended, wait_for

SECRET = "secret-of-100"
TEXT = [{"type": "text", "text": "嗨 {{ trigger.cart_id }}"}]
JOURNEY: dict[str, Any] = {
    "key": "hello",
    "name": "打招呼",
    "trigger": {"kind": "webhook"},
    "reentry": {"mode": "always"},
    "settings": {"quiet_hours": "off", "priority": 7, "budget": {"messages": 100}},
    "start": "tone",
    "steps": [
        {
            "id": "tone",
            "kind": "ab_test",
            "branches": [{"name": "a", "next": "greet"}, {"name": "b", "next": "greet"}],
            "winner": {"by": "click", "after": "P1D", "people": 10},
        },
        {
            "id": "greet",
            "kind": "send_line",
            "account": "main",
            "purpose": "marketing",
            "messages": TEXT,
            "next": "day",
        },
        {"id": "day", "kind": "wait", "for": "P1D"},
    ],
}


@pytest.fixture
def brand(tmp_path: Path, simulated: Simulated) -> Iterator[Served]:
    """A brand with one account and one friend who said yes."""
    served = Served(tmp_path, **simulated.settings())
    served.start()
    befriended(served, simulated, SECRET, 1)
    user = simulated.call("GET", "/accounts/100/friends")["friends"][0]["user_id"]
    said = {"purpose": "marketing", "channel": "line", "state": "granted", "method": "form"}
    whose = {"externalIds": [{"type": "line:900", "id": user}]}
    _grant(served, whose, said)
    wait_for(served.settled)
    yield served
    served.stop()


def _grant(served: Served, whose: Any, said: Any) -> None:
    made = served.post("/api/sources", {"key": "crm2", "kind": "server", "name": "CRM"})
    key = made["write_key"]
    answer = httpx.post(
        f"{served.url}/v1/batch",
        json={"batch": [
            {"type": "identify", "userId": "M1", "context": whose},
            {"type": "track", "userId": "M1", "event": "consent_updated", "properties": said},
        ]},
        auth=(key, ""),
        timeout=30,
    )  # fmt: skip
    assert answer.json() == {"success": True}, answer.text


def texts(simulated: Simulated) -> list[str]:
    found = simulated.call("GET", "/deliveries?channel_id=100&limit=1000")["deliveries"]
    return [message["text"] for one in found for message in one["messages"] if "text" in message]


def test_a_journey_from_draft_to_replay(brand: Served, simulated: Simulated) -> None:
    kinds = brand.get("/api/journeys/kinds")
    assert {"split_by_button", "holdout"} <= {one["kind"] for one in kinds["steps"]}
    half = {
        **JOURNEY,
        "steps": [{**JOURNEY["steps"][1], "account": "gone", "next": "nowhere"}],
        "start": "greet",
    }
    problems = brand.post("/api/journeys/validate", {"definition": half})["problems"]
    assert [(one["step"], one["field"]) for one in problems] == [("greet", "/steps/0/next")]
    unknown = {
        **JOURNEY,
        "steps": [JOURNEY["steps"][0], {**JOURNEY["steps"][1], "account": "gone"}, JOURNEY["steps"][2]],
    }
    problems = brand.post("/api/journeys/validate", {"definition": unknown})["problems"]
    assert [one["field"] for one in problems] == ["/steps/1/account"]
    assert brand.post("/api/journeys", {"definition": JOURNEY, "state": "live"})["version"] == 1

    hook = brand.post("/api/journeys/hello/hook", {})
    call = {"person": {"namespace": "member_id", "value": "M1"}, "id": "c1", "data": {"cart_id": "c1"}}
    for _ in range(2):
        assert httpx.post(hook["url"], json=call, timeout=30).status_code == 202
    wait_for(lambda: texts(simulated))
    assert httpx.post(f"{brand.url}/hooks/wrong", json=call, timeout=30).status_code == 401
    assert texts(simulated) == ["嗨 c1"]

    shown = brand.get("/api/journeys/hello")
    assert [(one["step"], one["people"]) for one in shown["people"]] == [("day", 1)]
    counts = {one["step"]: one["people"] for one in brand.get("/api/journeys/hello/counts")["counts"]}
    assert counts == {"": 1, "tone": 1, "greet": 1, "day": 1}
    (arm,) = brand.get("/api/journeys/hello/experiments")["arms"]
    assert (arm["people"], arm["goals"], arm["won"]) == (1, 0, False)
    (person,) = brand.get("/api/journeys/hello/people", step="day")["people"]
    assert person["state"] == "waiting_time"
    assert brand.get("/api/journeys")["journeys"][0]["entered"] == 1
    assert brand.get("/api/journeys/hello/errors")["people"] == []
    assert brand.post("/api/journeys/hello/errors/replay", {})["people"] == 0

    again = brand.post("/api/journeys", {"definition": JOURNEY, "state": "live", "running": "move"})
    assert (again["version"], again["moved"]) == (2, 1)
    assert [one["running"] for one in brand.get("/api/journeys/hello/versions")["versions"]] == [1, 0]
    assert brand.get("/api/journeys/hello/versions/1")["definition"] == JOURNEY
    left = {"people": [{"namespace": "member_id", "value": "M1"}]}
    brand.post("/api/journeys/hello/leave", left)
    wait_for(lambda: not brand.get("/api/journeys/hello/people")["people"])
    assert brand.http.put("/api/journeys/hello/state", json={"state": "draining"}).status_code == 200

    here = {**JOURNEY, "trigger": {"kind": "line_followed", "account": "main"}}
    assert brand.post("/api/journeys/dry-run", {"definition": here})["entered"] == 1
    written = {**JOURNEY, "trigger": {"kind": "keyword", "words": ["hi"]}}
    refused = brand.http.post("/api/journeys/dry-run", json={"definition": written})
    assert (refused.status_code, refused.json()["field"]) == (422, "/definition/trigger")
    tried = brand.post(
        "/api/journeys/dry-run", {"definition": {**JOURNEY, "trigger": {"kind": "line_followed"}}}
    )
    assert (tried["entered"], tried["messages"], tried["complete"]) == (1, {"greet": 1}, True)
    assert tried["cost"][0]["messages"] == 1
    assert tried == {**brand.post("/api/journeys/dry-run", {"definition": {**JOURNEY, "trigger": {"kind": "line_followed"}}}),
                     "since": tried["since"], "until": tried["until"], "as_of": tried["as_of"]}  # fmt: skip


def test_a_dry_run_knows_who_entered_a_segment_and_when(brand: Served) -> None:
    key = brand.post("/api/sources", {"key": "shop", "kind": "server", "name": "Shop"})["write_key"]
    ago = {"Visited": 6, "Bought": 2}
    said = [
        {"type": "track", "userId": "M1", "event": event, "messageId": event,
         "timestamp": (datetime.now(UTC) - timedelta(hours=hours)).isoformat()}
        for event, hours in ago.items()
    ]  # fmt: skip
    httpx.post(f"{brand.url}/v1/batch", json={"batch": said}, auth=(key, ""), timeout=30).raise_for_status()
    wait_for(brand.settled)
    brand.post("/api/segments", {"key": "visitors", "name": "V", "condition": {"event": "Visited"}})
    looking = {"all": [{"event": "Visited"}, {"not": {"event": "Bought"}}]}
    brand.post("/api/segments", {"key": "looking", "name": "L", "condition": looking})
    greet = {**JOURNEY["steps"][1], "messages": [{"type": "text", "text": "hi"}]}
    hour = {"id": "hour", "kind": "wait", "for": "PT1H", "next": "greet"}

    def tried(trigger: dict[str, Any], wait: str = "PT1H") -> tuple[int, dict[str, int], int]:
        steps = [{**hour, "for": wait}, greet, JOURNEY["steps"][2]]
        definition = {**JOURNEY, "trigger": trigger, "start": "hour", "steps": steps}
        found = brand.post("/api/journeys/dry-run", {"definition": definition, "days": 1})
        return found["entered"], found["messages"], found["running"]

    assert tried({"kind": "segment_entered", "segment": "visitors"}) == (1, {"greet": 1}, 1)
    assert tried({"kind": "segment_entered", "segment": "looking"}, "PT3H") == (1, {"greet": 1}, 1)
    assert tried({"kind": "segment_exited", "segment": "looking"}, "PT3H") == (1, {}, 1)
    early = (datetime.now(ZoneInfo("Asia/Taipei")) - timedelta(hours=4)).strftime("%H:%M")
    late = (datetime.now(ZoneInfo("Asia/Taipei")) - timedelta(hours=1)).strftime("%H:%M")
    bought = {"kind": "schedule", "if": {"event": "Bought"}}
    assert [tried({**bought, "time": time})[0] for time in (early, late)] == [0, 1]


def test_a_template_becomes_drafts(brand: Served) -> None:
    listed = brand.get("/api/templates")["templates"]
    assert len(listed) == 10
    shown = brand.get("/api/templates/gym-trial", language="ja")
    assert "体験" in str(shown["journeys"])
    made = brand.post("/api/templates/gym-trial/drafts", {"language": "zh-TW", "account": "main"})
    assert made["journeys"] == ["gym-trial", "gym-quiet", "gym-renewal"]
    assert made["problems"] == {"gym-trial": [], "gym-quiet": [], "gym-renewal": []}
    assert {one["state"] for one in brand.get("/api/journeys")["journeys"]} == {"draft"}
    twice = brand.http.post("/api/templates/gym-trial/drafts", json={"account": "main"})
    assert twice.status_code == 409


def test_a_broadcast_from_preview_to_report(brand: Served, simulated: Simulated) -> None:
    hello = [{"type": "text", "text": "群發"}]
    decided = brand.http.put("/api/sending", json={"approval_above": 1, "drift_percent": 20})
    assert decided.status_code == 200, decided.text
    assert brand.get("/api/sending")["decided"] == {"approval_above": 1, "drift_percent": 20}
    body = {"key": "sale", "account": "main", "messages": hello, "state": "draft"}
    seen = brand.post("/api/broadcasts/preview", body)
    assert (seen["recipients"], seen["reachable"], seen["needs_approval"]) == (1, 1, False)
    assert seen["cost"]["fits"] is True
    assert brand.post("/api/broadcasts", body)["state"] == "draft"
    tester = {"people": [{"namespace": "member_id", "value": "M1"}]}
    assert brand.post("/api/broadcasts/sale/test", tester)["found"] == 1
    wait_for(lambda: texts(simulated) == ["群發"])
    assert brand.post("/api/broadcasts/sale/start", {})["state"] == "ready"
    wait_for(lambda: texts(simulated) == ["群發"] * 2)
    done = wait_for(lambda: (one := brand.get("/api/broadcasts/sale"))["progress"]["done"] == 1 and one)
    assert (done["state"], done["progress"]["left"]) == ("planned", 0)
    wait_for(brand.settled)
    (arm,) = brand.get("/api/broadcasts/sale/report")["arms"]
    assert (arm["people"], arm["sent"], arm["clicked"], arm["blocked_afterwards"]) == (1, 1, 0, 0)

    later = {"key": "later", "account": "main", "messages": hello, "expected": 50}
    brand.post("/api/broadcasts", later)
    wait_for(lambda: brand.get("/api/broadcasts/later")["state"] == "drifted")
    stopped = brand.post("/api/broadcasts/later/stop", {})
    assert stopped["state"] == "stopped"
    brand.post("/api/broadcasts/later/resume", {})
    wait_for(lambda: texts(simulated) == ["群發"] * 3)
    assert brand.http.post("/api/broadcasts/later/cancel").status_code == 409
    assert {one["key"] for one in brand.get("/api/broadcasts")["broadcasts"]} == {"sale", "later"}
    twice = brand.http.post("/api/broadcasts", json=later)
    assert twice.status_code == 409


def test_an_unfinished_draft_is_kept_and_checked_when_it_is_switched_on(brand: Served) -> None:
    half = {
        **JOURNEY,
        "key": "half",
        "name": "寫到一半",
        "steps": [{**JOURNEY["steps"][1], "next": "nowhere"}],
    }
    refused = brand.http.post("/api/journeys", json={"definition": half, "state": "draft"})
    assert refused.status_code == 422
    kept = brand.post("/api/journeys", {"definition": half, "state": "draft", "unfinished": True})
    assert (kept["version"], kept["state"]) == (1, "draft")
    assert brand.get("/api/journeys/half")["definition"] == half

    early = brand.http.put("/api/journeys/half/state", json={"state": "live"})
    assert early.status_code == 422
    assert brand.get("/api/journeys/half")["state"] == "draft"

    whole = {**JOURNEY, "key": "half", "name": "寫完了"}
    brand.post("/api/journeys", {"definition": whole, "state": "draft", "unfinished": True})
    brand.http.put("/api/journeys/half/state", json={"state": "live"}).raise_for_status()
    assert brand.get("/api/cost")["budgets"][0]["scope"] == "journey:half"
    stopping = brand.http.post(
        "/api/journeys", json={"definition": half, "state": "draft", "unfinished": True}
    )
    assert stopping.status_code == 409
    assert "journey does not compile" not in brand.log()
