"""Fifteen promises that other systems have broken, by the numbers of docs/broken-elsewhere.md, on real loops with a simulated LINE."""

import asyncio
from collections import Counter
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from promise_parts import CART, HELLO, TEN, friends

from tieline.api.broadcast_parse import parse as parse_broadcast
from tieline.api.broadcasts import progress
from tieline.api.commit import GroupCommit
from tieline.condition.parse import parse as parse_condition
from tieline.deliver.policy import Reason
from tieline.errors import InvalidConditionError, InvalidJourneyError, InvalidTemplateError, UnavailableError
from tieline.journey.parse import parse as parse_journey
from tieline.model.event import LogKind, NewLogRow
from tieline.model.reply import ReplyState
from tieline.model.send import SendState
from tieline.simulator.faults import FaultKind, FaultSwitch
from tieline.testing.story import Killed, Story


async def test_01_the_sender_is_killed_at_every_statement_and_nobody_gets_it_twice() -> None:
    statement = 0
    while True:
        story = await friends(2)
        story.kill_after = statement
        try:
            await story.broadcast("sale", variants=HELLO)
        except Killed:
            story.restart()
        survived = story.kill_after is not None
        story.kill_after = None
        await story.pass_by(minutes=10)
        assert Counter(one.user for one in story.phones.heard) == Counter(story.users), statement
        if survived:
            break
        statement += 1
    assert statement >= 8


async def test_02_a_message_of_one_account_never_reaches_who_is_no_friend_of_it() -> None:
    story = await friends(1)
    await story.identify("M9", tier="gold")
    await story.consent("M9")
    await story.segment(
        "all", {"any": [{"line_friend": "main"}, {"trait": "tier", "op": "eq", "value": "gold"}]}
    )
    await story.pass_by(minutes=6)
    await story.broadcast("sale", variants=HELLO, segment="all")

    assert [one.user for one in story.phones.heard] == story.users
    assert Counter(str(row.reason) for row in story.sends)[Reason.NO_LINE_ID] == 1


async def test_03_who_comes_or_goes_while_a_broadcast_runs_changes_nothing() -> None:
    story = await friends(4)
    for number in range(3):
        await story.track("tag_added", f"M{number}", tag="vip")
    await story.segment("vip", {"tag": "vip"})
    await story.pass_by(minutes=6)
    await story.broadcast("sale", variants=HELLO, segment="vip", per_minute=1)
    await story.track("tag_removed", "M0", tag="vip")
    await story.track("tag_removed", "M1", tag="vip")
    await story.track("tag_added", "M3", tag="vip")
    await story.pass_by(minutes=10)

    assert Counter(one.user for one in story.phones.heard) == Counter(story.users[:3])


async def test_04_a_webhook_that_comes_again_out_of_order_after_a_crash_is_one_event() -> None:
    story = await friends(1)
    await story.say("hello")
    await story.say("again")
    first, second = story.webhooks[-2:]
    story.restart()
    for call in (second, first, first, second, first):
        await story.hear_again(call)
    await story.settle()

    assert Counter(name for name, _ in story.happened())["line_message_received"] == 2


@pytest.mark.parametrize(
    "kind", [FaultKind.ACCEPT_THEN_HANG, FaultKind.ACCEPT_THEN_RESET, FaultKind.ERROR_AFTER_ACCEPT]
)
async def test_05_a_push_of_unknown_outcome_is_asked_again_under_its_key(kind: FaultKind) -> None:
    story = await friends(1)
    story.account.faults.append(FaultSwitch(kind, next_calls=1))
    await story.broadcast("sale", variants=HELLO)
    await story.pass_by(minutes=10)

    (row,) = story.sends
    assert (row.state, row.attempts) == (SendState.ACCEPTED, 2)
    assert story.account.ledger.facts()["delivered_messages"] == 1


