"""Rules change by being computed apart: a report first, then at once for everybody, or not at all."""

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from serving import CLI, Served, wait_for

from tieline.store.postgres.engine import start_embedded


def identify(member: str, phone: str) -> dict[str, Any]:
    return {"type": "identify", "userId": member, "traits": {"phone": phone}}


def order(member: str, number: str) -> dict[str, Any]:
    return {"type": "track", "event": "Order Completed", "userId": member, "properties": {"order_id": number}}


def profile(served: Served, member: str) -> dict[str, Any]:
    found: dict[str, Any] = served.get("/api/profiles/lookup", namespace="member_id", value=member)
    return found


def shipped(served: Served, old: str, new: str) -> str:
    text = str(served.get("/api/identity/rules")["text"])
    assert old in text
    return text.replace(old, new, 1)


def put(served: Served, text: str, reason: str = "try") -> dict[str, Any]:
    answer = served.http.put("/api/identity/rules", json={"text": text, "author": "amy", "reason": reason})
    assert answer.status_code == 202, answer.text
    made: dict[str, Any] = answer.json()
    return made


def reaches(served: Served, version: int, *states: str) -> dict[str, Any]:
    def there() -> Any:
        found = served.get(f"/api/identity/rules/{version}")
        return found if found["state"] in states else None

    found: dict[str, Any] = wait_for(there)
    return found


