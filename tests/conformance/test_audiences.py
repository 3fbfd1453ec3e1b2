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


async def tend(brand, url, at):
    """Let the loop look at what is due at a moment, until it rests."""
    async with brand.sender(url) as send:
        carrier = AudienceSync(brand.unit, PostgresAudiences(brand.unit.connection), send.sender._line)
        for _ in range(12):
            brand.transport._now = lambda at=at: at
            if not await carrier.step(at):
                break
            at += timedelta(seconds=31)
    brand.platform.tick(at + timedelta(minutes=5))  # LINE takes its time with what it was given


async def in_segment(brand, users):
    await brand.rows(
        """
        insert into membership select workspace_id, 'big', profile_id, now() from node where value = any(%s)
        on conflict do nothing returning 1
        """,
        users,
    )


async def out_of_segment(brand, users):
    await brand.rows(
        "delete from membership where profile_id in (select profile_id from node where value = any(%s)) returning 1",
        users,
    )


def at_line(brand):
    """Return who is in each audience that LINE keeps."""
    return [set(known.rows) for known in brand.line.audiences.audiences.values()]


async def test_an_audience_in_step_takes_in_who_enters_its_segment(brand, postgres_url):
    first = await fill(brand, 60)
    made = await brand.call("PUT", f"{AUDIENCES}/vip", {"segment": "big", "in_step": True})
    now = datetime.now(UTC)
    await tend(brand, postgres_url, now)
    later = await brand.befriend(5)
    refusing = await brand.befriend(3, consent=False)
    await in_segment(brand, [*later, *refusing])

    await tend(brand, postgres_url, now + timedelta(minutes=30))
    soon = at_line(brand)
    await tend(brand, postgres_url, now + timedelta(hours=2))

    assert made["in_step"]
    assert soon == [{brand.row(user) for user in first}]
    assert at_line(brand) == [{brand.row(user) for user in [*first, *later]}]
    (told,) = (await brand.call("GET", AUDIENCES))["audiences"]
    assert (told["state"], told["people"], told["in_step"]) == ("ready", 65, True)


async def test_what_is_not_in_step_stays_as_it_was(brand, postgres_url):
    first = await fill(brand, 60)
    await brand.call("PUT", f"{AUDIENCES}/vip", {"segment": "big"})
    now = datetime.now(UTC)
    await tend(brand, postgres_url, now)
    await in_segment(brand, await brand.befriend(5))

    await tend(brand, postgres_url, now + timedelta(days=3))

    assert at_line(brand) == [{brand.row(user) for user in first}]


async def test_for_those_who_left_it_is_made_anew_once_a_day_and_the_one_before_is_dropped(
    brand, postgres_url
):
    users = await fill(brand, 70)
    await brand.call("PUT", f"{AUDIENCES}/vip", {"segment": "big", "in_step": True})
    now = datetime.now(UTC)
    await tend(brand, postgres_url, now)
    await out_of_segment(brand, users[:10])

    await tend(brand, postgres_url, now + timedelta(hours=5))
    same_day = at_line(brand)
    await tend(brand, postgres_url, now + timedelta(hours=25))
    next_day = at_line(brand)
    await tend(brand, postgres_url, now + timedelta(hours=50))

    everybody, left = {brand.row(user) for user in users}, {brand.row(user) for user in users[10:]}
    assert (same_day, next_day, at_line(brand)) == ([everybody], [everybody, left], [left])


async def test_an_audience_in_step_whose_segment_became_too_small_stays_as_it_was(brand, postgres_url):
    users = await fill(brand, 60)
    await brand.call("PUT", f"{AUDIENCES}/vip", {"segment": "big", "in_step": True})
    now = datetime.now(UTC)
    await tend(brand, postgres_url, now)
    await out_of_segment(brand, users[:20])

    await tend(brand, postgres_url, now + timedelta(days=2))

    assert at_line(brand) == [{brand.row(user) for user in users}]
    (told,) = (await brand.call("GET", AUDIENCES))["audiences"]
    assert (told["state"], told["people"]) == ("ready", 60)


async def test_newcomers_whom_line_does_not_take_now_are_given_at_the_next_look(brand, postgres_url):
    first = await fill(brand, 60)
    await brand.call("PUT", f"{AUDIENCES}/vip", {"segment": "big", "in_step": True})
    now = datetime.now(UTC)
    await tend(brand, postgres_url, now)
    later = await brand.befriend(5)
    await in_segment(brand, later)
    brand.line.faults.append(
        FaultSwitch(FaultKind.OUTAGE, endpoints=frozenset({"audience-add"}), next_calls=1)
    )

    await tend(brand, postgres_url, now + timedelta(hours=2))
    missed = at_line(brand)
    await tend(brand, postgres_url, now + timedelta(hours=4))

    assert missed == [{brand.row(user) for user in first}]
    assert at_line(brand) == [{brand.row(user) for user in [*first, *later]}]


async def test_it_is_made_anew_before_line_ends_it(brand, postgres_url):
    await fill(brand, 60)
    await brand.call("PUT", f"{AUDIENCES}/vip", {"segment": "big", "in_step": True})
    now = datetime.now(UTC)
    await tend(brand, postgres_url, now)
    (before,) = (await brand.call("GET", AUDIENCES))["audiences"]

    await tend(brand, postgres_url, now + timedelta(days=171))

    (after,) = (await brand.call("GET", AUDIENCES))["audiences"]
    assert after["audience_id"] != before["audience_id"]
    assert datetime.fromisoformat(after["expires_at"]) > now + timedelta(days=350)
