"""A person is erased: nothing of theirs is left in either engine, in the log or beside them, and no file brings them back."""

import asyncio
import json
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
from serving import Served, Simulated, wait_for

from tieline.ids import keyed_hash
from tieline.store.clickhouse.socket import HistoryClient
from tieline.store.postgres.engine import start_embedded
from traces import in_postgres

MEMBER, PHONE, EMAIL, CARD = "MEMBER-ERASED-7", "+886922333444", "gone.person@brand.example", "CARDERASED99"
SPELLINGS = (PHONE, "0922333444", "0922-333-444", "０９２２３３３４４４", EMAIL, MEMBER, CARD, "李消失")
CUSTOMERS = {
    "source": "crm",
    "kind": "customers",
    "identifiers": {"member_id": "會員編號", "phone": "手機"},
    "traits": {"city": "城市"},
}


def identify(member: str, **traits: str) -> dict[str, Any]:
    return {"type": "identify", "userId": member, "traits": traits}


def order(number: str, member: str, **more: Any) -> dict[str, Any]:
    properties = {"order_id": number, "total": 100, **more}
    return {"type": "track", "event": "Order Completed", "userId": member, "properties": properties}


def viewed(browser: str, member: str | None = None, **more: str) -> dict[str, Any]:
    return {"type": "track", "event": "Viewed", "anonymousId": browser, "userId": member, **more}


def granted(member: str) -> dict[str, Any]:
    said = {
        "purpose": "marketing",
        "channel": "line",
        "state": "granted",
        "method": "form",
        "notice_version": "1",
    }
    return {"type": "track", "event": "consent_updated", "userId": member, "properties": said}


def imported(served: Served, text: str) -> dict[str, Any]:
    form = {"mapping": json.dumps(CUSTOMERS)}
    answer = served.http.post(
        "/api/imports", data=form, files={"file": ("c.csv", text.encode("utf-8-sig"), "text/csv")}
    )
    assert answer.is_success, answer.text
    return answer.json()


def lookup(served: Served, namespace: str, value: str) -> dict[str, Any] | None:
    answer = served.http.get("/api/profiles/lookup", params={"namespace": namespace, "value": value})
    return answer.json() if answer.is_success else None


def erase(served: Served, profile_id: str) -> dict[str, Any]:
    wish = {"confirm": profile_id, "author": "amy", "reason": "她本人的要求"}
    return served.post(f"/api/profiles/{profile_id}/erase", wish)


def erased(served: Served, erasure_id: str) -> dict[str, Any]:
    def done() -> Any:
        found = served.get(f"/api/erasures/{erasure_id}")
        return found if found["state"] == "done" else None

    return wait_for(done)


def fill(served: Served) -> str:
    """Leave traces of one person in every place that a marketer's day touches; return her profile."""
    served.collect(
        identify(MEMBER, phone="0922-333-444", email=EMAIL, name="李消失"),
        {"type": "track", "event": "Card Shown", "userId": MEMBER, "context": {"externalIds": [{"type": "pos_card", "id": CARD}]}},
        order("A1", MEMBER),
        granted(MEMBER),
        identify("M-SON", phone="０９２２３３３４４４", name="李留下"),
        order("B1", "M-SON", referrer="0922333444", note="媽媽的電話是0922-333-444", on="2026-01-01"),
        viewed("browser-6", MEMBER, timestamp="2026-01-01T00:00:00Z"),  # the oldest: it names the profile at first
    )  # fmt: skip
    served.http.post(  # one that is parked, and keeps her name in the log all the same
        "/v1/batch",
        json={"batch": [{**order("A2", MEMBER), "timestamp": "yesterday"}]},
        auth=(served.keys["write_key"], ""),
    )
    wait_for(served.settled)
    phone, member = {"namespace": "phone", "value": PHONE}, {"namespace": "member_id", "value": MEMBER}
    for browser in ("browser-6", "browser-7"):
        served.collect(viewed(browser, MEMBER))
        served.collect(viewed(browser))
        wait_for(served.settled)
        other = {"namespace": "anonymous_id", "value": browser}
        served.post(
            "/api/identity/cut", {"a": member, "b": other, "author": "amy", "reason": "另一個人的瀏覽器"}
        )
    served.post("/api/identity/join", {"a": phone, "b": member, "author": "amy", "reason": "確認過"})
    imported(
        served, f"會員編號,手機,城市\n{MEMBER},0922333444,台北\nM-OTHER,0955111222,台南\n{MEMBER},hello,x\n"
    )
    served.post(
        "/api/segments",
        {
            "key": "buyers", "name": "買過",
            "condition": {"event": "Order Completed", "measure": {"fn": "count"}, "op": "gte", "value": 1},
        },
    )  # fmt: skip
    wait_for(lambda: len(served.get("/api/segments/buyers/members").get("members", [])) == 2)
    wait_for(served.settled)
    found = lookup(served, "member_id", MEMBER)
    assert found is not None
    return str(found["profile_id"])


