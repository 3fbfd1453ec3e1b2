"""Likelihoods from real history to traits that conditions read: learned, judged out of time, told once, switched off."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from line_brand import Brand, remembering

from tieline.app import stages
from tieline.store.clickhouse.engine import ClickHouse
from tieline.store.postgres.directory import PostgresDirectory
from tieline.store.postgres.unit import PostgresUnit

PREDICTIONS = "/api/traits/predictions"
BUYERS = 300
BATCH = 500


@pytest.fixture
async def brand(tmp_path: Path, postgres_url: str, clickhouse: ClickHouse) -> AsyncIterator[Brand]:
    async with remembering(tmp_path, postgres_url, clickhouse) as made:
        yield made


def orders(now: datetime) -> list[dict[str, Any]]:
    """A year of orders: the even ones come every twelve days and go on, the odd ones came every forty and stopped."""
    chance = Random(1)
    found = []
    for number in range(BUYERS):
        gap = 12 if number % 2 == 0 else 40
        day, end = chance.uniform(0, gap), 365 if number % 2 == 0 else chance.uniform(60, 365)
        while day < end:
            found.append(
                {
                    "type": "track", "event": "Order Completed", "userId": f"M{number}", "messageId": f"{number}:{day}",
                    "timestamp": (now - timedelta(days=365 - day)).isoformat(), "properties": {"total": 100 + number},
                }
            )  # fmt: skip
            day += chance.expovariate(1 / gap)
    return found


class Clock:
    """A clock that a test sets forward."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def now(self) -> datetime:
        return self.at


async def collect(brand: Brand, url: str, items: list[dict[str, Any]]) -> None:
    made = await brand.call("POST", "/api/sources", {"key": "shop", "kind": "server", "name": "Shop"})
    for start in range(0, len(items), BATCH):
        answer = await brand.http.post(
            "/v1/batch", json={"batch": items[start : start + BATCH]}, auth=httpx.BasicAuth(made["write_key"], ""),
            headers={"Authorization": ""},
        )  # fmt: skip
        assert answer.is_success, answer.text
    await brand.absorb(url)
    await brand.remember(url)


async def predict(brand: Brand, url: str, clock: Clock) -> int:
    unit, known = await PostgresUnit.open(url), await PostgresUnit.open(url)
    directory = PostgresDirectory(known)
    await directory.learn()
    loop = stages.predict(unit, brand.history, directory, clock)
    done = 0
    while await loop.step():
        done += 1
    await unit.close()
    await known.close()
    await brand.absorb(url)
    await brand.remember(url)
    return done


async def likelihoods(brand: Brand, member: str) -> dict[str, float]:
    found = await brand.call("GET", "/api/profiles/lookup", namespace="member_id", value=member)
    return {name: said["value"] for name, said in found["traits"].items()}


async def test_likelihoods_become_traits_that_say_how_right_they_were(
    brand: Brand, postgres_url: str
) -> None:
    clock = Clock()
    await collect(brand, postgres_url, orders(clock.now()))
    before = await brand.call("GET", PREDICTIONS)
    assert await predict(brand, postgres_url, clock) == 0  # nobody wished it
    await brand.call("PUT", PREDICTIONS, {"on": True})

    done = [await predict(brand, postgres_url, clock) for _ in range(2)]
    report = await brand.call("GET", PREDICTIONS)
    steady, gone = [await likelihoods(brand, member) for member in ("M0", "M1")]
    clock.at += timedelta(days=1)
    await brand.call("PUT", PREDICTIONS, {"on": False})

    assert {one["state"] for one in before["predictions"]} == {"not_computed_yet"}
    assert done == [1, 0]  # once a day
    assert {one["trait"]: one["state"] for one in report["predictions"]} == {
        "likelihood_purchase_30d": "told", "likelihood_churn_90d": "told",
    }  # fmt: skip
    soon = report["predictions"][0]
    assert (soon["people"], soon["changed"]) == (BUYERS, BUYERS)
    assert soon["calibration"]["auc"] > 0.8
    assert soon["calibration"]["brier"] < soon["calibration"]["brier_of_rate"]
    assert steady["likelihood_purchase_30d"] > 0.7 > gone["likelihood_purchase_30d"]
    assert steady["likelihood_churn_90d"] < 0.3
    assert await predict(brand, postgres_url, clock) == 0


async def test_with_few_buyers_nothing_is_told_and_the_answer_says_why(
    brand: Brand, postgres_url: str
) -> None:
    clock = Clock()
    await collect(brand, postgres_url, orders(clock.now())[:40])
    await brand.call("PUT", PREDICTIONS, {"on": True})

    await predict(brand, postgres_url, clock)
    report = await brand.call("GET", PREDICTIONS)

    assert {(one["state"], one["needs"], one["calibration"]) for one in report["predictions"]} == {
        ("too_few", 200, None)
    }
