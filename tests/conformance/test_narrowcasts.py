"""Narrowcasts by the door a console uses, with the real store and the simulated platform: what is shown before, what leaves,
what came of it."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from line_brand import serving
from narrow_desk import NARROWCASTS, Desk, wish

from tieline.deliver.quota import LINE_TIME
from tieline.deliver.reconcile import Reconciler
from tieline.simulator.friend_book import FriendState
from tieline.store.postgres.days import PostgresDays

LAST = "select detail from audit_entry order by entry_id desc limit 1"


@pytest.fixture
async def desk(tmp_path, postgres_url):
    async with serving(tmp_path, postgres_url) as brand:
        yield Desk(brand, postgres_url)


async def test_everybody_of_an_audience_gets_it_once_and_it_is_counted(desk):
    await desk.audience(people=60)
    await desk.brand.befriend(20)

    assert await desk.save() == {"key": "spring", "state": "ready", "stopping": False}
    done = await desk.run()

    assert desk.got() == [1] * 60
    assert (done["state"], done["report"]["target"], done["report"]["sent"]) == ("succeeded", 60, 60)
    month = (await desk.brand.call("GET", "/api/cost"))["accounts"][0]
    assert (month["used"], month["forecast"]["waiting"]) == (60, 0)


async def test_a_preview_says_how_many_what_it_costs_and_what_cannot_be_checked(desk):
    await desk.audience(people=60)
    desk.brand.line.quota = 50

    seen = await desk.brand.call("POST", f"{NARROWCASTS}/preview", wish())

    assert (seen["at_most"], seen["cost"]["fits"], seen["over_quota"]) == (60, False, 10)
    assert (seen["consent"]["state"], seen["against"]) == ("agreed", None)
    assert "無法再確認每個人的同意" in seen["consent"]["text"]["zh-TW"]
    assert (seen["parts"][0]["key"], seen["parts"][0]["people"], seen["parts"][0]["agreed"]) == (
        "vip",
        60,
        True,
    )


async def test_what_does_not_fit_is_refused_by_how_many_and_by_how_much(desk):
    await desk.audience(people=60)
    desk.brand.line.quota = 50
    over_quota = await desk.brand.http.post(NARROWCASTS, json=wish())
    desk.brand.line.quota = None
    await desk.brand.call("PUT", "/api/cost/budgets", {"scope": "workspace", "most": 45})
    over_budget = await desk.brand.http.post(NARROWCASTS, json=wish())

    assert (over_quota.status_code, over_quota.json()["code"]) == (409, "over_limit")
    assert "10 more than the month's quota" in over_quota.json()["title"]
    assert "15 messages more than the budget of workspace" in over_budget.json()["title"]
    assert await desk.brand.rows("select * from narrowcast") == []


async def test_an_audience_that_was_not_made_for_marketing_needs_a_word_that_is_written_down(desk):
    await desk.audience(people=60, purpose="marketing")
    await desk.brand.rows("update line_audience set purpose = 'newsletter' returning 1")

    refused = await desk.brand.refused("POST", NARROWCASTS, wish())
    word = "店休公告，法務同意發送給全部會員"
    taken = await desk.brand.call("POST", NARROWCASTS, wish(without_consent=word))

    assert refused == (422, "invalid_input", "/without_consent")
    assert taken["state"] == "ready"
    assert await desk.brand.rows(LAST) == [(f"without_consent: {word}",)]


async def test_an_audience_line_built_is_offered_by_its_number_and_with_a_word_alone(desk):
    await desk.audience(people=60)
    (number,) = desk.brand.line.audiences.audiences
    body = wish(recipient={"line_audience": number})

    seen = await desk.brand.call("POST", f"{NARROWCASTS}/preview", body)
    refused = await desk.brand.refused("POST", NARROWCASTS, body)
    await desk.save(recipient={"line_audience": number}, without_consent="點擊過春裝連結的人，再提醒一次")
    await desk.run()

    assert (seen["at_most"], seen["consent"]["state"], seen["against"]["code"]) == (
        60,
        "not_known",
        "no_consent",
    )
    assert refused == (422, "invalid_input", "/without_consent")
    assert desk.got() == [1] * 60


async def test_an_audience_that_line_does_not_know_is_refused(desk):
    await desk.audience(people=60)
    body = wish(recipient={"line_audience": 7}, without_consent="點擊過春裝連結的人")

    assert await desk.brand.refused("POST", NARROWCASTS, body) == (422, "invalid_input", "/recipient")


async def test_who_withdrew_after_the_audience_was_made_stops_it_until_it_is_made_anew(desk):
    users = await desk.audience(people=60)
    await desk.withdraw(users[:3])

    answer = await desk.brand.http.post(NARROWCASTS, json=wish())
    await desk.snapshot()
    await desk.save()
    await desk.run()

    assert (answer.status_code, answer.json()["field"]) == (422, "/recipient")
    assert answer.json()["title"].startswith("3 of them")
    assert desk.got() == [1] * 57


async def test_who_withdraws_before_the_call_holds_it_and_nobody_gets_it(desk):
    users = await desk.audience(people=60)
    await desk.save()
    await desk.withdraw(users[:1])

    held = await desk.run()

    assert (held["state"], held["reason"]["code"]) == ("held", "withdrawn")
    assert desk.brand.line.ledger.calls["narrowcast"] == 0
    await desk.snapshot()
    await desk.brand.call("POST", f"{NARROWCASTS}/spring/start")
    assert (await desk.run())["state"] == "succeeded"
    assert desk.got() == [1] * 59


async def test_who_was_erased_is_still_in_lines_audience_and_stops_it(desk):
    users = await desk.audience(people=60)
    await desk.brand.rows("delete from line_audience_member where line_user = %s returning 1", users[0])

    assert await desk.brand.refused("POST", NARROWCASTS, wish()) == (422, "invalid_input", "/recipient")


async def test_a_withdrawal_that_waits_in_the_log_holds_the_call_back(desk):
    users = await desk.audience(people=60)
    await desk.save()
    await desk.brand.rows(
        """
        insert into log select coalesce(max(log_offset), 0) + 1, %s, 1, 1, 1, now(), convert_to(%s, 'UTF8') from log returning 1
        """,
        desk.brand.workspace_id,
        f'{{"lineUserId": "{users[0]}", "state": "withdrawn"}}',
    )

    waiting = await desk.run(hours=0.05)

    assert waiting["state"] == "ready"
    assert desk.brand.line.ledger.calls["narrowcast"] == 0


async def test_operators_join_and_exclude(desk):
    first = await desk.audience("vip", 60)
    await desk.audience("gold", 70)
    both = {"or": [{"audience": "vip"}, {"audience": "gold"}]}
    await desk.save(recipient={"and": [both, {"not": {"audience": "vip"}}]})

    done = await desk.run()

    assert done["report"]["sent"] == 70
    assert not any(desk.brand.line.friends[user].deliveries() for user in first)


async def test_lines_demographic_filter_narrows_it(desk):
    await desk.audience(people=400)
    await desk.save(demographic={"type": "gender", "oneOf": ["female"]})

    done = await desk.run()

    people = desk.brand.line.friends.people
    women = sum(people.guess(row).gender == "female" for row in range(400))
    assert done["report"]["sent"] == women > 0


async def test_it_never_costs_more_than_its_maximum_and_reserves_no_more(desk):
    await desk.audience(people=90)
    await desk.brand.befriend(200)
    await desk.save(max=55)

    done = await desk.run()
    (run,) = desk.brand.line.narrowcasts.values()

    assert done["report"]["sent"] == 55
    assert done["at_most"] == 55
    assert run.reserved == 0  # no quota, so nothing to keep
    assert len(desk.got()) == 55


async def test_line_keeps_no_more_of_the_month_than_it_can_cost(desk):
    await desk.audience(people=60)
    await desk.brand.befriend(200)
    desk.brand.line.quota = 100
    await desk.save()

    done = await desk.run()

    assert done["state"] == "succeeded"
    assert [run.reserved for run in desk.brand.line.narrowcasts.values()] == [60]


async def test_with_up_to_quota_it_goes_to_as_many_as_the_month_has(desk):
    await desk.audience(people=60)
    desk.brand.line.quota = 52
    await desk.save(up_to_quota=True)

    done = await desk.run()

    assert (done["state"], done["report"]["sent"]) == ("succeeded", 52)


async def test_who_got_an_earlier_one_can_be_left_out_or_written_to_again(desk):
    await desk.audience(people=120)
    await desk.save("first", max=60)
    await desk.run(key="first")
    await desk.save("rest", recipient={"and": [{"audience": "vip"}, {"not": {"narrowcast": "first"}}]})

    done = await desk.run(key="rest")

    assert done["report"]["sent"] == 60
    assert desk.got() == [1] * 120


async def test_a_budget_counts_it_whole_before_and_as_it_was_afterwards(desk):
    users = await desk.audience(people=60)
    await desk.audience("gold", 70)
    await desk.brand.call("PUT", "/api/cost/budgets", {"scope": "workspace", "most": 100})
    await desk.save(recipient={"and": [{"audience": "vip"}, {"not": {"audience": "gold"}}]})
    for user in users[:5]:
        desk.brand.line.friends[user].state = FriendState.BLOCKED
    async with desk.worker() as (_, _, loop):
        await loop.step(desk.clock.now())
    running = await desk.brand.call("GET", "/api/cost")

    done = await desk.run()

    assert (running["budgets"][0]["spent"], running["accounts"][0]["forecast"]["waiting"]) == (60, 60)
    assert done["report"]["sent"] == 55
    after = await desk.brand.call("GET", "/api/cost")
    assert (after["budgets"][0]["spent"], after["accounts"][0]["used"]) == (55, 55)


async def test_a_budget_that_was_lowered_meanwhile_holds_it(desk):
    await desk.audience(people=60)
    await desk.save()
    await desk.brand.call("PUT", "/api/cost/budgets", {"scope": "narrowcast:spring", "most": 20})

    held = await desk.run()

    assert (held["state"], held["reason"]["code"], desk.got()) == ("held", "budget", [])


async def test_a_stop_before_the_call_gives_it_up(desk):
    await desk.audience(people=60)
    await desk.save()

    stopped = await desk.brand.call("POST", f"{NARROWCASTS}/spring/cancel")
    await desk.run()

    assert stopped["state"] == "cancelled"
    assert desk.brand.line.ledger.calls["narrowcast"] == 0
    assert (await desk.brand.refused("POST", f"{NARROWCASTS}/spring/start"))[:2] == (409, "conflict")


async def test_what_line_has_taken_cannot_be_given_up(desk):
    await desk.audience(people=60)
    await desk.save()
    await desk.run()

    assert (await desk.brand.refused("POST", f"{NARROWCASTS}/spring/cancel"))[:2] == (409, "conflict")


async def test_to_more_people_than_the_workspace_allows_a_second_person_says_yes(desk):
    await desk.audience(people=60)
    await desk.brand.call("PUT", "/api/sending", {"approval_above": 59})

    assert (await desk.save())["state"] == "approval"
    assert (await desk.brand.refused("POST", f"{NARROWCASTS}/spring/approve"))[:2] == (409, "conflict")
    await desk.brand.rows("update narrowcast set author = 'member:9' returning 1")
    assert (await desk.brand.call("POST", f"{NARROWCASTS}/spring/approve"))["state"] == "ready"


async def test_it_waits_for_its_moment_and_for_the_end_of_the_quiet_hours(desk):
    await desk.audience(people=60)
    moment = desk.clock.now() + timedelta(minutes=30)
    local = moment.astimezone(ZoneInfo("Asia/Taipei"))
    quiet = {"from": f"{local:%H:%M}", "until": f"{local + timedelta(hours=2):%H:%M}"}
    await desk.save(send_at=moment.isoformat(), quiet_hours=quiet)

    early = await desk.run(hours=1)
    done = await desk.run(hours=3)

    assert (early["state"], done["state"]) == ("ready", "succeeded")
    assert desk.clock.now() - moment >= timedelta(minutes=118)


async def test_what_came_of_it_says_nothing_of_fewer_than_twenty(desk):
    users = await desk.audience(people=60)
    await desk.save()
    before = await desk.run()
    (key,) = desk.brand.line.engagement.kept
    for number, user in enumerate(users[:30]):
        desk.brand.line.engagement.saw(key, desk.brand.row(user), 1, desk.clock.now())
        if number < 19:
            desk.brand.line.engagement.clicked(
                key, desk.brand.row(user), 1, "https://shop.test/", desk.clock.now()
            )
    desk.clock.advance(timedelta(hours=2))

    assert await desk.ask() == 1

    report = (await desk.read())["report"]
    assert before["report"]["seen"]["state"] == "not_asked_yet"
    assert (report["seen"]["value"], report["seen"]["state"]) == (30, "counted")
    assert (report["clicked"]["value"], report["clicked"]["text"]["zh-TW"]) == (None, "少於 20")


async def test_messages_with_templates_or_that_line_would_refuse_are_refused(desk):
    await desk.audience(people=60)
    named = [{"type": "text", "text": "{{ profile.given_name }} 您好"}]
    wrong = [{"type": "sticker", "packageId": "1"}]

    assert await desk.brand.refused("POST", NARROWCASTS, wish(messages=named)) == (
        422, "invalid_template", "/messages/0/text",
    )  # fmt: skip
    assert (await desk.brand.refused("POST", NARROWCASTS, wish(messages=wrong)))[1] == "invalid_template"


async def test_a_key_is_taken_once(desk):
    await desk.audience(people=60)
    await desk.save()

    assert (await desk.brand.refused("POST", NARROWCASTS, wish()))[:2] == (409, "conflict")
    assert len((await desk.brand.call("GET", NARROWCASTS))["narrowcasts"]) == 1


async def test_lines_counter_of_narrowcasts_is_held_against_the_ledger(desk):
    await desk.audience(people=60)
    await desk.save()
    await desk.run()
    await desk.brand.rows("update line_account set created_at = created_at - interval '1 day' returning 1")
    today = desk.clock.now().astimezone(LINE_TIME).date()
    desk.clock.advance(timedelta(days=1))
    async with desk.worker() as (client, unit, _):
        accounts = {(desk.brand.workspace_id, "main"): None}
        await Reconciler(unit, PostgresDays(unit.connection), client, accounts).step(desk.clock.now())

    found = (await desk.brand.call("GET", "/api/cost/reconciliation/main"))["days"]
    month = await desk.brand.call("GET", "/api/cost/savings/main")

    day = next(one for one in found if one["day"] == today.isoformat())
    assert (day["own_narrowcast"], day["line_narrowcast"], day["state"]) == (60, 60, "matches")
    assert month["origins"] == [{"origin": "narrowcast:spring", "messages": 60}]