def hashes(served: Served) -> list[bytes]:
    """The hashes that named her, and what anybody could compute without the key."""
    with psycopg.connect(start_embedded(served.data / "postgres")) as connection:
        (key,) = connection.execute("select identity_key from workspace").fetchone() or (b"",)
    pairs = [("member_id", MEMBER), ("phone", PHONE), ("email", EMAIL), ("pos_card", CARD)]
    named = [keyed_hash(key, namespace, value) for namespace, value in pairs]
    return named + [keyed_hash(b"", namespace, value) for namespace, value in pairs]


def traces(served: Served, ids: list[bytes]) -> list[str]:
    """Search every column of every table of both engines, and every file beside them."""
    words = [*SPELLINGS, *(one.hex() for one in ids)]
    found = in_postgres(start_embedded(served.data / "postgres"), words)
    found += asyncio.run(_history(served, words))
    for path in (served.data / "imports").glob("*"):
        text = path.read_text("utf-8-sig")
        found += [f"{path.name}: {word}" for word in words if word in text]
    return sorted(set(found))


async def _history(served: Served, words: list[str]) -> list[str]:
    client = HistoryClient(served.data / "history.sock")
    found = []
    tables = await client.query(
        "select name from system.tables where database = 'tieline' and engine not like '%Dictionary%'", {}
    )
    for table in tables["name"].to_pylist():
        content: pa.Table = await client.query(f"select * from {table}", {})
        for row in content.to_pylist():
            for column, value in row.items():
                text = value.hex() if isinstance(value, bytes) else str(value)
                found += [f"history {table}.{column}: {word}" for word in words if word in text]
    for _, writer in client._free:
        writer.close()
    return found


def test_nothing_of_an_erased_person_survives_and_their_neighbours_stay(served: Served) -> None:
    profile_id = fill(served)
    ids = hashes(served)
    before = traces(served, ids)
    assert {one.partition(":")[0] for one in before} >= {
        "log.body", "node.value", "fact.value", "link.a", "history event.profile_id", "history profile.traits",
    }  # fmt: skip
    assert any("refused" in one or ".csv" in one for one in before)

    done = erased(served, erase(served, profile_id)["erasure_id"])

    assert traces(served, ids) == []
    assert done["counts"]["node"] == 4
    assert done["counts"]["event"] >= 3
    assert lookup(served, "member_id", MEMBER) is None
    son = lookup(served, "member_id", "M-SON")
    assert son is not None
    timeline = served.get(f"/api/profiles/{son['profile_id']}/timeline")["events"]
    (bought,) = (one["properties"] for one in timeline if one["event"] == "Order Completed")
    assert bought == {
        "order_id": "B1",
        "total": 100,
        "referrer": "[erased]",
        "note": "媽媽的電話是[erased]",
        "on": "2026-01-01",
    }
    for name in ("browser-6", "browser-7"):
        browser = lookup(served, "anonymous_id", name)
        assert browser is not None
        seen = served.get(f"/api/profiles/{browser['profile_id']}/timeline")["events"]
        assert [one["event"] for one in seen] == ["Viewed"]
    members = served.get("/api/segments/buyers/members")["members"]
    assert [one["profile_id"] if isinstance(one, dict) else one for one in members] == [son["profile_id"]]

    again = imported(served, f"會員編號,手機,城市\n{MEMBER},0922333444,高雄\nM-NEW,0955111333,台中\n")
    assert again["report"]["rows_taken"] == 2
    served.collect(order("A9", MEMBER), identify("M-SON", phone=PHONE))
    wait_for(served.settled)
    assert lookup(served, "member_id", MEMBER) is None
    assert lookup(served, "member_id", "M-NEW") is not None
    assert lookup(served, "phone", PHONE) is None
    assert [one for one in traces(served, ids) if not one.startswith("log.")] == []
    assert traces(served, ids) == []

    served.collect(granted(MEMBER))
    wait_for(lambda: lookup(served, "member_id", MEMBER))
    assert lookup(served, "phone", PHONE) is None


