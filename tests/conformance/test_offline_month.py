"""F24 of docs/faults.md: what was kept offline for a month starts nothing at LINE."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from line_brand import PROVIDER, Brand, remembering

from tieline.app import stages
from tieline.clock import SystemClock
from tieline.store.clickhouse.evaluate import ClickHouseEvaluator
from tieline.store.postgres.directory import PostgresDirectory
from tieline.store.postgres.unit import PostgresUnit

THANKS = {
    "key": "thanks",
    "name": "thanks",
    "trigger": {"kind": "event", "event": "Order Completed"},
    "start": "tell",
    "reentry": {"mode": "always"},
    "steps": [
        {
            "id": "tell",
            "kind": "send_line",
            "account": "main",
            "purpose": "marketing",
            "messages": [{"type": "text", "text": "謝謝"}],
        }
    ],
}


@pytest.fixture
async def brand(tmp_path: Path, postgres_url: str, clickhouse: Any) -> AsyncIterator[Brand]:
    async with remembering(tmp_path, postgres_url, clickhouse) as served:
        yield served


async def run(brand: Brand, url: str) -> None:
    """Take what arrived, let journeys go on, send what they wish."""
    await brand.absorb(url)
    unit = await PostgresUnit.open(url)
    directory = PostgresDirectory(unit)
    await directory.learn()
    history = ClickHouseEvaluator(brand.history)
    advance = stages.advance(brand.settings, unit, history, directory, SystemClock())
    while await advance.step():
        pass
    await unit.close()
    await brand.send_all(url)


async def flushed(brand: Brand, key: str, user: str, happened: datetime, said_at: datetime) -> None:
    """Send three kept events, twice, as a till does that did not hear the first answer."""
    items = [
        {
            "type": "track",
            "event": "Order Completed",
            "messageId": f"{happened:%d}-{number}",
            "timestamp": happened.isoformat(),
            "context": {"externalIds": [{"type": f"line:{PROVIDER}", "id": user}]},
        }
        for number in range(3)
    ]
    for _ in range(2):
        await brand.call(
            "POST", "/v1/batch", {"batch": items, "sentAt": said_at.isoformat(), "writeKey": key}
        )


@pytest.mark.parametrize("behind", [timedelta(0), timedelta(days=3650)])
async def test_f24_what_was_kept_for_a_month_starts_no_message_and_what_is_new_does(
    brand, postgres_url, behind
):
    (user,) = await brand.befriend(1)
    source = await brand.call("POST", "/api/sources", {"key": "shop", "kind": "server", "name": "官網"})
    key = source["write_key"]
    await brand.call("POST", "/api/journeys", {"definition": THANKS, "state": "live"})
    now = datetime.now(UTC)

    # Its own clock may be wrong by years: how long ago it was is what counts.
    await flushed(brand, key, user, now - behind - timedelta(days=30), now - behind)
    await run(brand, postgres_url)
    assert brand.screens() == []

    await flushed(brand, key, user, now - behind, now - behind)
    await run(brand, postgres_url)
    assert len(brand.screens()) >= 1
