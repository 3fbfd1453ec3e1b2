"""The body of a LINE webhook becomes events, each read alone: one that is broken costs only itself. Pure.

LINE adds kinds of events without notice, so an unknown kind is an event too. What a user wrote is not kept unless the
brand asks for it: kind and length are.

Source: https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from tieline.model.event import (
    LINE_ACCOUNT_LINKED,
    LINE_FOLLOWED,
    LINE_MESSAGE_RECEIVED,
    LINE_POSTBACK_RECEIVED,
    LINE_UNFOLLOWED,
)

NAMES = {
    "follow": LINE_FOLLOWED,
    "unfollow": LINE_UNFOLLOWED,
    "message": LINE_MESSAGE_RECEIVED,
    "postback": LINE_POSTBACK_RECEIVED,
    "accountLink": LINE_ACCOUNT_LINKED,
}
MEMBERS = {"memberJoined": "joined", "memberLeft": "left"}
NOBODY = frozenset({
    "join", "leave", "delivery", "module", "activated", "deactivated", "botSuspended", "botResumed",
})  # fmt: skip
"""What happens to the account or to a group; it stays in the log, and nobody's profile learns of it."""
TYPE_MAX = 60
TEXT_MAX = 5_000
LIST_MAX = 50
DEPTH_MAX = 6
Json = Mapping[str, Any]


class LineEvent(msgspec.Struct, frozen=True):
    """One event of a webhook.

    Attributes:
        index: Position within the webhook.
        name: "line_followed" and so on; "line_<type>" for kinds that have no name of their own.
        message_id: LINE's `webhookEventId`, the same at every delivery.
        at: When it happened, by LINE's clock.
        user_id: LINE user id; "" only for an account link that failed, which LINE sends without a user.
        properties: What is kept of it.
        reply_token: Answers for about a minute, once; "" if the event cannot be answered. Not for keeping.
        nonce: Secret of an account link, for the one who redeems it. Not for keeping.
        written: What the user wrote, for whoever answers it. Not for keeping.
    """

    index: int
    name: str
    message_id: str
    at: datetime
    user_id: str
    properties: Mapping[str, Any]
    reply_token: str = ""
    nonce: str = ""
    written: str = ""


class Unread(msgspec.Struct, frozen=True):
    """An event that could not be read: which one and why, without personal data."""

    index: int
    reason: str
    detail: str


class Delivered(NamedTuple):
    """LINE says that a message by telephone number has arrived.

    Attributes:
        item: Place of the event in the webhook.
        tag: What its call was named by, or the hashed number.
    """

    item: int
    tag: str
    at: datetime


class Webhook(NamedTuple):
    """A webhook as read: what it says, and what of it could not be read."""

    events: list[LineEvent]
    unread: list[Unread]


class _Envelope(msgspec.Struct):
    events: list[Any]


class _RawEnvelope(msgspec.Struct):
    events: list[msgspec.Raw]


class _Destination(msgspec.Struct):
    destination: str


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_RAW_ENVELOPE = msgspec.json.Decoder(_RawEnvelope)
_DESTINATION = msgspec.json.Decoder(_Destination)


def read(body: bytes, *, keep_text: bool = False) -> Webhook:
    """Read a webhook whose signature was verified.

    Args:
        body: The body as it came.
        keep_text: Keep what users write.
    """
    events: list[LineEvent] = []
    unread: list[Unread] = []
    for index, event in enumerate(one for each in _all(body) for one in _people(each)):
        if _about_nobody(event):
            continue
        read_one = event if isinstance(event, _Broken) else _read_one(index, event, keep_text=keep_text)
        if isinstance(read_one, LineEvent):
            events.append(read_one)
        else:
            unread.append(Unread(index, read_one.reason, read_one.detail))
    return Webhook(events, unread)


