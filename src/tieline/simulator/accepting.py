"""What every way of sending has in common: messages checked, accepted once, charged, counted and delivered."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from tieline.simulator import friends
from tieline.simulator.account import Account
from tieline.simulator.friend_book import FRIEND
from tieline.simulator.ledger import Occurrence
from tieline.simulator.message_rules import check_messages
from tieline.simulator.retry_keys import UUID_TEXT, AcceptedKey
from tieline.simulator.screens import Delivered
from tieline.simulator.wire import Refused, SimResponse, as_json
from tieline.simulator.world import Call, World, day_of, month_of

UNIT_NAME = re.compile(r"[A-Za-z0-9_]{1,30}")
UNITS_PER_MONTH = 1000
AT_ONCE = 20_000
PAUSE = timedelta(milliseconds=50)  # between parts of a send to very many
QUOTABLE = frozenset({"text", "textV2", "sticker", "image", "video", "template"})
RETRY_KEY = "x-line-retry-key"
MONTHLY_LIMIT = "You have reached your monthly limit."
Json = dict[str, Any]


class Content(msgspec.Struct, frozen=True):
    """What is sent, checked."""

    messages: list[Json]
    silent: bool = False
    unit: str | None = None


def accepted_before(call: Call) -> AcceptedKey | None:
    """Return what the call's retry key was accepted as; None for a new request."""
    key = call.request.headers.get(RETRY_KEY)
    if key is None:
        return None
    if not UUID_TEXT.fullmatch(key):
        raise Refused(400, "The retry key is invalid")
    return call.account.retry_keys.find(key, call.at)


def conflict(known: AcceptedKey, more: Json) -> SimResponse:
    """Answer a request that was accepted before."""
    answer = as_json({"message": "The retry key is already accepted", **more}, status=409)
    return answer.with_headers(x_line_accepted_request_id=known.request_id)


def checked(call: Call, body: Json, *, units: bool = False) -> Content:
    """Return the content of a request.

    Raises:
        Refused: 400 with every problem.
    """
    messages = body.get("messages")
    problems = check_messages(messages)
    silent = body.get("notificationDisabled", False)
    if not isinstance(silent, bool):
        problems.append({"message": "must be boolean", "property": "notificationDisabled"})
    if problems or not isinstance(messages, list):
        raise Refused(400, f"The request body has {len(problems)} error(s)", problems)
    for index, message in enumerate(messages):
        if message["type"] == "coupon" and message["couponId"] not in call.account.coupons.coupons:
            problem = {"message": "coupon not found", "property": f"messages[{index}].couponId"}
            raise Refused(400, "The request body has 1 error(s)", [problem])
    return Content(messages, silent, _unit(call, body) if units else None)


def _unit(call: Call, body: Json) -> str | None:
    """Return the aggregation unit of a send; LINE silently drops the 1,001st name of a month."""
    units = body.get("customAggregationUnits")
    if units is None or units == []:
        return None
    names = isinstance(units, list) and len(units) == 1 and isinstance(units[0], str)
    if not names or not UNIT_NAME.fullmatch(units[0]):
        problem = {"message": "Size must be between 0 and 1", "property": "customAggregationUnits"}
        raise Refused(400, "The request body has 1 error(s)", [problem])
    name = str(units[0])
    known = call.account.units.get(month_of(call.at), set())
    return name if name in known or len(known) < UNITS_PER_MONTH else None


def charge(account: Account, count: int, now: datetime) -> None:
    """Count messages against the month.

    Raises:
        Refused: 429 when they do not reach, what running narrowcasts keep included; then nobody gets anything.
    """
    month = month_of(now)
    if account.quota is not None and account.usage[month] + account.reserved + max(count, 1) > account.quota:
        raise Refused(429, MONTHLY_LIMIT)
    account.usage[month] += count
    account.ledger.billable += count


def accept(
    call: Call, kind: str, reached: Sequence[int], content: Content, *, free: bool = False
) -> list[Json]:
    """Take a request: from here on it has happened. Return LINE's `sentMessages`."""
    account, now = call.account, call.at
    if not free:
        charge(account, len(reached), now)
    if content.unit is not None:
        account.units.setdefault(month_of(now), set()).add(content.unit)
    sent = _sent_messages(call, content.messages)
    remember(call, sent)
    account.ledger.accepted[kind] += 1
    deliver(call.world, account, reached, delivery(call, kind, content, sent), now)
    return sent


def remember(call: Call, sent: list[Json]) -> None:
    """Remember the call's retry key, if it has one."""
    if key := call.request.headers.get(RETRY_KEY):
        call.account.retry_keys.remember(key, AcceptedKey(call.request_id, call.at, sent))


def delivery(call: Call, kind: str, content: Content, sent: list[Json] | None = None) -> Delivered:
    """Return what comes onto phones."""
    return Delivered(
        at=call.at,
        kind=kind,
        request_id=call.request_id,
        retry_key=call.request.headers.get(RETRY_KEY),
        unit=content.unit,
        message_ids=tuple(one["id"] for one in sent or _sent_messages(call, content.messages)),
        messages=msgspec.json.encode(content.messages, order="deterministic"),
        silent=content.silent,
    )


def deliver(
    world: World, account: Account, reached: Sequence[int], delivered: Delivered, now: datetime
) -> None:
    """Bring a request onto phones; of very many, the first at once and the others a moment later."""
    first, others = reached[:AT_ONCE], reached[AT_ONCE:]
    if others:
        world.later(now + PAUSE, lambda later: deliver(world, account, others, delivered, later))
    account.sent_by_day[delivered.kind, day_of(delivered.at)] += len(first)
    book, ledger = account.friends, account.ledger
    book.screens.show(first, delivered)
    if book.versions:
        for row in first:
            book.touch(row)
    ledger.bubbles += len(delivered.message_ids) * len(first)
    occurrence = Occurrence(delivered.request_id, delivered.kind, delivered.at)
    ledger.record_deliveries(first, delivered.messages, delivered.unit, occurrence, book.people.user_id)
    if key := insight_key(delivered):
        account.engagement.sent(key, delivered.at, len(first))
    if account.script is not None:
        _plan(world, account, first, delivered, now)


def insight_key(delivered: Delivered) -> tuple[str, str] | None:
    """Return under which name LINE counts reactions to a delivery, if it does."""
    if delivered.kind in {"broadcast", "narrowcast"}:
        return ("", delivered.request_id)
    return (delivered.unit, day_of(delivered.at)) if delivered.unit else None


def reachable(account: Account, rows: Sequence[int], now: datetime) -> list[int]:
    """Return which people a message reaches."""
    book = account.friends
    states, here = book.states, book.people.here
    if book.people.all_here:
        return [row for row in rows if states[row] == FRIEND or book.reaches(row, now)]
    return [row for row in rows if (states[row] == FRIEND and here(row)) or book.reaches(row, now)]


def _plan(world: World, account: Account, rows: Sequence[int], delivered: Delivered, now: datetime) -> None:
    script = account.script
    if script is None:
        return
    for row in rows:
        friend = account.friends.friend(row)
        if (key := insight_key(delivered)) and friends.sees(script, friend.user_id, delivered.messages):
            account.engagement.saw(key, row, len(delivered.message_ids), now)
        for reaction in friends.react(script, friend.user_id, delivered.messages):
            world.plan(account, friend, reaction, now)


def _sent_messages(call: Call, messages: list[Json]) -> list[Json]:
    sent = []
    for message in messages:
        one = {"id": call.world.ids.message_id()}
        if message["type"] in QUOTABLE:
            one["quoteToken"] = call.world.ids.quote_token()
        sent.append(one)
    return sent
