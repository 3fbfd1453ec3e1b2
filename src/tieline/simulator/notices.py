"""LINE notification messages: to a telephone number, without friendship, without advertising, without a retry key.

Source: https://developers.line.biz/en/reference/line-notification-messages/
"""

import re
from datetime import timedelta
from typing import Any

from tieline.simulator import phone
from tieline.simulator.accepting import checked, deliver, delivery, remember
from tieline.simulator.field_rules import Problem, objects, problem, size, text, url
from tieline.simulator.friend_book import BLOCKED, STRANGER
from tieline.simulator.wire import Refused, SimResponse, as_json
from tieline.simulator.world import Call, day_of

NOT_AUTHORIZED = "You do not have the necessary permissions for this operation"
HASH = re.compile(r"[0-9a-f]{64}")
TAG = re.compile(r"[0-9A-Za-z_\-=+/.:]{16,100}")
FORBIDDEN = frozenset({"image", "video", "audio", "imagemap"})
Json = dict[str, Any]


def push(call: Call) -> SimResponse:
    """Send messages of one's own making."""
    body = call.json()
    row = _person(call, body)
    content = checked(call, body)
    for index, message in enumerate(content.messages):
        if message["type"] in FORBIDDEN:
            found = {
                "message": "not allowed in a notification message",
                "property": f"messages[{index}].type",
            }
            raise Refused(400, "The request body has 1 error(s)", [found])
    _send(call, row, content, body["to"], "pnp")
    return as_json({})


def push_template(call: Call) -> SimResponse:
    """Send one of LINE's own templates."""
    body = call.json()
    row = _person(call, body)
    problems = list(_template(body))
    if problems:
        raise Refused(400, f"The request body has {len(problems)} error(s)", problems)
    shown = {"messages": [{"type": "text", "text": _spelled(body)}]}
    _send(call, row, checked(call, shown), body["to"], "pnp-templated")
    return as_json({}, status=202)


def _person(call: Call, body: Json) -> int:
    if not call.account.phone_messages:
        raise Refused(403, NOT_AUTHORIZED)
    to = body.get("to")
    if not isinstance(to, str) or not HASH.fullmatch(to):
        raise Refused(400, "The property, 'to', in the request body is invalid (line: -, column: -)")
    tag = call.request.headers.get("x-line-delivery-tag")
    if tag is not None and not TAG.fullmatch(tag):
        raise Refused(400, "The header, 'X-Line-Delivery-Tag', is invalid")
    row = call.world.people_of(call.account.provider_id).by_phone_hash(to)
    if row < 0:
        raise Refused(422, "Failed to send messages")
    return row


def _send(call: Call, row: int, content: Any, to: str, kind: str) -> None:
    """Accept; whoever blocked the account gets nothing, and nobody is told."""
    account = call.account
    account.ledger.accepted[kind] += 1
    remember(call, [])
    account.friends.meet(row, STRANGER)
    if account.friends.states[row] == BLOCKED:
        account.ledger.undelivered["blocked"] += 1
        return
    delivered = delivery(call, kind, content)
    data = call.request.headers.get("x-line-delivery-tag", to)

    def arrive(now: Any) -> None:
        deliver(call.world, account, [row], delivered, now)
        account.sent_by_day[kind, day_of(now)] += 0
        phone.reached_by_phone(call.world, account, data, now)

    call.world.later(call.at + timedelta(seconds=1), arrive)


def _template(body: Json) -> list[Problem]:
    problems = list(text(body, "templateKey", "", 100))
    inner = body.get("body")
    if not isinstance(inner, dict):
        return [*problems, problem("May not be null", "body")]
    if inner.get("emphasizedItem") is not None:
        item = inner["emphasizedItem"] if isinstance(inner["emphasizedItem"], dict) else {}
        problems += text(item, "itemKey", "body.emphasizedItem", 100)
        problems += text(item, "content", "body.emphasizedItem", 15)
    for name, most, longest in (("items", 15, 300), ("buttons", 2, 1000)):
        if inner.get(name) is None:
            continue
        problems += size(inner, name, "body", 0, most)
        for index, item in objects(inner, name):
            here = f"body.{name}[{index}]"
            if name == "items":
                problems += [*text(item, "itemKey", here, 100), *text(item, "content", here, longest)]
            else:
                problems += [*text(item, "buttonKey", here, 100), *url(item, "url", here, most=longest)]
    return problems


def _spelled(body: Json) -> str:
    """Return the template as the phone shows it, roughly: its key and its items."""
    inner = body["body"]
    first = [inner["emphasizedItem"]] if inner.get("emphasizedItem") else []
    items = [f"{one['itemKey']}：{one['content']}" for one in [*first, *inner.get("items", [])]]
    return "\n".join([body["templateKey"], *items])