def audit(served: Served) -> dict[str, Any]:
    done = subprocess.run(
        [*CLI, "identity", "rebuild", "--check", "--json", "--data", str(served.data)],
        check=False, env=served.environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def fill(served: Served) -> None:
    """Three members with one family phone, and others whom no rule can touch."""
    served.collect(*(identify(member, "0922333444") for member in ("M1", "M2", "M3")))
    served.collect(*(identify(f"M{number}", f"09110000{number}") for number in range(10, 40)))
    served.collect(order("M1", "A1"), order("M2", "A2"))
    wait_for(served.settled)


def test_a_change_is_reported_held_confirmed_and_then_holds_for_everybody(served: Served) -> None:
    fill(served)
    assert profile(served, "M1")["profile_id"] != profile(served, "M2")["profile_id"]
    assert audit(served)["differ"] == 0

    looser = shipped(served, "    limit: 1\n    names_a_person: true\n  line", "    limit: 3\n  line")
    version = put(served, looser, "brands share members")["version"]
    found = reaches(served, version, "held")

    assert found["report"]["profiles_before"] - found["report"]["profiles_after"] == 2
    assert (found["report"]["merged"], found["report"]["merging"], found["report"]["split"]) == (1, 3, 0)
    example = found["report"]["examples"]["merged"][0]
    assert len(example) == 3
    assert "0922333444" not in json.dumps(found["report"])
    assert "922333444" not in json.dumps(found["report"])
    assert profile(served, "M1")["profile_id"] != profile(served, "M2")["profile_id"]
    again = served.http.put("/api/identity/rules", json={"text": looser, "author": "amy", "reason": "x"})
    assert again.status_code == 409

    served.post(f"/api/identity/rules/{version}/confirm", {"author": "bob"})
    reaches(served, version, "live")
    wait_for(served.settled)

    whole = profile(served, "M1")
    assert {one["value"] for one in whole["identifiers"]} == {"M1", "M2", "M3", "+886922333444"}
    orders = served.get(f"/api/profiles/{whole['profile_id']}/timeline")["events"]
    assert sorted(one["properties"]["order_id"] for one in orders if one["event"] == "Order Completed") == [
        "A1",
        "A2",
    ]
    served.collect(identify("M9", "0922333444"))
    wait_for(served.settled)
    assert profile(served, "M9")["profile_id"] != whole["profile_id"]  # four are more than three
    assert audit(served)["differ"] == 0
    assert served.get("/api/identity/rules")["version"] == version

    back = put(
        served,
        shipped(
            served,
            "  member_id:              # 會員編號\n    limit: 3",
            "  member_id:              # 會員編號\n    limit: 1",
        ),
    )
    report = reaches(served, back["version"], "live")["report"]
    assert (report["split"], report["merged"]) == (1, 0)
    wait_for(served.settled)
    assert len({profile(served, member)["profile_id"] for member in ("M1", "M2", "M3", "M9")}) == 4
    assert audit(served)["differ"] == 0
    assert [one["state"] for one in served.get("/api/identity/rules")["versions"]] == ["live", "retired"]


def test_a_number_that_would_change_hands_is_named_with_both_its_owners(served: Served) -> None:
    for days, member in ((60, "MEMBER-OLD"), (2, "MEMBER-NEW")):
        at = (datetime.now(UTC) - timedelta(days=days)).isoformat()
        served.collect({**identify(member, "0922333444"), "timestamp": at})
        wait_for(served.settled)

    version = put(served, shipped(served, "passes_on_after_days: 180", "passes_on_after_days: 30"))["version"]
    report = reaches(served, version, "held")["report"]

    assert (report["merging"], report["split"]) == (2, 1)
    assert report["examples"]["moved"] == [
        [["phone +886*****3444"], ["member_id MEM****OLD"], ["member_id MEM****NEW"]]
    ]
    told = served.run("identity", "rules", "status", str(version), "--data", str(served.data)).stdout
    assert "moved: phone +886*****3444 from member_id MEM****OLD to member_id MEM****NEW" in told
    served.post(f"/api/identity/rules/{version}/confirm", {"author": "bob"})
    reaches(served, version, "live")
    wait_for(served.settled)
    held = served.get("/api/profiles/lookup", namespace="phone", value="0922333444")["profile_id"]
    assert held == profile(served, "MEMBER-NEW")["profile_id"] != profile(served, "MEMBER-OLD")["profile_id"]


def test_a_crash_in_the_middle_leaves_the_old_rules_in_force_and_loses_nothing(served: Served) -> None:
    fill(served)
    looser = shipped(served, "    limit: 1\n    names_a_person: true\n  line", "    limit: 3\n  line")
    version = put(served, looser.replace("percent: 1.0", "percent: 100"))["version"]
    with psycopg.connect(start_embedded(served.data / "postgres")) as connection:
        # The switch waits for this lock: it has decided everybody anew and may not write it yet.
        connection.execute("lock table identity_change in share row exclusive mode")
        reaches(served, version, "ready")
        served.collect(order("M1", "A3"))
        with psycopg.connect(start_embedded(served.data / "postgres")) as watching:
            wait_for(lambda: _waits(watching))
        assert profile(served, "M1")["profile_id"] != profile(served, "M2")["profile_id"]
        served.kill()
    served.start()

    reaches(served, version, "live")
    wait_for(served.settled)
    whole = profile(served, "M1")
    assert whole["profile_id"] == profile(served, "M3")["profile_id"]
    orders = served.get(f"/api/profiles/{whole['profile_id']}/timeline")["events"]
    assert sorted(one["properties"]["order_id"] for one in orders if one["event"] == "Order Completed") == [
        "A1",
        "A2",
        "A3",
    ]
    assert audit(served)["differ"] == 0


def _waits(connection: psycopg.Connection[Any]) -> bool:
    connection.rollback()
    row = connection.execute(
        "select count(*) from pg_locks where not granted and relation = 'identity_change'::regclass"
    ).fetchone()
    return bool(row and row[0])


def test_a_file_with_mistakes_names_every_line_and_changes_nothing(served: Served, tmp_path: Path) -> None:
    wrong = shipped(served, "  phone:", "  phon:").replace("    limit: 5", "    limti: 5")
    answer = served.http.put("/api/identity/rules", json={"text": wrong, "author": "amy", "reason": "x"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_rules")
    assert "did you mean 'phone'?" in answer.json()["title"]
    checked = served.post("/api/identity/rules/check", {"text": wrong})
    assert not checked["valid"]
    lines = wrong.splitlines()
    assert {lines[one["line"] - 1].split(":")[0].strip() for one in checked["problems"]} >= {"phon", "limti"}

    path = tmp_path / "rules.yaml"
    path.write_text(wrong, "utf-8")
    said = served.run("identity", "rules", "check", str(path), check=False)
    assert said.returncode == 1
    assert f"{path}:{checked['problems'][0]['line']}: " in said.stderr
    kept = served.run("identity", "rules", "show", "--data", str(served.data)).stdout
    path.write_text(kept, "utf-8")
    assert "can be used" in served.run("identity", "rules", "check", str(path)).stdout
