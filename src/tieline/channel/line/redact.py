"""A stored webhook without what people wrote: its events keep their kind, their time and the length of a text. Pure.

What a brand does not need it does not keep, and what somebody took back nobody may see again.

Source: https://developers.line.biz/en/docs/messaging-api/receiving-messages/
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

MESSAGES = frozenset({"message", "messageEdited"})
SPARED = frozenset(
    {"id", "type", "packageId", "stickerId", "stickerResourceType", "contentProvider", "duration"}
)
STAR = "*"


class Redacted(NamedTuple):
    """A body without texts, and the messages that people took back in it."""

    body: bytes
    unsent: list[str]


def redacted(body: bytes) -> Redacted | None:
    """Return a webhook without texts and without tokens that are no longer good; None if there is nothing to take out.

    A text becomes as many stars: how long it was may be known. A body that is no JSON is kept as it is, for whoever looks
    at what could not be read.
    """
    if b'"message"' not in body and b'"replyToken"' not in body and b'"unsend"' not in body:
        return None
    try:
        whole = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    events = whole.get("events") if isinstance(whole, dict) else None
    if not isinstance(events, list):
        return None
    unsent = [
        str(event["unsend"].get("messageId", ""))
        for event in events
        if isinstance(event, dict) and isinstance(event.get("unsend"), dict)
    ]
    kept = {**whole, "events": [_event(event) for event in events]}
    return Redacted(msgspec.json.encode(kept), [one for one in unsent if one])


def without(body: bytes, message_ids: frozenset[str]) -> bytes | None:
    """Return a webhook without the texts of some messages, None if none of them is in it."""
    try:
        whole = msgspec.json.decode(body)
        events = whole["events"]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, KeyError, TypeError):
        return None
    changed = [_event(event) if _id(event) in message_ids else event for event in events]
    return msgspec.json.encode({**whole, "events": changed}) if changed != events else None


def _id(event: Any) -> str:
    message = event.get("message") if isinstance(event, Mapping) else None
    return str(message.get("id", "")) if isinstance(message, Mapping) else ""


def _event(event: Any) -> Any:
    if not isinstance(event, Mapping):
        return event
    kept = {name: value for name, value in event.items() if name != "replyToken"}
    message = event.get("message")
    if event.get("type") in MESSAGES and isinstance(message, Mapping):
        text = message.get("text")
        kept["message"] = {
            **{name: value for name, value in message.items() if name in SPARED},
            **({"text": STAR * len(text)} if isinstance(text, str) else {}),
        }
    return kept
