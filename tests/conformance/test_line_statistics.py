"""What LINE counts under a unit, what of it is shown, and what LINE will not take before anybody gets it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from mass_desk import PEOPLE, Desk

from tieline.app.parts import vault
from tieline.channel.line.client import LineClient
from tieline.deliver.insight import Insight
from tieline.model.unit import NAMES_MAX, ask_next, name_of, shown
from tieline.store.postgres.units import PostgresUnits

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
NAMED = [{"type": "text", "text": "{{ profile.given_name }} 您好"}]


async def named(desk: Desk, step: str, at: datetime = NOON) -> str:
    async with desk.brand.unit.transaction():
        units = PostgresUnits(desk.brand.unit.connection)
        return await units.named(desk.brand.workspace_id, "main", "journey:hello", step, at)


async def ask(desk: Desk, now: datetime) -> int:
    directory = await desk.directory()
    client = LineClient(
        "https://api.test",
        "https://data.test",
        directory.accounts,
        vault(desk.brand.settings),
        desk.clock,
        desk.brand.transport,
    )
    insight = Insight(desk.brand.unit, PostgresUnits(desk.brand.unit.connection), client)
    asked = await insight.step(now)
    await client.close()
    return asked


async def test_a_step_keeps_its_unit_for_ever(desk: Desk) -> None:
    assert await named(desk, "one") == await named(desk, "one", NOON + timedelta(days=40))
    assert await named(desk, "one") != await named(desk, "two")
    assert len(await named(desk, "one")) <= 30


async def test_the_name_after_the_thousandth_of_a_month_is_not_given(desk: Desk) -> None:
    kept = await named(desk, "first")
    await desk.brand.rows(
        "insert into aggregation_unit select %s, 'main', 'n' || n, 'x', '', '202611', now(), now() from"
        " generate_series(1, %s) as n returning 1",
        desk.brand.workspace_id,
        NAMES_MAX - 1,
    )
    assert await named(desk, "late") == ""
    assert await named(desk, "first") == kept
    assert await named(desk, "late", NOON + timedelta(days=11)) != ""


@pytest.mark.parametrize("messages", [NAMED, [{"type": "text", "text": "新品上市"}]])
async def test_line_counts_a_broadcast_under_one_unit_however_it_travels(desk: Desk, messages: Any) -> None:
    await desk.brand.befriend(PEOPLE)
    await desk.start(messages=messages)
    await desk.plan()

    await desk.send()

    delivered = [one for friend in desk.brand.line.friends.values() for one in friend.deliveries()]
    assert {one.unit for one in delivered} == {name_of(desk.brand.workspace_id, "broadcast:sale", "")}
    assert len(delivered) == PEOPLE


async def test_a_report_says_what_line_says_and_nothing_of_fewer_than_twenty(desk: Desk) -> None:
    users = await desk.brand.befriend(PEOPLE)
    await desk.start()
    await desk.plan()
    before = (await desk.brand.call("GET", "/api/broadcasts/sale"))["sends"]
    await desk.send()
    (key,) = desk.brand.line.engagement.kept
    for number, user in enumerate(users[:30]):
        row = desk.brand.row(user)
        desk.brand.line.engagement.saw(key, row, 1, desk.clock.now())
        if number < 19:
            desk.brand.line.engagement.clicked(key, row, 1, "https://shop.test/", desk.clock.now())

    assert await ask(desk, desk.clock.now() + timedelta(hours=2)) == 1

    assert before == [{"arm": "", "state": "planned", "reason": "", "people": PEOPLE}]
    async with desk.brand.unit.transaction():
        units = await PostgresUnits(desk.brand.unit.connection).of(desk.brand.workspace_id, "broadcast:sale")
    said = units[""]["said"]
    assert shown(said, "overview", "uniqueImpression") == {"value": 30, "state": "counted"}
    few = shown(said, "overview", "uniqueClick")
    assert (few["value"], few["state"], few["text"]["zh-TW"]) == (None, "fewer", "少於 20")


async def test_a_journey_says_of_each_step_what_line_counted(desk: Desk) -> None:
    definition = {
        "key": "hello", "name": "hello", "trigger": {"kind": "line_followed", "account": "main"}, "start": "send",
        "steps": [{"id": "send", "kind": "send_line", "account": "main", "purpose": "marketing",
                   "messages": [{"type": "text", "text": "歡迎"}]}],
    }  # fmt: skip
    await desk.brand.call("POST", "/api/journeys", {"definition": definition, "state": "live"})
    before = (await desk.brand.call("GET", "/api/journeys/hello"))["line"]
    async with desk.brand.unit.transaction():
        units = PostgresUnits(desk.brand.unit.connection)
        unit = await units.named(desk.brand.workspace_id, "main", "journey:hello", "send", desk.clock.now())
    users = await desk.brand.befriend(30)
    sent = {"to": users, "messages": [{"type": "text", "text": "歡迎"}], "customAggregationUnits": [unit]}
    answer = await desk.brand.http.post("/api/line/accounts/main/tools", json={"name": "helper"})
    key = answer.json()["channel_access_token"]
    pushed = await desk.brand.http.post(
        "/line-api/v2/bot/message/multicast", json=sent, headers={"Authorization": f"Bearer {key}"}
    )
    assert pushed.status_code == 200, pushed.text
    (content,) = desk.brand.line.engagement.kept
    for user in users[:25]:
        desk.brand.line.engagement.saw(content, desk.brand.row(user), 1, desk.clock.now())

    waiting = (await desk.brand.call("GET", "/api/journeys/hello"))["line"]["send"]
    await ask(desk, desk.clock.now() + timedelta(hours=2))
    told = (await desk.brand.call("GET", "/api/journeys/hello"))["line"]["send"]

    assert before == {}
    assert waiting["seen"]["state"] == "not_asked_yet"
    assert (told["seen"]["value"], told["seen"]["state"]) == (25, "counted")
    assert (told["clicked"]["value"], told["clicked"]["below"]) == (None, 20)
    assert told["unit"] == unit


async def test_line_is_asked_sixty_times_an_hour_at_most(desk: Desk) -> None:
    for number in range(3):
        await named(desk, str(number))
    later = NOON + timedelta(hours=2)
    asked = [await ask(desk, later + timedelta(seconds=20 * tick)) for tick in range(10)]
    assert asked == [1, 0, 0, 0, 1, 0, 0, 0, 1, 0]


@pytest.mark.parametrize(
    ("age", "wait"),
    [
        (timedelta(hours=3), timedelta(hours=1)),
        (timedelta(days=3), timedelta(days=1)),
        (timedelta(days=14), timedelta(days=1)),
        (timedelta(days=15), None),
    ],
)
def test_questions_end_when_the_numbers_are_frozen(age: timedelta, wait: timedelta | None) -> None:
    assert ask_next(NOON - age, NOON) == (None if wait is None else NOON + wait)


@pytest.mark.parametrize("named_too", [False, True])
async def test_what_line_would_refuse_stops_the_broadcast_before_anybody_gets_it(
    desk: Desk, *, named_too: bool
) -> None:
    await desk.brand.befriend(PEOPLE)
    coupon = {"type": "coupon", "couponId": "01JZZZZZZZZZZZZZZZZZZZZZZZ"}
    await desk.start(messages=[*(NAMED if named_too else []), coupon])
    await desk.plan()

    await desk.send()

    assert desk.received() == {}
    assert desk.brand.line.ledger.billable == 0
    assert await desk.states() == {"parked": PEOPLE}
    found = await desk.brand.call("GET", "/api/broadcasts/sale")
    assert found["state"] == "stopped"
    (refusal,) = found["refusals"]
    assert refusal["pointer"] == f"messages[{int(named_too)}].couponId"
    assert refusal["sentence"] == "coupon not found"


async def test_a_form_is_asked_once_however_many_get_it(desk: Desk) -> None:
    await desk.brand.befriend(PEOPLE)
    await desk.start(messages=NAMED)
    await desk.plan()
    await desk.send()
    asked = desk.brand.line.ledger.calls["validate"]
    assert asked == 1