@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.DROP_BEFORE,
        FaultKind.ACCEPT_THEN_HANG,
        FaultKind.ACCEPT_THEN_RESET,
        FaultKind.ERROR_AFTER_ACCEPT,
    ],
)
async def test_05_a_reply_of_unknown_outcome_is_not_sent_again_and_no_push_takes_its_place(
    kind: FaultKind,
) -> None:
    story = await friends(1)
    await story.answer(
        "hours",
        {
            "key": "hours",
            "account": "main",
            "on": {"kind": "message"},
            "messages": [{"type": "text", "text": "10 to 22"}],
        },
    )
    story.account.faults.append(FaultSwitch(kind, next_calls=1))
    await story.say("when are you open?")
    story.restart()
    await story.pass_by(minutes=30)

    (row,) = story.stores.replies.rows.values()
    assert row.state is ReplyState.UNKNOWN
    assert Counter(story.phones.called)["/v2/bot/message/reply"] == 1
    assert story.sends == []
    assert story.phones.heard == []


async def test_06_out_of_quota_ends_it_with_the_rest_listed_and_too_fast_is_tried_again() -> None:
    story = await friends(3)
    story.account.quota = 0
    await story.broadcast("sale", variants=HELLO)
    await story.pass_by(minutes=5)
    parked = {(row.state, str(row.reason)) for row in story.sends}
    story.account.quota = None
    story.account.faults.append(FaultSwitch(FaultKind.RATE_LIMIT, next_calls=2))
    await story.broadcast("more", variants=HELLO)
    await story.pass_by(minutes=10)

    assert parked == {(SendState.PARKED, "quota")}
    more = [row for row in story.sends if row.send.origin == "broadcast:more"]
    assert {row.state for row in more} == {SendState.ACCEPTED}


async def test_07_a_broadcast_goes_to_those_who_were_previewed_or_stops() -> None:
    story = await friends(3)
    await story.broadcast("exact", variants=HELLO, expected=3)
    await story.broadcast("drifted", variants=HELLO, expected=9)
    await story.pass_by(minutes=2)

    states = {key: row.state for (_, key), row in story.stores.broadcasts.rows.items()}
    assert states == {"exact": "planned", "drifted": "drifted"}
    assert len(story.phones.heard) == 3


async def test_08_a_refusal_survives_a_merge_and_a_split_gives_each_their_own_word_back() -> None:
    story = await friends(1)
    await story.pass_by(minutes=1)
    email = "ann@shop.com.tw"
    said = {"purpose": "marketing", "channel": "line", "state": "withdrawn"}
    whose = {"externalIds": [{"type": "email", "id": email}]}
    await story.tell({"type": "track", "event": "consent_updated", "properties": said, "context": whose})
    await story.broadcast("apart", variants=HELLO)
    await story.decide("join", "M0", email)
    await story.broadcast("merged", variants=HELLO)
    await story.decide("cut", "M0", email)
    await story.broadcast("split", variants=HELLO)

    assert {row.send.origin: str(row.reason) for row in story.sends} == {
        "broadcast:apart": "",
        "broadcast:merged": "no_consent",
        "broadcast:split": "",
    }


async def test_08_an_undo_that_saw_an_older_decision_is_refused() -> None:
    story = await friends(1)
    email = "ann@shop.com.tw"
    whose = {"externalIds": [{"type": "email", "id": email}]}
    await story.tell({"type": "track", "event": "Seen", "context": whose})
    seen = await story.decide("join", "M0", email)
    await story.decide("undo", "M0", email)
    newest = await story.decide("join", "M0", email)

    await story.decide("undo", "M0", email, seen)
    assert story.profile_of("M0") == story.profile_of(email)
    await story.decide("undo", "M0", email, newest)
    assert story.profile_of("M0") != story.profile_of(email)


async def test_09_two_members_never_become_one_by_themselves_and_no_value_stands_for_nobody() -> None:
    story = Story(TEN)
    for member in ("M1", "M2"):
        await story.identify(member, phone="+886912345678", email="ann@shop.com.tw")
    for member in ("M3", "M4"):
        await story.tell(
            {"type": "identify", "userId": member, "traits": {"phone": "null", "email": "undefined"}}
        )

    assert len({story.profile_of(member) for member in ("M1", "M2", "M3", "M4")}) == 4
    nodes = {one.node.value for one in story.stores.identity.everyone(1)}
    assert not nodes & {"null", "undefined"}


