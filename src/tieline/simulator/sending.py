"""Reply, push and multicast: checked, accepted at most once per retry key, counted and delivered.

Source: https://developers.line.biz/en/reference/messaging-api/#messages
"""

import re
from typing import Any

import msgspec

from tieline.simulator import friends
from tieline.simulator.account import Delivered, Friend, FriendState
from tieline.simulator.ledger import Occurrence
from tieline.simulator.message_rules import check_messages
from tieline.simulator.retry_keys import UUID_TEXT, AcceptedKey
from tieline.simulator.wire import Refused, SimResponse, as_json
from tieline.simulator.world import Call, day_of, month_of

USER_ID = re.compile(r"U[0-9a-f]{32}")
UNIT_NAME = re.compile(r"[A-Za-z0-9_]{1,30}")
UNITS_PER_MONTH = 1000
MULTICAST_LIMIT = 500
QUOTABLE = frozenset({"text", "textV2", "sticker", "image", "video", "template"})
RETRY_KEY = "x-line-retry-key"
MONTHLY_LIMIT = "You have reached your monthly limit."
INVALID_REPLY_TOKEN = "Invalid reply token"  # noqa: S105 - a sentence


def push(call: Call) -> SimResponse:
    """Send to one person."""
    if known := _accepted_before(call):
        return _conflict(known, {"sentMessages": known.sent_messages})
    body = call.json()
    messages = _messages(body)
    unit = _unit(call, body)
    to = body.get("to")
    if not isinstance(to, str) or not USER_ID.fullmatch(to):
        raise Refused(400, "The property, 'to', in the request body is invalid (line: -, column: -)")
    if to not in call.world.people.get(call.account.provider_id, ()):
        raise Refused(400, "Failed to send messages")
    return as_json({"sentMessages": _accept(call, "push", [to], messages, unit)})


def multicast(call: Call) -> SimResponse:
    """Send the same to up to 500 people, or to none of them."""
    if known := _accepted_before(call):
        return _conflict(known, {})
    body = call.json()
    messages = _messages(body)
    unit = _unit(call, body)
    to = body.get("to")
    if not isinstance(to, list) or not 1 <= len(to) <= MULTICAST_LIMIT:
        raise Refused(400, f"Size must be between 1 and {MULTICAST_LIMIT}")
    people = call.world.people.get(call.account.provider_id, set())
    strict = call.world.settings.multicast_refuses_unknown
    for user_id in to:
        well_formed = isinstance(user_id, str) and USER_ID.fullmatch(user_id)
        if not well_formed or (strict and user_id not in people):
            raise Refused(400, "The property, 'to', in the request body is invalid (line: -, column: -)")
    _accept(call, "multicast", list(dict.fromkeys(to)), messages, unit)
    return as_json({})


def reply(call: Call) -> SimResponse:
    """Answer an event; free, once per reply token, and never to be retried."""
    body = call.json()
    messages = _messages(body)
    token = body.get("replyToken")
    reply_token = call.account.reply_tokens.get(token) if isinstance(token, str) else None
    if reply_token is None or not isinstance(token, str) or call.at >= reply_token.usable_until_at:
        raise Refused(400, INVALID_REPLY_TOKEN)
    del call.account.reply_tokens[token]
    return as_json({"sentMessages": _accept(call, "reply", [reply_token.user_id], messages, None)})


def validate(call: Call) -> SimResponse:
    """Check message objects and send nothing."""
    _messages(call.json())
    return as_json({})


def _accepted_before(call: Call) -> AcceptedKey | None:
    key = call.request.headers.get(RETRY_KEY)
    if key is None:
        return None
    if not UUID_TEXT.fullmatch(key):
        raise Refused(400, "The retry key is invalid")
    return call.account.retry_keys.find(key, call.at)


def _conflict(known: AcceptedKey, more: dict[str, Any]) -> SimResponse:
    answer = as_json({"message": "The retry key is already accepted", **more}, status=409)
    return answer.with_headers(x_line_accepted_request_id=known.request_id)


def _messages(body: dict[str, Any]) -> list[dict[str, Any]]:
    messages = body.get("messages")
    problems = check_messages(messages)
    if not isinstance(body.get("notificationDisabled", False), bool):
        problems.append({"message": "must be boolean", "property": "notificationDisabled"})
    if problems or not isinstance(messages, list):
        raise Refused(400, f"The request body has {len(problems)} error(s)", problems)
    return messages


def _unit(call: Call, body: dict[str, Any]) -> str | None:
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


def _accept(
    call: Call, kind: str, to: list[str], messages: list[dict[str, Any]], unit: str | None
) -> list[dict[str, str]]:
    """Take a request: from here on it has happened.

    Raises:
        Refused: 429 when the month's messages do not reach for all; then nobody gets anything.
    """
    account, now = call.account, call.at
    known = [account.friends[user_id] for user_id in to if user_id in account.friends]
    reached = [friend for friend in known if friend.reachable(now)]
    if kind != "reply":
        _charge(call, len(reached))
    if unit is not None:
        account.units.setdefault(month_of(now), set()).add(unit)
    ledger = account.ledger
    ledger.accepted[kind] += 1
    account.sent_by_day[kind, day_of(now)] += len(reached)
    blocked = sum(friend.state is FriendState.BLOCKED for friend in known)
    ledger.undelivered["blocked"] += blocked
    ledger.undelivered["no_friend"] += len(to) - len(reached) - blocked
    sent = _sent_messages(call, messages)
    key = call.request.headers.get(RETRY_KEY)
    if key is not None:
        account.retry_keys.remember(key, AcceptedKey(call.request_id, now, sent))
    delivered = Delivered(
        at=now,
        kind=kind,
        request_id=call.request_id,
        retry_key=key,
        unit=unit,
        message_ids=tuple(one["id"] for one in sent),
        messages=msgspec.json.encode(messages, order="deterministic"),
    )
    for friend in reached:
        _deliver(call, friend, delivered)
    return sent


def _charge(call: Call, count: int) -> None:
    account = call.account
    month = month_of(call.at)
    if account.quota is not None and account.usage[month] + max(count, 1) > account.quota:
        raise Refused(429, MONTHLY_LIMIT)
    account.usage[month] += count
    account.ledger.billable += count


def _sent_messages(call: Call, messages: list[dict[str, Any]]) -> list[dict[str, str]]:
    sent = []
    for message in messages:
        one = {"id": call.world.ids.message_id()}
        if message["type"] in QUOTABLE:
            one["quoteToken"] = call.world.ids.quote_token()
        sent.append(one)
    return sent


def _deliver(call: Call, friend: Friend, delivered: Delivered) -> None:
    account = call.account
    friend.show(delivered, call.world.settings.screen_length)
    account.ledger.bubbles += len(delivered.message_ids)
    account.ledger.record_delivery(
        friend.user_id,
        delivered.messages,
        delivered.unit,
        Occurrence(delivered.request_id, delivered.kind, delivered.at),
    )
    if account.script is not None:
        for reaction in friends.react(account.script, friend.user_id, delivered.messages):
            call.world.plan(account, friend, reaction, call.at)
