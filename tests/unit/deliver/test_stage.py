from datetime import timedelta
from typing import Any

import msgspec
import pytest
from deliver_world import START, World

from tieline.model.profile import Fact, FactKind

BUTTONS = (
    {
        "type": "template",
        "altText": "a",
        "template": {
            "type": "buttons",
            "text": "t",
            "actions": [
                {"type": "uri", "label": "Go", "uri": "https://shop.test/{{ item.sku | url_encode }}"}
            ],
        },
    },
)


@pytest.fixture
async def world() -> World:
    made = World(2)
    await made.befriend()
    return made


def bodies(world: World) -> list[Any]:
    return [msgspec.json.decode(row.send.messages) for row in world.store.rows.values() if row.send.messages]


def reasons(world: World) -> list[tuple[str, str]]:
    return [(row.state.value, row.reason) for row in world.store.rows.values()]


async def test_a_request_made_twice_is_planned_once_with_one_set_of_links(world: World) -> None:
    context = {"item": {"sku": "鞋"}}
    await world.plan(BUTTONS, context=context)
    before = (dict(world.store.rows), dict(world.store.links))
    await world.plan(BUTTONS, context=context)
    assert (world.store.rows, world.store.links) == before


async def test_links_of_a_marketing_message_are_counted_per_person(world: World) -> None:
    await world.plan(BUTTONS, context={"item": {"sku": "鞋"}})
    assert {link.url for link in world.store.links.values()} == {"https://shop.test/%E9%9E%8B"}
    assert len(world.store.links) == 2
    sent = {body[0]["template"]["actions"][0]["uri"] for body in bodies(world)}
    assert sent == {f"https://brand.test/r/{token}" for token in world.store.links}


async def test_links_of_a_transactional_message_lead_where_they_say(world: World) -> None:
    await world.plan(BUTTONS, context={"item": {"sku": "a"}}, purpose="transactional")
    assert world.store.links == {}
    assert bodies(world)[0][0]["template"]["actions"][0]["uri"] == "https://shop.test/a"


async def test_equal_bodies_have_equal_hashes(world: World) -> None:
    await world.plan()
    assert len({row.send.body_hash for row in world.store.rows.values()}) == 1


async def test_who_withdrew_is_suppressed_and_told(world: World) -> None:
    world.withdraw(0)
    (said,) = await world.plan()
    assert reasons(world) == [("suppressed", "no_consent"), ("planned", "")]
    assert (said.name, said.value, said.properties["reason"]) == (
        "message_suppressed",
        world.users[0],
        "no_consent",
    )
    assert (await world.plan()) == []


async def test_a_late_request_expires(world: World) -> None:
    said = await world.plan(expires_at=START)
    assert reasons(world) == [("expired", "expired")] * 2
    assert {one.name for one in said} == {"message_suppressed"}


async def test_an_account_nobody_befriended_is_refused(world: World) -> None:
    await world.plan(account="other")
    assert reasons(world) == [("suppressed", "not_friend")] * 2


async def test_a_stranger_is_suppressed_without_news(world: World) -> None:
    assert await world.plan(person=b"nobody") == []
    assert reasons(world) == [("suppressed", "unknown_person")] * 2


async def test_a_template_that_fails_for_one_leaves_the_others_alone(world: World) -> None:
    await world.facts.save_facts(1, [Fact(world.nodes[0], FactKind.TRAIT, "zero", "web", 0, START)])
    await world.facts.save_facts(1, [Fact(world.nodes[1], FactKind.TRAIT, "zero", "web", 2, START)])
    (said,) = await world.plan([{"type": "text", "text": "{{ 10 | divided_by: profile.zero }}"}])
    assert reasons(world) == [("failed", "render"), ("planned", "")]
    assert (said.name, said.properties["reason"]) == ("message_failed", "render")


@pytest.mark.parametrize(
    "name",
    [
        "a" * 5_000,
        "😀" * 2_490,
        'x","action":{"type":"uri"}',
        "\u202egnp.exe",
        "\u200b",
        "{{ profile }}",
        "👨‍👩‍👧",
    ],
)
async def test_any_name_is_taken_as_it_is(world: World, name: str) -> None:
    later = START + timedelta(seconds=1)
    await world.facts.save_facts(1, [Fact(world.nodes[0], FactKind.TRAIT, "name", "web", name, later)])
    await world.plan([{"type": "text", "text": "{{ profile.name }}"}])
    assert bodies(world)[0] == [{"type": "text", "text": name}]


@pytest.mark.parametrize(("name", "reason"), [("a" * 5_001, "limits"), ("", "limits"), ("\ud83d", "render")])
async def test_a_name_that_line_would_refuse_fails_before_any_call(
    world: World, name: str, reason: str
) -> None:
    later = START + timedelta(seconds=1)
    await world.facts.save_facts(1, [Fact(world.nodes[0], FactKind.TRAIT, "name", "web", name, later)])
    await world.plan([{"type": "text", "text": "{{ profile.name }}"}])
    assert reasons(world) == [("failed", reason), ("planned", "")]


async def test_a_link_made_of_a_trait_cannot_change_its_scheme(world: World) -> None:
    await world.plan(
        [{"type": "flex", "altText": "a", "contents": {"type": "bubble", "body": {
            "type": "box", "layout": "vertical", "contents": [],
            "action": {"type": "uri", "label": "x", "uri": "{{ trigger.url }}"}}}}],
        context={"trigger": {"url": "javascript:alert(1)"}},
    )  # fmt: skip
    assert reasons(world) == [("failed", "limits")] * 2


async def test_what_must_not_wait_behind_a_broadcast_is_due_before_it(world: World) -> None:
    await world.plan(send_id=b"1", origin="broadcast:x")
    await world.plan(send_id=b"2", origin="journey:x")
    await world.plan(send_id=b"3", origin="broadcast:x", purpose="transactional")
    claimed = await world.store.claim(START, 10, [])
    assert [one.send_id for one in claimed] == [b"3", b"2", b"1"]


async def test_a_template_reads_what_its_origin_knows_beside_the_profile(world: World) -> None:
    await world.plan([{"type": "text", "text": "{{ coupon }} {{ profile.name }}"}], context={"coupon": "C1"})
    assert bodies(world)[0] == [{"type": "text", "text": "C1 N0"}]