@pytest.mark.parametrize(("minute", "reminded"), [(None, True), (29, False), (30, False), (31, True)])
@pytest.mark.parametrize("restart", [False, True])
async def test_10_a_cart_is_reminded_of_unless_it_was_paid_by_the_deadline(
    minute: int | None, reminded: bool, restart: bool
) -> None:
    story = await friends(1)
    await story.journey(CART)
    added_at = story.clock.now()
    await story.track("Product Added", "M0", cart_id="c1")
    if restart:
        story.restart()
    if minute is not None:
        # What happens at the very moment is known before the timer is looked at.
        await story.until(added_at + timedelta(minutes=minute, seconds=-1))
        story.clock.advance(timedelta(seconds=1))
        if restart:
            story.restart()
        await story.track("Order Completed", "M0", cart_id="c1")
    await story.until(added_at + timedelta(hours=2))

    assert (story.texts() == ["cart c1"]) is reminded
    assert len(story.phones.heard) <= 1


async def test_10_a_clock_that_is_set_back_neither_skips_nor_doubles_the_reminder() -> None:
    story = await friends(1)
    await story.journey(CART)
    await story.track("Product Added", "M0", cart_id="c1")
    await story.pass_by(minutes=20)
    story.clock.advance(timedelta(hours=-1))
    await story.settle()
    await story.pass_by(hours=3)
    story.clock.advance(timedelta(days=1))
    await story.settle()

    assert story.texts() == ["cart c1"]


@pytest.mark.parametrize(
    "half",
    [
        {},
        {"all": []},
        {"any": []},
        {"not": {}},
        {"trait": "t"},
        {"event": ""},
        {"tag": ""},
        {"line_friend": ""},
        None,
    ],
)
def test_11_what_is_half_written_means_neither_nobody_nor_everybody(half: Any) -> None:
    with pytest.raises(InvalidConditionError):
        parse_condition(half)
    with pytest.raises(InvalidJourneyError):
        parse_journey({**CART, "settings": {"only_while": half}})


async def test_12_when_the_log_cannot_be_written_the_answer_is_an_error() -> None:
    class Down:
        @asynccontextmanager
        async def transaction(self) -> Any:
            raise psycopg.OperationalError("down")
            yield

    commit = GroupCommit(Down(), None, 0.001)  # type: ignore[arg-type] # nothing is reached behind it
    running = asyncio.ensure_future(commit.run())
    try:
        with pytest.raises(UnavailableError) as refused:
            await commit.append([NewLogRow(1, 1, LogKind.TRACK, 1, TEN, b"{}")])
    finally:
        running.cancel()
    assert refused.value.status == 503


def test_13_a_broadcast_says_how_far_it_is_when_it_will_be_done_and_when_it_slows_down() -> None:
    found = {"state": "planned", "frozen": 5_000, "planned": 5_000, "definition": {}}
    sends = [{"state": "accepted", "people": 2_000}, {"state": "planned", "people": 3_000}]
    going = progress(found, sends, {"last_minute": 1_000, "minute_before": 1_000}, TEN)
    slow = progress(found, sends, {"last_minute": 300, "minute_before": 1_000}, TEN)

    assert (going["done"], going["left"], going["slow"]) == (2_000, 3_000, False)
    assert going["done_at"] == TEN + timedelta(minutes=3)
    assert slow["slow"] is True


@pytest.mark.parametrize(
    "message",
    [
        {"type": "text"},
        {"type": "text", "text": "x" * 5_001},
        {"type": "dance"},
        {"type": "text", "text": "{{ open"},
    ],
)
def test_14_a_message_that_line_would_refuse_is_refused_before_the_first_recipient(message: Any) -> None:
    body = {"key": "sale", "account": "main", "messages": [message]}

    with pytest.raises((InvalidTemplateError, InvalidConditionError, Exception)) as refused:
        parse_broadcast(body, TEN)
    assert getattr(refused.value, "status", 0) == 422
    assert str(getattr(refused.value, "field", "")).startswith("/messages/0")
