"""Faults of the webhook and of operation, under the numbers of docs/faults.md, checked at the phone and in the log."""

import asyncio
import hashlib
import itertools
from collections import Counter
from typing import Any

import httpx
import msgspec
import pytest
from line_brand import BOT, CHANNEL_SECRET, Brand
from mass_desk import PEOPLE, Desk

from tieline.channel.line.signature import sign

USER = "U4af4980629c0b7d3e51f26a8b9d0c3e7"


def event(kind: str, number: int, at: int = 1_000, *, again: bool = False, **more: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "mode": "active",
        "timestamp": 1_790_000_000_000 + at,
        "source": {"type": "user", "userId": USER},
        "webhookEventId": f"01HK{number:022d}",
        "deliveryContext": {"isRedelivery": again},
        **more,
    }


async def hook(brand: Brand, body: bytes, *, secret: str = CHANNEL_SECRET) -> httpx.Response:
    signed = {"x-line-signature": sign(body, secret)}
    return await brand.http.post("/line/main/webhook", content=body, headers=signed)


def webhook(*events: dict[str, Any], destination: str = BOT) -> bytes:
    return msgspec.json.encode({"destination": destination, "events": list(events)})


async def friendship(brand: Brand) -> list[tuple[Any, ...]]:
    return await brand.rows("select value, at from fact where kind = 3 order by at")


async def stored(brand: Brand) -> int:
    return int((await brand.rows("select count(*) from log where kind = 20"))[0][0])


async def test_f14_one_webhook_ten_times_has_one_effect(desk: Desk) -> None:
    for turn in range(10):
        body = webhook(event("follow", 1, again=bool(turn % 2), follow={"isUnblocked": False}))
        assert (await hook(desk.brand, body)).status_code == 200
    await desk.brand.absorb(desk.url)
    assert len(await friendship(desk.brand)) == 1
    assert await desk.brand.rows("select count(*) from message_seen") == [(1,)]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_f15_in_any_order_of_arrival_the_last_word_in_time_holds(
    desk: Desk, order: tuple[int, ...]
) -> None:
    said = [
        event("follow", 1, 1_000, follow={"isUnblocked": False}),
        event("unfollow", 2, 2_000),
        event("follow", 3, 3_000, follow={"isUnblocked": True}),
    ]
    for place in order:
        await hook(desk.brand, webhook(said[place]))
        await desk.brand.absorb(desk.url)
    assert [value for value, _ in await friendship(desk.brand)] == [True]


async def test_f16_of_two_bodies_under_one_event_id_the_first_counts(desk: Desk) -> None:
    await hook(desk.brand, webhook(event("follow", 1, follow={"isUnblocked": False})))
    await hook(desk.brand, webhook(event("unfollow", 1, 9_000)))
    await desk.brand.absorb(desk.url)
    assert [value for value, _ in await friendship(desk.brand)] == [True]
    assert await stored(desk.brand) == 2


async def test_f17_a_redelivery_after_three_days_changes_nothing(desk: Desk) -> None:
    first = event("follow", 1, follow={"isUnblocked": False})
    await hook(desk.brand, webhook(first))
    await hook(desk.brand, webhook(event("unfollow", 2, 5_000)))
    await desk.brand.absorb(desk.url)
    await desk.brand.rows("update message_seen set seen_on = seen_on - 3 returning 1")

    late = {**first, "deliveryContext": {"isRedelivery": True}}
    await hook(desk.brand, webhook(late))
    await desk.brand.absorb(desk.url)

    assert [value for value, _ in await friendship(desk.brand)] == [False]


async def test_f18_what_is_not_signed_by_the_account_or_meant_for_another_stores_nothing(desk: Desk) -> None:
    body = webhook(event("follow", 1, follow={"isUnblocked": False}))
    for answer in (
        await hook(desk.brand, body, secret="secret-of-another"),
        await desk.brand.http.post("/line/main/webhook", content=body),
        await hook(desk.brand, webhook(event("unfollow", 2), destination="U" + "9" * 32)),
    ):
        assert answer.status_code == 401
    assert await stored(desk.brand) == 0


async def test_the_first_webhook_under_a_renewed_secret_is_taken_and_the_former_secret_is_dead(
    desk: Desk,
) -> None:
    brand = desk.brand
    await hook(brand, webhook(event("follow", 1, follow={"isUnblocked": False})))
    body = webhook(event("unfollow", 2, 5_000))

    changed = await brand.call("PATCH", "/api/line/accounts/main", {"channel_secret": "secret-renewed"})
    first = await hook(brand, body, secret="secret-renewed")
    late = await hook(brand, webhook(event("follow", 3, 9_000)), secret=CHANNEL_SECRET)

    assert changed == {"key": "main", "changed": ["channel_secret"]}
    assert (first.status_code, late.status_code) == (200, 401)
    assert await stored(brand) == 2


