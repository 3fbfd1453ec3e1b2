"""Money by the door a console uses, and budgets that stop sending, with the real outbox and the simulated platform."""

import asyncio
import random
from datetime import UTC, date, datetime, time, timedelta

import pytest
from line_brand import serving

from tieline.deliver import price
from tieline.deliver.forecast import expect, month_end
from tieline.deliver.quota import LINE_TIME
from tieline.deliver.reconcile import Reconciler
from tieline.simulator.faults import FaultKind, FaultSwitch
from tieline.store.postgres.cost import PostgresCost
from tieline.store.postgres.days import PostgresDays

HI = [{"type": "text", "text": "嗨"}]


@pytest.fixture
async def brand(tmp_path, postgres_url):
    async with serving(tmp_path, postgres_url) as made:
        yield made


async def plan_sends(brand, count, origin="broadcast:a", purpose="marketing"):
    """Plan a message to the first friends, as a broadcast would."""
    await brand.rows(
        """
        insert into send (workspace_id, send_id, account, origin, person, line_user, purpose, messages, body_hash, state,
                          not_before, created_at)
        select workspace_id, sha256(node_id || %s::text::bytea), 'main', %s, node_id, value, %s,
               ('[{"type":"text","text":"' || value || '"}]')::bytea, sha256(value::bytea), 'planned', now(), now()
        from node order by value limit %s returning 1
        """,
        origin, origin, purpose, count,
    )  # fmt: skip


async def states(brand):
    found = await brand.rows("select state, reason, count(*) from send group by 1, 2 order by 1, 2")
    return {(state, reason): count for state, reason, count in found}


async def test_an_estimate_counts_who_can_be_reached_now_and_says_the_money(brand):
    await brand.befriend(40)
    await brand.befriend(5, consent=False)
    brand.line.quota = 30

    found = await brand.call("POST", "/api/cost/estimate", {"account": "main"})

    assert found["audience"] == {"people": 45, "friends": 45, "reachable": 40}
    assert (found["messages"], found["inside"], found["money"], found["fits"]) == (40, 40, 0, False)
    assert found["over_quota"] == 10
    assert found["month"]["limit"] == 30
    assert "40 則" in found["sentence"]


async def test_a_broadcast_over_the_quota_does_not_start_and_says_by_how_many(brand):
    await brand.befriend(40)
    brand.line.quota = 30
    body = {"key": "a", "account": "main", "segment": None, "purpose": "marketing", "messages": HI}

    answer = await brand.http.post("/api/broadcasts", json=body)

    assert (answer.status_code, answer.json()["code"]) == (409, "over_limit")
    assert "10 more than the month's quota" in answer.json()["title"]
    assert await brand.rows("select * from broadcast") == []


async def test_a_broadcast_of_next_month_is_held_against_the_quota_and_budget_of_next_month(brand):
    await brand.befriend(40)
    brand.line.quota = 50
    await plan_sends(brand, 40)
    await brand.call("PUT", "/api/cost/budgets", {"scope": "workspace", "unit": "messages", "most": 60})
    body = {"account": "main", "segment": None, "purpose": "marketing", "messages": HI}
    begins_at = month_end(datetime.now(UTC)) + timedelta(days=2)
    later = {**body, "send_at": begins_at.isoformat()}

    assert (await brand.refused("POST", "/api/broadcasts", {"key": "now", **body}))[:2] == (409, "over_limit")
    preview = await brand.call("POST", "/api/broadcasts/preview", later)
    await brand.call("POST", "/api/broadcasts", {"key": "later", **later})

    assert preview["cost"]["fits"]
    same_month = {**later, "key": "too-many"}
    assert (await brand.refused("POST", "/api/broadcasts", same_month))[:2] == (409, "over_limit")
    spring = {"key": "spring", **body, "send_at": (begins_at + timedelta(days=31)).isoformat()}
    assert (await brand.call("POST", "/api/broadcasts", spring))["state"] == "ready"


