"""One customer stands in two systems under numbers that differ by a slip: found, shown, and joined only when told to."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from serving import Served, wait_for

PEOPLE = [
    ("c1", "+886912345671", {"name": "王小明", "birth_date": "1990-05-03", "address": "臺北市大安區信義路四段1號8樓"}),
    ("c2", "+886912345617", {"name": "王小明", "birth_date": "民國79年5月3日", "address": "台北市大安區信義路4段一號8F"}),
    *((f"o{n}", f"+88692233{n:04d}", {"name": f"林{given}", "birth_date": f"198{n}-02-11"}) for n, given in enumerate("甲乙丙丁戊")),
]  # fmt: skip


@pytest.fixture
def tieline(tmp_path: Path) -> Iterator[Served]:
    served = Served(tmp_path)
    served.start()
    for card, phone, traits in PEOPLE:
        served.http.post(
            "/v1/identify",
            auth=(served.keys["write_key"], ""),
            json={"anonymousId": card, "messageId": card, "traits": {**traits, "phone": phone}},
        ).raise_for_status()
    wait_for(served.settled)
    yield served
    served.stop()


def search(tieline: Served) -> list[Any]:
    answer = tieline.http.post("/api/identity/suggestions/run")
    assert answer.status_code == 200, answer.text
    found: list[Any] = tieline.http.get("/api/identity/suggestions").json()["suggestions"]
    return found


def profile(tieline: Served, phone: str) -> str:
    query = {"namespace": "phone", "value": phone}
    return str(tieline.http.get("/api/profiles/lookup", params=query).json()["profile_id"])


def test_an_accepted_suggestion_joins_two_profiles(tieline: Served) -> None:
    (found,) = search(tieline)
    assert profile(tieline, PEOPLE[0][1]) != profile(tieline, PEOPLE[1][1])
    assert "王小明" not in str(found)

    decided = tieline.http.post(f"/api/identity/suggestions/{found['id']}/accept", json={"author": "amy"})

    assert decided.status_code == 200, decided.text
    assert profile(tieline, PEOPLE[0][1]) == profile(tieline, PEOPLE[1][1])
    assert search(tieline) == []


def test_a_refused_suggestion_never_comes_back(tieline: Served) -> None:
    (found,) = search(tieline)

    decided = tieline.http.post(f"/api/identity/suggestions/{found['id']}/refuse", json={"author": "amy"})

    assert decided.status_code == 200, decided.text
    assert search(tieline) == []
    assert profile(tieline, PEOPLE[0][1]) != profile(tieline, PEOPLE[1][1])