def test_an_erasure_that_is_killed_goes_on_where_it_was(served: Served) -> None:
    profile_id = fill(served)
    ids = hashes(served)
    asked = {"confirm": profile_id, "author": "amy", "reason": "她本人的要求"}
    with psycopg.connect(start_embedded(served.data / "postgres")) as connection:
        # Whoever erases the person waits for this lock, so that the kill finds the work half done.
        connection.execute("lock table link in share row exclusive mode")
        served.http.post(f"/api/profiles/{profile_id}/erase", json=asked)
        served.kill()
    for _ in range(3):
        served.start()
        served.kill()
    served.start()

    wait_for(lambda: served.get("/api/erasures")["erasures"][0]["state"] == "done")
    assert traces(served, ids) == []


def test_an_erasure_wants_to_be_confirmed_and_may_not_name_the_person(served: Served) -> None:
    served.collect(identify(MEMBER, phone=PHONE))
    wait_for(lambda: lookup(served, "member_id", MEMBER))
    found = lookup(served, "member_id", MEMBER)
    assert found is not None
    path, right = (
        f"/api/profiles/{found['profile_id']}/erase",
        {"confirm": found["profile_id"], "author": "amy"},
    )

    for wrong, field in (
        ({**right, "confirm": "yes", "reason": "x"}, "/confirm"),
        ({**right, "reason": " "}, "/reason"),
        ({**right, "reason": "0922333444 要求"}, "/reason"),
    ):
        answer = served.http.post(path, json=wrong)
        assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert (
        served.http.post(f"/api/profiles/{'00' * 16}/erase", json={**right, "reason": "x"}).status_code == 404
    )
    assert lookup(served, "member_id", MEMBER) is not None


def test_an_erased_friend_may_follow_again_and_is_new(tmp_path: Path, simulated: Simulated) -> None:
    channel = {"channel_id": "1656000001", "channel_secret": "5" * 32, "provider_id": "p1"}
    tieline = Served(tmp_path, **simulated.settings())
    tieline.start()
    try:
        account = simulated.call("POST", "/accounts", {
            **channel, "name": "衣著A", "webhook_url": f"{tieline.url}/line/main/webhook", "quota": 1_000,
        })  # fmt: skip
        tieline.post(
            "/api/line/accounts",
            {**channel, "key": "main", "name": "衣著A", "bot_user_id": account["bot_user_id"]},
        )
        simulated.call("POST", "/accounts/1656000001/friends", {"count": 1, "seed": 1, "announce": True})
        wait_for(lambda: tieline.get("/api/report")["friends"] == 1)
        (friend,) = simulated.call("GET", "/accounts/1656000001/friends")["friends"]
        user = friend["user_id"]
        found = lookup(tieline, "line:p1", user)
        assert found is not None
        erased(tieline, erase(tieline, found["profile_id"])["erasure_id"])
        assert lookup(tieline, "line:p1", user) is None
        assert tieline.get("/api/report")["friends"] == 0
        with psycopg.connect(start_embedded(tieline.data / "postgres")) as connection:
            (rows,) = connection.execute(
                "select count(*) from log where position(%s in body) > 0", (user.encode(),)
            ).fetchone() or (1,)
        assert rows == 0

        simulated.call("POST", f"/accounts/1656000001/friends/{user}/block")
        simulated.call("POST", f"/accounts/1656000001/friends/{user}/follow")
        again = wait_for(lambda: lookup(tieline, "line:p1", user))
        assert again["line_friend_of"] == ["main"]
        assert again["first_seen_at"] > found["first_seen_at"]
    finally:
        tieline.stop()