async def test_a_draft_over_the_quota_does_not_start_and_stays_a_draft(brand):
    await brand.befriend(40)
    body = {"key": "a", "account": "main", "messages": HI, "state": "draft"}
    await brand.call("POST", "/api/broadcasts", body)
    brand.line.quota = 30

    assert (await brand.refused("POST", "/api/broadcasts/a/start"))[:2] == (409, "over_limit")
    assert (await brand.call("GET", "/api/broadcasts/a"))["state"] == "draft"
    brand.line.quota = 50
    assert (await brand.call("POST", "/api/broadcasts/a/start"))["state"] == "ready"


async def test_a_second_person_cannot_approve_what_a_budget_does_not_reach_for(brand):
    await brand.befriend(40)
    await brand.call("PUT", "/api/sending", {"approval_above": 1})
    body = {"key": "a", "account": "main", "messages": HI}
    assert (await brand.call("POST", "/api/broadcasts", body))["state"] == "approval"
    await brand.rows("update broadcast set author = 'somebody else' returning 1")
    await brand.call("PUT", "/api/cost/budgets", {"scope": "workspace", "most": 10})

    assert (await brand.refused("POST", "/api/broadcasts/a/approve"))[:2] == (409, "over_limit")
    assert (await brand.call("GET", "/api/broadcasts/a"))["state"] == "approval"


@pytest.mark.parametrize(
    ("state", "expected"),
    [("draft", 0), ("approval", 40), ("ready", 40), ("drifted", 40), ("planning", 15), ("planned", 0),
     ("stopped", 0), ("cancelled", 0)],
)  # fmt: skip
async def test_the_forecast_knows_what_each_broadcast_has_still_to_send(brand, state, expected):
    await brand.befriend(40)
    await brand.call("POST", "/api/broadcasts", {"key": "a", "account": "main", "messages": HI})
    await brand.rows("update broadcast set state = %s, frozen = 45, planned_place = 25 returning 1", state)
    await brand.rows(
        """
        insert into broadcast_recipient (workspace_id, broadcast, place, person, arm, due_at)
        select %s, 'a', place, 'x', case when place > 40 then 'held_out' else '' end, now() from generate_series(1, 45) as place
        returning 1
        """,
        brand.workspace_id,
    )

    found = await brand.call("POST", "/api/cost/estimate", {"account": "main"})

    assert found["month_messages"] == expected + 40


async def test_the_forecast_counts_nobody_who_is_kept_out_of_a_broadcast(brand):
    users = await brand.befriend(40)
    await brand.segment("staff")
    for user in users[:10]:
        await brand.rows(
            "insert into membership select workspace_id, 'staff', profile_id, now() from node where value = %s returning 1",
            user,
        )
    body = {"account": "main", "messages": HI, "exclude": ["staff"], "holdout_percent": 20}
    await brand.call("POST", "/api/broadcasts", {"key": "a", **body})

    found = (await brand.call("GET", "/api/cost"))["accounts"][0]["forecast"]

    assert (found["scheduled"], found["messages"]) == (24, 24)


async def test_the_forecast_leaves_the_next_months_broadcasts_to_the_next_month(brand):
    await brand.befriend(40)
    soon, later = (month_end(datetime.now(UTC)) + timedelta(days=days) for days in (0, 3))
    for key, at in (("a", soon), ("b", later)):
        body = {"key": key, "account": "main", "messages": HI, "send_at": at.isoformat()}
        await brand.call("POST", "/api/broadcasts", body)

    found = (await brand.call("GET", "/api/cost"))["accounts"][0]["forecast"]

    assert (found["scheduled"], found["messages"]) == (0, 0)


async def test_a_budget_stops_sending_at_its_limit_and_what_it_stopped_goes_on_when_it_is_raised(
    brand, postgres_url
):
    await brand.befriend(30)
    await brand.call("PUT", "/api/cost/budgets", {"scope": "broadcast:a", "most": 12, "period": "once"})
    await plan_sends(brand, 30)

    await brand.send_all(postgres_url)

    assert len(brand.screens()) == 12
    assert await states(brand) == {("accepted", ""): 12, ("parked", "budget"): 18}
    await brand.call("PUT", "/api/cost/budgets", {"scope": "broadcast:a", "most": 20, "period": "once"})
    assert await brand.call("POST", "/api/cost/budgets/resume", {"origin": "broadcast:a"}) == {"resumed": 18}
    await brand.send_all(postgres_url)
    assert len(brand.screens()) == 20
    assert (await brand.call("GET", "/api/cost"))["budgets"][0]["spent"] == 20