async def test_a_bot_that_was_mistyped_is_corrected_and_a_strange_one_is_refused(desk: Desk) -> None:
    brand, right = desk.brand, "U" + "c" * 32
    before = await hook(brand, webhook(event("follow", 1), destination=right))
    await brand.call("PATCH", "/api/line/accounts/main", {"bot_user_id": right})
    after = await hook(brand, webhook(event("follow", 1), destination=right))

    assert (before.status_code, after.status_code) == (401, 200)
    for body, field in (({"bot_user_id": "me"}, "/bot_user_id"), ({}, ""), ({"channel_id": "7"}, "")):
        status, code, at = await brand.refused("PATCH", "/api/line/accounts/main", body)
        assert (status, code) == (422, "invalid_input")
        assert at.startswith(field)


async def test_f19_one_strange_event_among_a_hundred_costs_itself_alone(desk: Desk) -> None:
    many = [
        {
            **event("follow", number),
            "source": {
                "type": "user",
                "userId": "U" + hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest(),
            },
        }
        for number in range(1, 100)
    ]
    strange: list[Any] = [*many[:50], {"type": 7, "timestamp": "yesterday"}, *many[50:]]
    assert (await hook(desk.brand, webhook(*strange))).status_code == 200
    await desk.brand.absorb(desk.url)
    assert len(await friendship(desk.brand)) == 99


@pytest.mark.parametrize(
    "text",
    [b'"\\ud83d"', b'"\\u0000"', b'"\xff"', b"NaN", b"1e400", b"9" * 5_000, b"[" * 20_000 + b"]" * 20_000],
    ids=["half a pair", "nul", "bad utf-8", "nan", "1e400", "long integer", "depth"],
)
async def test_f20_f21_a_hostile_body_is_stored_as_it_came_and_delays_nobody(desk: Desk, text: bytes) -> None:
    hostile = webhook(event("message", 1, message={"type": "text", "id": "1", "text": "X"})).replace(
        b'"X"', text
    )
    assert (await hook(desk.brand, hostile)).status_code == 200
    await hook(desk.brand, webhook(event("follow", 2, follow={"isUnblocked": False})))
    await desk.brand.absorb(desk.url)
    assert [value for value, _ in await friendship(desk.brand)] == [True]
    assert await desk.brand.rows("select body from log where kind = 20 order by log_offset limit 1") == [
        (hostile,)
    ]


async def test_f38_two_senders_on_one_outbox_send_nobody_two_messages(desk: Desk) -> None:
    users = await desk.brand.befriend(10 * PEOPLE)
    other = Desk(desk.brand, desk.url)
    for number in range(3):
        await desk.start(f"sale-{number}")
    await desk.plan()

    await asyncio.gather(desk.send(), other.send())

    assert set(desk.received().values()) == {3}
    assert set(desk.received()) == set(users)


async def test_f39_a_sender_that_slept_through_its_lease_may_neither_call_nor_settle(desk: Desk) -> None:
    users = await desk.brand.befriend(PEOPLE)
    await desk.start()
    await desk.plan()
    other = Desk(desk.brand, desk.url)
    other.clock.ahead = desk.clock.ahead + desk.lease

    desk.does[2] = other.send  # the claim is committed, the gate has not read yet
    await desk.send()

    assert desk.received() == Counter(users)
    assert await desk.brand.rows("select fence, attempts from multicast") == [(2, 2)]


async def test_f40_starting_a_broadcast_twice_is_one_run(desk: Desk) -> None:
    users = await desk.brand.befriend(PEOPLE)
    await desk.start()
    body = {
        "key": "sale", "account": "main", "segment": None, "purpose": "marketing",
        "messages": [{"type": "text", "text": "再一次"}],
    }  # fmt: skip
    assert (await desk.brand.refused("POST", "/api/broadcasts", body))[0] == 409
    await desk.plan()
    await desk.plan()

    await desk.send()

    assert desk.received() == Counter(users)


async def test_f42_after_a_stop_no_call_starts(desk: Desk) -> None:
    await desk.brand.befriend(PEOPLE)
    await desk.start()
    await desk.plan()

    async def stop() -> None:
        await desk.brand.call("POST", "/api/broadcasts/sale/stop", {})

    desk.does[2] = stop  # the chunk is claimed already
    await desk.send()

    assert desk.received() == Counter()
    assert await desk.states() == {"parked": PEOPLE}
