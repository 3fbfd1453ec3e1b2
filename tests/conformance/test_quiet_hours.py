"""Quiet hours are decided once, on the settings page or by /api/sending, and journeys and broadcasts obey them."""

from datetime import UTC, datetime, time, timedelta
from importlib.resources import files

import pytest
from line_brand import serving

from tieline.deliver.broadcast import BroadcastStage
from tieline.journey.parse import parse
from tieline.journey.restraint import restraint
from tieline.model.limits import FREE, Quiet
from tieline.store.postgres.broadcasts import PostgresBroadcasts
from tieline.store.postgres.directory import PostgresDirectory
from tieline.store.postgres.unit import PostgresUnit

NIGHT = {"begin": "21:00", "end": "08:30"}
QUIET = Quiet(time(21), time(8, 30))
HI = [{"type": "text", "text": "嗨"}]


@pytest.fixture
async def brand(tmp_path, postgres_url):
    async with serving(tmp_path, postgres_url) as made:
        yield made


class NoClicks:
    async def by_step(self, *_):
        return {}


async def wished(brand, postgres_url, **said):
    """Start a broadcast through the door, plan it with what the directory knows; return what holds it back."""
    body = {"key": "a", "account": "main", "messages": HI, **said}
    await brand.call("POST", "/api/broadcasts", body)
    unit = await PostgresUnit.open(postgres_url)
    directory = PostgresDirectory(unit)
    await directory.learn()
    now = datetime.now(UTC) + timedelta(minutes=1)
    stage = BroadcastStage(PostgresBroadcasts(unit.connection), NoClicks(), directory.habits)
    async with unit.transaction():
        assert await stage.begin(now) == 1
        requests = await stage.process(now)
    await unit.close()
    return {one.restraint for one in requests}


async def habits(brand, postgres_url):
    unit = await PostgresUnit.open(postgres_url)
    directory = PostgresDirectory(unit)
    await directory.learn()
    await unit.close()
    return directory.habits[brand.workspace_id]


async def test_the_settings_page_and_the_sending_door_edit_one_decision(brand):
    await brand.call("PUT", "/api/sending", {"drift_percent": 20})
    await brand.call("PATCH", "/api/workspace", {"quiet_hours": NIGHT})
    decided = (await brand.call("GET", "/api/sending"))["decided"]
    assert decided == {"drift_percent": 20, "quiet_hours": {"from": "21:00", "until": "08:30"}}

    await brand.call("PUT", "/api/sending", {"quiet_hours": {"from": "23:00", "until": "07:00"}})
    seen = await brand.call("GET", "/api/workspace")
    assert seen["quiet_hours"] == {"begin": "23:00", "end": "07:00"}
    await brand.call("PATCH", "/api/workspace", {"no_quiet_hours": True})
    assert (await brand.call("GET", "/api/sending"))["decided"] == {"quiet_hours": "off"}
    await brand.call("PATCH", "/api/workspace", {"name": "小店"})
    assert (await brand.call("GET", "/api/sending"))["decided"] == {"quiet_hours": "off"}


@pytest.mark.parametrize(
    ("said", "quiet"),
    [
        ({}, QUIET),
        ({"quiet_hours": "off"}, None),
        ({"quiet_hours": {"from": "23:00", "until": "06:00"}}, Quiet(time(23), time(6))),
        ({"purpose": "transactional"}, None),
    ],
)
async def test_a_broadcast_keeps_the_hours_of_the_settings_page_unless_it_says_otherwise(
    brand, postgres_url, said, quiet
):
    await brand.befriend(3)
    await brand.call("PATCH", "/api/workspace", {"quiet_hours": NIGHT})

    held = await wished(brand, postgres_url, **said)

    assert {one.quiet for one in held} == {quiet}


async def test_a_broadcast_of_a_workspace_without_quiet_hours_is_not_held(brand, postgres_url):
    await brand.befriend(3)
    await brand.call("PATCH", "/api/workspace", {"no_quiet_hours": True})

    assert await wished(brand, postgres_url) == {FREE}


async def test_a_journey_keeps_the_hours_of_the_settings_page_unless_it_says_otherwise(brand, postgres_url):
    await brand.call("PATCH", "/api/workspace", {"quiet_hours": NIGHT})
    known = await habits(brand, postgres_url)

    def held(**more):
        step = {
            "id": "hi",
            "kind": "send_line",
            "account": "main",
            "purpose": "marketing",
            "messages": HI,
        }
        trigger = {"kind": "event", "event": "Added"}
        whole = {"key": "j", "name": "J", "trigger": trigger, "start": "hi", "steps": [step], **more}
        return restraint(parse(whole), known).quiet

    assert held() == held(settings={}) == QUIET
    assert held(settings={"quiet_hours": "off"}) is None
    assert held(settings={"quiet_hours": {"from": "23:00", "until": "06:00"}}) == Quiet(time(23), time(6))


async def test_hours_the_settings_page_kept_for_itself_are_moved_to_where_delivery_reads(brand, postgres_url):
    script = (files("tieline.store.postgres") / "migrations" / "0044_one_quiet_hours.sql").read_text()
    old = """update workspace set settings = '{"quiet_hours": {"begin": "21:00", "end": "08:30"}}' returning 1"""
    await brand.rows(old)
    await brand.rows(script.strip().removesuffix(";") + " returning 1")
    assert (await habits(brand, postgres_url)).quiet == QUIET
