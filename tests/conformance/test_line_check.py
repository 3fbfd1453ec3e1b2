"""Looking at LINE's side of an account, and letting friends be known who were there before."""

from datetime import UTC, datetime, timedelta

import pytest
from line_brand import BOT, CHANNEL, PROVIDER, remembering
from msgspec import structs

from tieline.simulator.faults import FaultKind, FaultSwitch
from tieline.simulator.insights import note_day
from tieline.simulator.login_channels import LiffApp, LoginChannel

CHECK = "/api/line/accounts/main/check"
IMPORT = "/api/line/accounts/main/friends/import"
OURS = "http://127.0.0.1:8000/line/main/liff"


@pytest.fixture
async def brand(tmp_path, postgres_url, clickhouse):
    async with remembering(tmp_path, postgres_url, clickhouse) as made:
        yield made


async def states(brand):
    found = await brand.call("GET", CHECK)
    return found["state"], {one["check"]: one["state"] for one in found["checks"]}


async def test_a_webhook_that_leads_elsewhere_is_a_problem_and_ours_is_right(brand):
    worst, before = await states(brand)
    queue = brand.line.webhooks
    queue.behaviour = structs.replace(queue.behaviour, url="http://127.0.0.1:8000/line/main/webhook")
    _, after = await states(brand)

    assert (worst, before["webhook"], after["webhook"]) == ("problem", "problem", "ok")
    assert after["channel"] == "ok"


async def test_a_bot_id_that_is_not_the_channels_is_told(brand):
    _, found = await states(brand)

    assert brand.line.bot_user_id != BOT
    assert found["bot"] == "problem"


async def enter_login(brand, **more):
    entered = {"channel_id": "555", "channel_secret": "l" * 32, "provider_id": PROVIDER, **more}
    await brand.call("PUT", "/api/line/accounts/main/login", entered)


def open_login(brand, page, scope=("openid", "profile")):
    """Let LINE have the login channel with one LIFF app; return the app's id."""
    channel = LoginChannel("555", "l" * 32, PROVIDER, "衣著", (), bot=CHANNEL)
    channel.apps["555-app"] = LiffApp(
        "555-app", {"view": {"type": "full", "url": page}, "scope": list(scope)}
    )
    brand.platform.add_login_channel(channel)
    return "555-app"


async def test_a_login_channel_is_missed_and_taken_once_line_takes_it(brand):
    _, before = await states(brand)
    await enter_login(brand)
    _, refused = await states(brand)
    open_login(brand, OURS)
    _, after = await states(brand)

    assert (before["login"], refused["login"], after["login"]) == ("warning", "unknown", "ok")
    assert after["liff"] == "warning"


@pytest.mark.parametrize(
    ("page", "scope", "entered", "state"),
    [
        (OURS, ("openid", "profile"), "555-app", "ok"),
        (OURS, ("openid", "profile"), "777-of-another-channel", "problem"),
        ("https://elsewhere.example/liff", ("openid", "profile"), "555-app", "problem"),
        (OURS, ("profile",), "555-app", "problem"),
    ],
)
async def test_a_liff_app_is_of_the_login_channel_and_opens_our_page(brand, page, scope, entered, state):
    open_login(brand, page, scope)
    await enter_login(brand, liff_id=entered)

    _, found = await states(brand)

    assert found["liff"] == state


async def test_friends_that_line_reaches_and_nobody_knows_here_are_told_with_a_plan(brand):
    await brand.befriend(3)
    brand.platform.add_people(brand.line, 97, seed=7)
    note_day(brand.line, datetime.now(UTC) - timedelta(days=1))
    unverified = await brand.call("GET", CHECK)
    brand.line.verified = True
    verified = await brand.call("GET", CHECK)

    plans = [
        next(one for one in found["checks"] if one["check"] == "known") for found in (unverified, verified)
    ]

    assert [one["state"] for one in plans] == ["warning", "warning"]
    assert all("100 位好友，這裡認得 3 位" in one["sentence"] for one in plans)
    assert "圖文選單" in plans[0]["way_out"]
    assert "匯入既有好友" in plans[1]["way_out"]


async def test_what_line_does_not_say_is_unknown_and_not_right(brand):
    brand.line.faults.append(
        FaultSwitch(FaultKind.ERROR_REFUSED, endpoints=frozenset({"quota"}), next_calls=5)
    )

    _, found = await states(brand)

    assert (found["quota"], found["redelivery"]) == ("unknown", "unknown")


async def test_friends_of_a_verified_account_become_known_and_are_asked_for_consent_before_anything_is_sent(
    brand, postgres_url
):
    brand.line.verified = True
    brand.platform.add_people(brand.line, 1_200, seed=99)

    first = await brand.call("POST", IMPORT)
    second = await brand.call("POST", IMPORT, start=first["next"])
    again = await brand.call("POST", IMPORT)
    await brand.absorb(postgres_url)

    assert (first["friends"], second["friends"], second["next"], again["friends"]) == (
        1_000,
        200,
        None,
        1_000,
    )
    assert await brand.rows(
        "select count(*) from fact where kind = 3 and name = 'main' and value = 'true'"
    ) == [(1_200,)]
    assert await brand.rows("select count(*) from consent_event") == [(0,)]
    reach = (await brand.call("POST", "/api/cost/estimate", {"account": "main"}))["audience"]
    assert (reach["friends"], reach["reachable"]) == (1_200, 0)


async def test_an_unverified_account_is_told_what_to_do_instead(brand):
    refused = await brand.refused("POST", IMPORT)
    _, found = await states(brand)

    assert refused[:2] == (403, "forbidden")
    assert found["friends"] == "warning"
