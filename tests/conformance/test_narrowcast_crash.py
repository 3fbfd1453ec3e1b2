"""A narrowcast leaves once, whatever breaks at LINE and wherever the process dies: read at the platform's own record."""

from collections import Counter
from datetime import timedelta
from itertools import count

import pytest
from line_brand import serving
from narrow_desk import NARROWCASTS, Desk, KilledError, Mortal

from tieline.simulator.faults import FaultKind, FaultSwitch

PEOPLE = 60
STEPS_LEAST = 30
"""A send and one look at it have more steps than this: fewer, and the test would look at nothing."""
REFUSED = {FaultKind.FORBIDDEN: "http_403", FaultKind.CONFLICT_WITHOUT_ID: "http_409"}
CERTAIN = {FaultKind.RATE_LIMIT, FaultKind.UNAUTHORIZED, FaultKind.SLOW}
"""After these it is known what became of the call; after all others it is asked again under the same key."""
LATER = timedelta(minutes=3)


@pytest.fixture
async def desk(tmp_path, postgres_url):
    async with serving(tmp_path, postgres_url) as brand:
        made = Desk(brand, postgres_url)
        await made.audience(people=PEOPLE)
        yield made


async def killed(desk, key, mortal):
    """Let a worker die, and another take over when its lease is over; return how it ended."""
    try:
        async with desk.worker(mortal) as (_, _, loop):
            for _ in range(30):
                await loop.step(desk.clock.now())
                desk.clock.advance(timedelta(seconds=5))
    except KilledError:
        pass
    desk.clock.advance(LATER)
    return await desk.run(key=key)


def received(desk):
    return Counter(desk.got())


async def test_killed_at_any_step_everybody_gets_it_once_and_it_is_counted_once(desk):
    await desk.brand.call("PUT", "/api/cost/budgets", {"scope": "workspace", "most": 1_000_000})
    for round_number in count(1):
        key = f"n{round_number}"
        await desk.save(key)
        mortal = Mortal(dies_at=round_number)

        ended = await killed(desk, key, mortal)

        assert (ended["state"], ended["report"]["sent"]) == ("succeeded", PEOPLE), round_number
        assert received(desk) == {round_number: PEOPLE}
        cost = await desk.brand.call("GET", "/api/cost")
        assert cost["budgets"][0]["spent"] == cost["accounts"][0]["used"] == round_number * PEOPLE
        if not mortal.dead:
            break
    assert round_number > STEPS_LEAST


async def test_a_new_key_after_a_kill_would_send_it_twice(desk):
    await desk.save()
    async with desk.worker() as (_, _, loop):

        async def dies(*_):
            raise KilledError

        loop._landed = dies
        with pytest.raises(KilledError):
            await loop.step(desk.clock.now())
    await desk.brand.rows("update narrowcast set retry_key = gen_random_uuid() returning 1")
    desk.clock.advance(LATER)

    await desk.run()

    assert received(desk) == {2: PEOPLE}


@pytest.mark.parametrize("kind", FaultKind)
async def test_every_fault_of_line_ends_with_one_message_each_or_a_refusal(desk, kind):
    desk.brand.line.faults.append(FaultSwitch(kind, next_calls=2, endpoints=frozenset({"narrowcast"})))
    await desk.save()

    ended = await desk.run(hours=6)

    if kind in REFUSED:
        assert (ended["state"], ended["reason"]["code"], desk.got()) == ("failed", REFUSED[kind], [])
        return
    assert (ended["state"], received(desk)) == ("succeeded", {1: PEOPLE})
    ((attempts,),) = await desk.brand.rows("select attempts from narrowcast")
    assert (attempts == 1) == (kind in CERTAIN)


async def test_a_conflict_that_names_the_earlier_request_is_a_yes(desk):
    desk.brand.line.faults.append(
        FaultSwitch(FaultKind.ACCEPT_THEN_RESET, next_calls=1, endpoints=frozenset({"narrowcast"}))
    )
    await desk.save()

    ended = await desk.run()

    (request_id,) = desk.brand.line.narrowcasts
    assert (ended["state"], ended["request_id"]) == ("succeeded", request_id)
    assert desk.brand.line.ledger.calls["narrowcast"] == 2


async def test_doubt_that_is_older_than_the_key_is_parked_and_never_called_again(desk):
    desk.brand.line.faults.append(
        FaultSwitch(FaultKind.ACCEPT_THEN_HANG, probability=1.0, endpoints=frozenset({"narrowcast"}))
    )
    await desk.save()
    async with desk.worker() as (_, _, loop):
        await loop.step(desk.clock.now())
    calls = desk.brand.line.ledger.calls["narrowcast"]
    desk.clock.advance(timedelta(hours=23, minutes=1))

    ended = await desk.run()

    assert (ended["state"], ended["reason"]["code"]) == ("parked", "key_expired_after_unknown")
    assert "不再重試" in ended["reason"]["text"]["zh-TW"]
    assert desk.brand.line.ledger.calls["narrowcast"] == calls
    assert received(desk) == {1: PEOPLE}


async def test_too_fast_waits_a_minute_and_storms_nobody(desk):
    desk.brand.line.faults.append(
        FaultSwitch(FaultKind.RATE_LIMIT, next_calls=3, endpoints=frozenset({"narrowcast"}))
    )
    began = desk.clock.now()
    await desk.save()

    ended = await desk.run()

    assert (ended["state"], received(desk)) == ("succeeded", {1: PEOPLE})
    assert desk.brand.line.ledger.calls["narrowcast"] == 4
    assert desk.clock.now() - began > timedelta(minutes=3)