def deliveries(body: bytes) -> list[Delivered]:
    """Return which messages by telephone number have arrived, as a webhook says whose signature was verified."""
    if b'"delivery"' not in body:
        return []
    return [
        one
        for index, event in enumerate(_all(body))
        if isinstance(event, Mapping)
        for one in _delivered(index, event)
    ]


def _all(body: bytes) -> list[Any]:
    try:
        return _ENVELOPE.decode(body).events
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _read_apart(body)


def _people(event: Any) -> list[Any]:
    """Return an event once for everybody whom it names: people who joined or left a group come in a list."""
    kind = _text(event, "type") if isinstance(event, Mapping) else ""
    if kind not in MEMBERS:
        return [event]
    members = _object(event, MEMBERS[kind]).get("members")
    if not isinstance(members, list):
        return [event]
    named = [one for one in members if isinstance(one, Mapping) and one.get("userId")]
    said = event.get("webhookEventId")
    return [
        {
            **event,
            "source": {**_object(event, "source"), "userId": one["userId"]},
            MEMBERS[kind]: {},
            "webhookEventId": f"{said}:{number}" if said else said,
        }
        for number, one in enumerate(named)
    ]


def _about_nobody(event: Any) -> bool:
    """Tell whether an event is about the account or a group, and no person is in it."""
    return (
        isinstance(event, Mapping)
        and _text(event, "type") in NOBODY
        and not _text(_object(event, "source"), "userId")
    )


def _delivered(index: int, event: Json) -> list[Delivered]:
    """Return which message by telephone number arrived, if an event says that of one."""
    at, tag = _moment(event.get("timestamp")), _text(_object(event, "delivery"), "data")
    return [Delivered(index, tag, at)] if event.get("type") == "delivery" and at is not None and tag else []


def destination(body: bytes) -> str:
    """Return the LINE user id of the bot a webhook was sent to, or "" if it does not say."""
    try:
        return _DESTINATION.decode(body).destination
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""


class _Broken(msgspec.Struct, frozen=True):
    reason: str
    detail: str


def _read_apart(body: bytes) -> list[Any]:
    """Read event by event what could not be read as a whole, as leniently as can be done without guessing."""
    try:
        return [_lenient(bytes(event)) for event in _RAW_ENVELOPE.decode(body).events]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        whole = _lenient(body)
    if isinstance(whole, _Broken):
        return [whole]
    if isinstance(whole, Mapping) and isinstance(whole.get("events"), list):
        return list(whole["events"])
    return [_Broken("no_events", "The body has no list of events.")]


def _lenient(raw: bytes) -> Any:
    """Read JSON with broken characters replaced; what cannot be a value at all is Broken."""
    try:
        return _mended(json.loads(raw.decode("utf-8", "replace"), parse_constant=lambda _: None))
    except RecursionError:
        return _Broken("too_deep", "The event is nested too deeply.")
    except ValueError:
        return _Broken("malformed", "The event is not JSON.")


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_mended(name): _mended(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_mended(item) for item in value]
    return value


def _read_one(index: int, event: Any, *, keep_text: bool) -> LineEvent | _Broken:
    if not isinstance(event, Mapping):
        return _Broken("wrong_type", "An event must be an object.")
    kind = event.get("type")
    at = _moment(event.get("timestamp"))
    if not isinstance(kind, str) or not 0 < len(kind) <= TYPE_MAX:
        return _Broken("no_type", "The event does not say what it is.")
    if at is None:
        return _Broken("bad_timestamp", "timestamp is not milliseconds since 1970.")
    user_id = _text(_object(event, "source"), "userId")
    link = _object(event, "link")
    nonce = _text(link, "nonce") if kind == "accountLink" else ""
    if not user_id and not nonce:
        return _Broken("no_user", f"Nobody is named in this {kind[:TYPE_MAX]} event.")
    keep = KEPT.get(kind, _rest)
    return LineEvent(
        index=index,
        name=NAMES.get(kind) or f"line_{_snake(kind)}",
        message_id=_text(event, "webhookEventId"),
        at=at,
        user_id=user_id,
        properties=_without_nul({**_surroundings(event), **keep(event, keep_text)}),
        reply_token=_text(event, "replyToken"),
        nonce=nonce,
        written=_text(_object(event, "message"), "text").replace("\x00", ""),
    )