async def test_a_budget_in_money_stops_where_the_plan_begins_to_charge(brand, postgres_url):
    await brand.befriend(30)
    plan = {
        "name": "小", "currency": "TWD", "valid_from": "2020-01-01", "fee": 100, "included": 5,
        "extra": [{"messages": None, "each": 2}],
    }  # fmt: skip
    await brand.call("PUT", "/api/cost/plans/own", plan)
    await brand.call("PUT", "/api/cost/accounts/main", {"plan": "own"})
    await brand.call("PUT", "/api/cost/budgets", {"scope": "workspace", "unit": "money", "most": 20})
    await plan_sends(brand, 30)

    await brand.send_all(postgres_url)

    assert len(brand.screens()) == 15
    assert (await brand.call("GET", "/api/cost"))["accounts"][0]["money"] == 120


async def test_what_line_refuses_is_given_back_to_the_budget(brand, postgres_url):
    await brand.befriend(10)
    await brand.call("PUT", "/api/cost/budgets", {"scope": "workspace", "most": 4})
    await plan_sends(brand, 10)
    brand.line.faults.append(FaultSwitch(FaultKind.CONFLICT_WITHOUT_ID, next_calls=3))

    await brand.send_all(postgres_url)

    assert await states(brand) == {("accepted", ""): 1, ("failed", "http_409"): 3, ("parked", "budget"): 6}
    assert (await brand.call("GET", "/api/cost"))["budgets"][0]["spent"] == 1
    await brand.call("POST", "/api/cost/budgets/resume", {"origin": "broadcast:a"})
    await brand.send_all(postgres_url)
    assert len(brand.screens()) == 4


async def test_two_workers_together_do_not_overrun_a_budget(brand, postgres_url):
    await brand.befriend(60)
    await brand.call("PUT", "/api/cost/budgets", {"scope": "workspace", "most": 25})
    await plan_sends(brand, 60)

    await asyncio.gather(brand.send_all(postgres_url), brand.send_all(postgres_url))

    assert len(brand.screens()) == 25


async def test_an_order_confirmation_counts_and_is_not_stopped(brand, postgres_url):
    await brand.befriend(6)
    await brand.call("PUT", "/api/cost/budgets", {"scope": "workspace", "most": 2})
    await plan_sends(brand, 6, "journey:order", "transactional")

    await brand.send_all(postgres_url)

    assert len(brand.screens()) == 6
    assert (await brand.call("GET", "/api/cost"))["budgets"][0]["spent"] == 6


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"scope": "everything", "most": 1}, "/scope"),
        ({"scope": "workspace", "most": -1}, "/most"),
        ({"scope": "workspace", "most": 1, "unit": "bananas"}, "/unit"),
    ],
)
async def test_a_budget_that_makes_no_sense_is_refused_with_its_field(brand, body, field):
    assert await brand.refused("PUT", "/api/cost/budgets", body) == (422, "invalid_input", field)


async def test_the_ledger_is_held_against_lines_counters_of_each_day(brand, postgres_url):
    await brand.befriend(8)
    await plan_sends(brand, 8)
    await brand.send_all(postgres_url)
    await brand.rows("update line_account set created_at = created_at - interval '1 day' returning 1")
    today = datetime.now(LINE_TIME).date()
    noon = datetime.combine(today, time(12), LINE_TIME)  # far from where LINE's day ends
    brand.line.sent_by_day["multicast", f"{today:%Y%m%d}"] = 3
    async with brand.sender(postgres_url) as send:
        client = send.sender._line
        step = Reconciler(
            brand.unit, PostgresDays(brand.unit.connection), client, {(brand.workspace_id, "main"): None}
        )
        moved = brand.transport
        moved._now = lambda: noon + timedelta(days=1)
        await step.step(noon + timedelta(days=1))
        again = await step.step(noon + timedelta(days=1, minutes=5))
        moved._now = lambda: noon + timedelta(days=2)
        day_after = await step.step(noon + timedelta(days=2))

    found = (await brand.call("GET", "/api/cost/reconciliation/main"))["days"]

    day = next(one for one in found if one["day"] == today.isoformat())
    assert (day["own_push"], day["line_push"], day["line_multicast"]) == (8, 8, 3)
    assert (day["state"], day["difference"]["multicast"]) == ("differs", 3)
    assert again == 0
    assert day_after == 1