async def test_the_monthly_limit_holds_it_until_a_person_lets_it_go_on(desk):
    desk.brand.line.quota = PEOPLE
    await desk.save()
    desk.brand.line.quota = PEOPLE - 1

    held = await desk.run()
    desk.brand.line.quota = PEOPLE
    await desk.brand.call("POST", f"{NARROWCASTS}/spring/start")
    ended = await desk.run()

    assert (held["state"], held["reason"]["code"]) == ("held", "quota")
    assert (ended["state"], received(desk)) == ("succeeded", {1: PEOPLE})


async def test_a_withdrawal_in_doubt_stops_the_repetition_and_keeps_both_facts(desk):
    desk.brand.line.faults.append(
        FaultSwitch(FaultKind.DROP_BEFORE, next_calls=1, endpoints=frozenset({"narrowcast"}))
    )
    await desk.save()
    async with desk.worker() as (_, _, loop):
        await loop.step(desk.clock.now())
    ((user,),) = await desk.brand.rows("select value from node limit 1")
    await desk.withdraw([user])
    desk.clock.advance(LATER)

    ended = await desk.run()

    assert (ended["state"], ended["reason"]["code"]) == ("parked", "withdrawn_after_unknown")
    assert desk.got() == []


async def test_a_stop_while_the_outcome_is_unknown_stops_the_repetition(desk):
    desk.brand.line.faults.append(
        FaultSwitch(FaultKind.ACCEPT_THEN_RESET, next_calls=1, endpoints=frozenset({"narrowcast"}))
    )
    await desk.save()
    async with desk.worker() as (_, _, loop):
        await loop.step(desk.clock.now())

    answer = await desk.brand.call("POST", f"{NARROWCASTS}/spring/cancel")
    desk.clock.advance(LATER)
    ended = await desk.run()

    assert (answer["state"], answer["stopping"]) == ("unknown", True)
    assert (ended["state"], ended["reason"]["code"]) == ("parked", "stopped_after_unknown")
    assert received(desk) == {1: PEOPLE}


async def test_a_stop_while_a_worker_holds_it_is_seen_at_the_gate(desk):
    await desk.save()
    async with desk.worker() as (_, _, loop):
        ready = loop._line.ready

        async def stopped(*given):
            await ready(*given)
            await desk.brand.call("POST", f"{NARROWCASTS}/spring/cancel")

        loop._line.ready = stopped
        await loop.step(desk.clock.now())

    assert (await desk.read())["state"] == "cancelled"
    assert desk.brand.line.ledger.calls["narrowcast"] == 0


async def test_two_workers_call_it_once(desk):
    await desk.save()
    async with desk.worker() as (_, _, one), desk.worker() as (_, _, other):
        now = desk.clock.now()
        await other.step(now)
        await one.step(now)

    assert (await desk.run())["state"] == "succeeded"
    assert desk.brand.line.ledger.calls["narrowcast"] == 1


async def test_a_worker_that_slept_through_its_lease_neither_calls_nor_settles(desk):
    await desk.save()
    async with desk.worker() as (_, _, sleeper), desk.worker() as (_, _, other):
        ready = sleeper._line.ready

        async def sleeps(*given):
            await ready(*given)
            desk.clock.advance(LATER)
            await other.step(desk.clock.now())

        sleeper._line.ready = sleeps
        await sleeper.step(desk.clock.now())

    assert (await desk.run())["state"] == "succeeded"
    assert received(desk) == {1: PEOPLE}
    assert desk.brand.line.ledger.calls["narrowcast"] == 1


async def test_of_one_account_the_next_waits_until_line_is_done_with_the_first(desk):
    await desk.save("a")
    await desk.save("b")
    async with desk.worker() as (_, _, loop):
        await loop.step(desk.clock.now())
        desk.clock.advance(timedelta(seconds=2))
        await loop.step(desk.clock.now())
        waiting = desk.brand.line.ledger.calls["narrowcast"]
    done = await desk.run(key="b")

    assert waiting == 1
    assert (done["state"], received(desk)) == ("succeeded", {2: PEOPLE})


async def test_an_audience_that_lines_count_finds_too_small_fails_in_plain_words(desk):
    (number,) = desk.brand.line.audiences.audiences
    desk.brand.line.audiences.audiences[number].kind = "CLICK"
    await desk.save(recipient={"and": [{"audience": "vip"}, {"not": {"line_audience": number}}]})

    ended = await desk.run()

    assert (ended["state"], ended["reason"]["code"]) == ("failed", "too_few_recipients")
    assert "50" in ended["reason"]["text"]["zh-TW"]
    assert (await desk.brand.call("GET", "/api/cost"))["accounts"][0]["forecast"]["waiting"] == 0


async def test_an_audience_that_expires_before_its_moment_holds_it(desk):
    await desk.save(send_at=(desk.clock.now() + timedelta(days=178)).isoformat())
    await desk.brand.rows("update line_audience set expires_at = expires_at - interval '10 days' returning 1")
    desk.clock.advance(timedelta(days=178, minutes=1))

    held = await desk.run()

    assert (held["state"], held["reason"]["code"]) == ("held", "audience_expired")
