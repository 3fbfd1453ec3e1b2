"""Looking at LINE's side of an account, and letting friends be known who were there before."""

import pytest
from line_brand import BOT, PROVIDER, remembering
from msgspec import structs

from tieline.simulator.faults import FaultKind, FaultSwitch

CHECK = "/api/line/accounts/main/check"
IMPORT = "/api/line/accounts/main/friends/import"


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


async def test_a_login_channel_is_missed_and_its_provider_compared(brand):
    _, before = await states(brand)
    await brand.call(
        "PUT", "/api/line/accounts/main/login",
        {"channel_id": "555", "channel_secret": "l" * 32, "provider_id": PROVIDER},
    )  # fmt: skip
    _, after = await states(brand)

    assert (before["login"], after["login"]) == ("warning", "ok")


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