async def test_days_that_nobody_asked_for_in_time_are_asked_for_later_a_few_at_a_time(brand, postgres_url):
    await brand.rows("update line_account set created_at = created_at - interval '60 days' returning 1")
    now = datetime.now(UTC)
    today = now.astimezone(LINE_TIME).date()
    long_ago = today - timedelta(days=40)
    brand.line.sent_by_day["push", f"{long_ago:%Y%m%d}"] = 5
    async with brand.sender(postgres_url) as send:
        step = Reconciler(
            brand.unit,
            PostgresDays(brand.unit.connection),
            send.sender._line,
            {(brand.workspace_id, "main"): None},
        )
        asked = []
        for hours in range(24):
            at = now + timedelta(hours=hours)
            brand.transport._now = lambda at=at: at
            asked.append(await step.step(at))
        rows = await brand.rows("select day, line_push from line_day where day = %s", long_ago)

    assert rows == [(long_ago, 5)]
    assert max(asked[1:]) <= 4
    assert sum(asked) in {60, 61, 62}


async def test_a_month_of_100_000_friends_ends_as_it_was_forecast(brand):
    """Four broadcasts and three journeys over two months, written into the ledger by the day; forecast on the tenth."""
    chance = random.Random(7)
    friends, month = 100_000, date(2026, 11, 1)
    shape = [0.9, 0.85, 0.9, 1.0, 1.3, 1.6, 1.4]
    broadcasts = {
        date(2026, 11, day): int(friends * share)
        for day, share in ((3, 1), (11, 0.42), (18, 0.3), (25, 0.61))
    }
    days = [date(2026, 10, 4) + timedelta(days=number) for number in range(58)]
    journeys = {day: round(chance.gauss(2_400 * shape[day.weekday()], 90)) for day in days}
    for day, messages in journeys.items():
        await write_day(brand, day, "journey:cart", messages)
    for day, messages in broadcasts.items():
        await write_day(brand, day, f"broadcast:{day:%m%d}", messages)
    at = datetime(2026, 11, 10, 3, tzinfo=UTC)
    cost = PostgresCost(brand.unit.connection)

    async with brand.unit.transaction():
        before = await brand.unit.connection.execute(
            "select coalesce(sum(billed), 0) from send where settled_at >= %s and settled_at < %s",
            (datetime(2026, 10, 31, 15, tzinfo=UTC), at),
        )
        used = int((await before.fetchone())[0])
        by_day = await cost.by_day(brand.workspace_id, "main", at - timedelta(weeks=5), "journey")
        ledger = await cost.used(brand.workspace_id, "main", datetime(2026, 10, 31, 15, tzinfo=UTC))
    known = {day: messages for day, messages in by_day.items() if day < date(2026, 11, 10)}
    planned = sum(messages for day, messages in broadcasts.items() if day > date(2026, 11, 10))
    forecast = expect(at, used=used, waiting=0, scheduled=planned, by_day=known)

    assert ledger == sum(broadcasts.values()) + sum(n for day, n in journeys.items() if day >= month)
    plan = price.plan("tw-high", month)
    money, said = price.month(plan, ledger), price.month(plan, forecast.messages)
    assert abs(forecast.messages - ledger) / ledger < 0.01
    assert abs(said - money) / money < 0.01


async def write_day(brand, day, origin, messages):
    at = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
    await brand.rows(
        """
        with written as (
            insert into send (workspace_id, send_id, account, origin, person, line_user, purpose, state, not_before,
                              created_at, settled_at, billed)
            select %s, decode(md5(%s || n::text), 'hex'), 'main', %s, 'x', '', 'marketing', 'accepted', %s, %s, %s, 1
            from generate_series(1, %s) as n returning 1)
        select count(*) from written
        """,
        brand.workspace_id, f"{origin}{day}", origin, at, at, at, messages,
    )  # fmt: skip
