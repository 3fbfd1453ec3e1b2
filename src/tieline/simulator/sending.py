"""Reply, push, multicast and broadcast.

Source: https://developers.line.biz/en/reference/messaging-api/#messages
"""

from array import array
from collections.abc import Sequence

from tieline.simulator.accepting import Content, Json, accept, accepted_before, checked, conflict, reachable
from tieline.simulator.friend_book import BLOCKED, FRIEND
from tieline.simulator.identifiers import USER_ID
from tieline.simulator.people import People
from tieline.simulator.wire import Refused, SimResponse, as_json
from tieline.simulator.world import Call

MULTICAST_LIMIT = 500
INVALID_REPLY_TOKEN = "Invalid reply token"  # noqa: S105 - a sentence
INVALID_TO = "The property, 'to', in the request body is invalid (line: -, column: -)"


def push(call: Call) -> SimResponse:
    """Send to one person."""
    if known := accepted_before(call):
        return conflict(known, {"sentMessages": known.sent_messages})
    body = call.json()
    content = checked(call, body, units=True)
    to = body.get("to")
    if not isinstance(to, str) or not USER_ID.fullmatch(to):
        raise Refused(400, INVALID_TO)
    row = _people(call).row(to)
    if row < 0 or not _people(call).here(row):
        raise Refused(400, "Failed to send messages")
    return as_json({"sentMessages": _accept(call, "push", [row], content)})


def multicast(call: Call) -> SimResponse:
    """Send the same to up to 500 people, or to none of them."""
    if known := accepted_before(call):
        return conflict(known, {})
    body = call.json()
    content = checked(call, body, units=True)
    to = body.get("to")
    if not isinstance(to, list) or not 1 <= len(to) <= MULTICAST_LIMIT:
        raise Refused(400, f"Size must be between 1 and {MULTICAST_LIMIT}")
    people = _people(call)
    strict = call.world.settings.multicast_refuses_unknown
    rows: dict[int | str, None] = {}
    for user_id in to:
        if not isinstance(user_id, str) or not USER_ID.fullmatch(user_id):
            raise Refused(400, INVALID_TO)
        row = people.row(user_id)
        exists = row >= 0 and people.here(row)
        if strict and not exists:
            raise Refused(400, INVALID_TO)
        rows[row if exists else user_id] = None
    _accept(call, "multicast", list(rows), content)
    return as_json({})


def reply(call: Call) -> SimResponse:
    """Answer an event; free, once per reply token, and never to be retried."""
    body = call.json()
    content = checked(call, body)
    token = body.get("replyToken")
    reply_token = call.account.reply_tokens.get(token) if isinstance(token, str) else None
    if reply_token is None or not isinstance(token, str) or call.at >= reply_token.usable_until_at:
        raise Refused(400, INVALID_REPLY_TOKEN)
    del call.account.reply_tokens[token]
    reached = reachable(call.account, [reply_token.row], call.at)
    return as_json({"sentMessages": accept(call, "reply", reached, content, free=True)})


def broadcast(call: Call) -> SimResponse:
    """Send to every friend."""
    if known := accepted_before(call):
        return conflict(known, {})
    content = checked(call, call.json())
    here = call.account.friends.people.here
    rows = array("I", (row for row in call.account.friends.rows(FRIEND) if here(row)))
    accept(call, "broadcast", rows, content)
    return as_json({})


def validate(call: Call) -> SimResponse:
    """Check message objects and send nothing."""
    checked(call, call.json())
    return as_json({})


def _people(call: Call) -> People:
    return call.world.people_of(call.account.provider_id)


def _accept(call: Call, kind: str, to: Sequence[int | str], content: Content) -> list[Json]:
    """Take the messages for whom they reach, and count the others by the reason; a refused call counts nobody."""
    account = call.account
    states = account.friends.states
    known = len(states)
    rows = [row for row in to if isinstance(row, int) and row < known and states[row]]
    reached = reachable(account, rows, call.at)
    sent = accept(call, kind, reached, content)
    if len(reached) < len(to):
        blocked = sum(states[row] == BLOCKED for row in rows)
        account.ledger.undelivered["blocked"] += blocked
        account.ledger.undelivered["no_friend"] += len(to) - len(reached) - blocked
    return sent
