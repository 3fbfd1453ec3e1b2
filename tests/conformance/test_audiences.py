"""Segments as audiences at the simulated LINE: frozen, filled in parts, found again after a crash."""

from datetime import UTC, datetime, timedelta

import pytest
from line_brand import serving

from tieline.deliver import audience as audience_room
from tieline.deliver.audience import AudienceSync
from tieline.simulator.faults import FaultKind, FaultSwitch
from tieline.store.postgres.audiences import PostgresAudiences

AUDIENCES = "/api/line/accounts/main/audiences"


@pytest.fixture
async def brand(tmp_path, postgres_url):
    async with serving(tmp_path, postgres_url) as made:
        await made.segment("big")
        yield made


async def fill(brand, count, **more):
    users = await brand.befriend(count, **more)
    await brand.rows(
        "insert into membership select workspace_id, 'big', profile_id, now() from node on conflict do nothing returning 1"
    )
    return users


async def sync(brand, url, rounds=12):
    start = datetime.now(UTC)  # never older than the audience, however long ago this module was read
    async with brand.sender(url) as send:
        carrier = AudienceSync(brand.unit, PostgresAudiences(brand.unit.connection), send.sender._line)
        for number in range(rounds):
            moment = start + timedelta(seconds=31 * number)
            brand.transport._now = lambda moment=moment: moment
            await carrier.step(moment)


async def test_an_audience_holds_who_may_be_written_to_and_becomes_ready(brand, postgres_url, monkeypatch):
    monkeypatch.setattr(audience_room, "IDS_MAX", 40)
    users = await fill(brand, 100)
    await fill(brand, 7, consent=False)

    made = await brand.call("PUT", f"{AUDIENCES}/vip", {"segment": "big"})
    await sync(brand, postgres_url)

    (known,) = brand.line.audiences.audiences.values()
    assert made["people"] == 100
    assert len(known.rows) == 100
    (told,) = (await brand.call("GET", AUDIENCES))["audiences"]
    assert (told["state"], told["withdrawn"]) == ("ready", 0)
    assert brand.line.ledger.calls["audience-add"] == 3
    assert {brand.line.friends.row(user) for user in users} == set(known.rows)


async def test_who_withdraws_after_the_snapshot_is_told(brand):
    await fill(brand, 60)
    await brand.call("PUT", f"{AUDIENCES}/vip", {"segment": "big"})
    await brand.rows(
        """
        insert into consent_event (workspace_id, node_id, purpose, channel, granted, method, notice_version, evidence, source,
                                   event_key, at, received_at)
        select workspace_id, node_id, 'marketing', 'line', false, 'link', '', '{}', 'crm', sha256(node_id), now(), now()
        from node limit 3 returning 1
        """
    )

    (told,) = (await brand.call("GET", AUDIENCES))["audiences"]

    assert told["withdrawn"] == 3


async def test_a_crash_after_the_creation_leaves_one_audience(brand, postgres_url):
    await fill(brand, 60)
    await brand.call("PUT", f"{AUDIENCES}/vip", {"segment": "big"})
    await sync(brand, postgres_url, rounds=1)
    await brand.rows(
        "update line_audience set state = 'new', audience_id = null, not_before = snapshot_at returning 1"
    )

    await sync(brand, postgres_url)

    assert len(brand.line.audiences.audiences) == 1
    assert (await brand.call("GET", AUDIENCES))["audiences"][0]["state"] in {"waiting", "ready"}


async def test_a_part_that_line_did_not_answer_is_given_again_and_counts_once(brand, postgres_url):
    await fill(brand, 60)
    await brand.call("PUT", f"{AUDIENCES}/vip", {"segment": "big"})
    brand.line.faults.append(
        FaultSwitch(FaultKind.ACCEPT_THEN_RESET, endpoints=frozenset({"audience-add"}), next_calls=1)
    )

    await sync(brand, postgres_url)

    (known,) = brand.line.audiences.audiences.values()
    assert len(known.rows) == 60


async def test_an_audience_of_few_is_refused_and_leaves_nothing_behind(brand):
    await fill(brand, 49)

    refused = await brand.refused("PUT", f"{AUDIENCES}/vip", {"segment": "big"})

    assert refused == (422, "invalid_input", "/segment")
    assert await brand.rows("select count(*) from line_audience_member") == [(0,)]