def _surroundings(event: Json) -> dict[str, Any]:
    """Return what is told of any event: whether it happened in a group, and whether another module has the chat."""
    place = _text(_object(event, "source"), "type")
    standby = {"standby": True} if event.get("mode") == "standby" else {}
    return {**({"place": place} if place not in {"", "user"} else {}), **standby}


def _follow(event: Json, _keep_text: bool) -> dict[str, Any]:  # noqa: FBT001 - one shape for all kinds
    return {"is_unblocked": _object(event, "follow").get("isUnblocked") is True}


def _nothing(_event: Json, _keep_text: bool) -> dict[str, Any]:  # noqa: FBT001 - same
    return {}


def _message(event: Json, keep_text: bool) -> dict[str, Any]:  # noqa: FBT001 - same
    message = _object(event, "message")
    kept: dict[str, Any] = {
        "type": _text(message, "type"),
        "line_message_id": str(message.get("id", ""))[:TYPE_MAX],
    }
    text = message.get("text")
    if isinstance(text, str) and kept["type"] == "text":
        kept["length"] = len(text)
        if keep_text:
            kept["text"] = text[:TEXT_MAX]
    if kept["type"] == "sticker":
        kept |= {"package_id": _text(message, "packageId"), "sticker_id": _text(message, "stickerId")}
    return kept


def _postback(event: Json, _keep_text: bool) -> dict[str, Any]:  # noqa: FBT001 - same
    postback = _object(event, "postback")
    params = _object(postback, "params")
    return {"data": _text(postback, "data"), **({"params": _plain(params)} if params else {})}


def _account_link(event: Json, _keep_text: bool) -> dict[str, Any]:  # noqa: FBT001 - same
    return {"result": _text(_object(event, "link"), "result")}


def _unsend(event: Json, _keep_text: bool) -> dict[str, Any]:  # noqa: FBT001 - same
    return {"line_message_id": _text(_object(event, "unsend"), "messageId")}


def _rest(event: Json, _keep_text: bool) -> dict[str, Any]:  # noqa: FBT001 - same
    """Return the object that carries the kind's own name, with snake-case names."""
    own = event.get(str(event["type"]))
    return (
        {_snake(str(name)): _plain(value) for name, value in own.items()} if isinstance(own, Mapping) else {}
    )


KEPT: Mapping[str, Callable[[Json, bool], dict[str, Any]]] = {
    "follow": _follow,
    "unfollow": _nothing,
    "message": _message,
    "messageEdited": _message,
    "postback": _postback,
    "accountLink": _account_link,
    "unsend": _unsend,
}


def _object(owner: Json, name: str) -> Json:
    value = owner.get(name)
    return value if isinstance(value, Mapping) else {}


def _text(owner: Json, name: str) -> str:
    value = owner.get(name)
    return value[:TEXT_MAX] if isinstance(value, str) else ""


def _plain(value: Any, depth: int = 0) -> Any:
    """Return `value` without what is too deep or too long to keep."""
    if isinstance(value, Mapping):
        if depth >= DEPTH_MAX:
            return None
        return {_snake(str(name)): _plain(item, depth + 1) for name, item in list(value.items())[:LIST_MAX]}
    if isinstance(value, list):
        return None if depth >= DEPTH_MAX else [_plain(item, depth + 1) for item in value[:LIST_MAX]]
    return value[:TEXT_MAX] if isinstance(value, str) else value


def _without_nul(value: Any) -> Any:
    """Return `value` without the one character that PostgreSQL cannot keep."""
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd")
    if isinstance(value, dict):
        return {_without_nul(name): _without_nul(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_without_nul(item) for item in value]
    return value


def _moment(value: Any) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return datetime.fromtimestamp(value / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()[:TYPE_MAX]
