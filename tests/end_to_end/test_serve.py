"""`tieline serve` from outside: what it answers, what it refuses, and how it ends."""

import gzip
import json
from pathlib import Path

import httpx
from serving import Served, wait_for

JSON = {"Content-Type": "application/json"}


def test_it_ends_cleanly_when_told_to(tmp_path: Path) -> None:
    tieline = Served(tmp_path)
    tieline.start()
    assert tieline.process is not None
    tieline.process.terminate()
    assert tieline.process.wait(timeout=60) == 0
    assert not (tieline.data / "postgres" / "postmaster.pid").exists()
    tieline.stop()


def test_collect_answers_good_and_bad_requests_plainly(served: Served) -> None:
    key = (served.keys["write_key"], "")
    with httpx.Client(base_url=served.url) as http:
        event = {"type": "track", "event": "x", "userId": "u", "messageId": "m"}
        packed = gzip.compress(json.dumps({"batch": [event]}).encode())
        zipped = http.post(
            "/v1/batch", content=packed, auth=key, headers={**JSON, "Content-Encoding": "gzip"}
        )
        assert (zipped.status_code, zipped.json()) == (200, {"success": True})

        broken = http.post("/v1/batch", content=b'{"batch":[{"type":}]}', auth=key)
        assert (broken.status_code, broken.json()["code"]) == (400, "malformed_body")
        assert "byte 18" in broken.json()["title"]

        large = http.post("/v1/batch", content=b" " * 3_000_000, auth=key)
        assert (large.status_code, large.json()["code"]) == (413, "body_too_large")

        stranger = http.post("/v1/track", json=event, auth=("pk_unknown", ""))
        assert (stranger.status_code, stranger.json()["code"]) == (401, "unknown_key")

        mixed = http.post(
            "/v1/batch",
            content=b'{"batch":[{"type":"track","event":"x","userId":"u"},{"type":"track","event":"x","userId":"u",'
            b'"properties":{"a":"\\ud83d"}}]}',
            auth=key,
        )
        assert [(one["index"], one["code"]) for one in mixed.json()["rejected"]] == [(1, "lone_surrogate")]
    wait_for(lambda: served.get("/api/report")["parked"] == 1)
    wait_for(lambda: served.get("/api/report")["events"] == 2)


def test_a_browsers_key_can_withdraw_consent_but_never_grant_it(served: Served) -> None:
    key = (served.keys["web_write_key"], "")
    for state, status in (("granted", 403), ("withdrawn", 200)):
        answer = httpx.post(
            f"{served.url}/v1/track",
            json={
                "event": "consent_updated",
                "userId": "M1",
                "properties": {"channel": "line", "state": state},
            },
            auth=key,
        )
        assert answer.status_code == status


def test_a_write_key_opens_nothing_but_collect(served: Served) -> None:
    for key in (served.keys["write_key"], "sk_wrong"):
        answer = httpx.get(f"{served.url}/api/report", headers={"Authorization": f"Bearer {key}"})
        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")


def test_health_metrics_and_the_api_description_are_served(served: Served) -> None:
    assert httpx.get(f"{served.url}/healthz").json() == {"status": "ok"}
    assert httpx.get(f"{served.url}/readyz").json() == {"status": "ready"}
    assert b"tieline_head" in httpx.get(f"{served.url}/metrics").content
    assert "/v1/batch" in httpx.get(f"{served.url}/openapi.json").json()["paths"]
    assert b"consent" in httpx.get(f"{served.url}/tieline.js").content


def test_what_does_not_compile_is_refused_with_its_place(served: Served) -> None:
    half = served.http.post(
        "/api/segments", json={"key": "s", "condition": {"all": [{"trait": "tier", "op": "eq"}]}}
    )
    assert (half.status_code, half.json()["code"]) == (422, "invalid_condition")
    assert half.json()["field"].startswith("/condition/all/0")
    journey = served.http.post("/api/journeys", json={"definition": {"key": "j"}})
    assert (journey.status_code, journey.json()["code"]) == (422, "invalid_journey")


def test_a_merge_is_undone_by_a_cut_and_back_by_taking_the_cut_back(served: Served) -> None:
    served.collect(
        {"type": "identify", "userId": "M1", "traits": {"phone": "0912345600", "given_name": "怡君"}},
        {"type": "track", "event": "Order Completed", "userId": "M1", "properties": {"total": 100}},
    )

    def profile(namespace: str, value: str) -> str:
        answer = served.http.get("/api/profiles/lookup", params={"namespace": namespace, "value": value})
        return str(answer.json().get("profile_id", "")) if answer.is_success else ""

    wait_for(lambda: profile("member_id", "M1"))
    assert profile("member_id", "M1") == profile("phone", "+886912345600")
    pair = {
        "a": {"namespace": "member_id", "value": "M1"},
        "b": {"namespace": "phone", "value": "0912345600"},
        "author": "小美",
        "reason": "家人共用",
    }
    served.post("/api/identity/cut", pair)
    assert profile("member_id", "M1") != profile("phone", "+886912345600")
    served.post("/api/identity/undo", pair)
    assert profile("member_id", "M1") == profile("phone", "+886912345600")
