"""Whether LINE would take a list of messages: asked when they are saved, before a batch and for every recipient. Pure.

The tables of fields are in `tieline.deliver.message`. A text that is too long is refused, never cut.

Source: https://developers.line.biz/en/reference/messaging-api/#message-objects
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tieline.deliver.message.action import KIND, QUICK_REPLY, check_action
from tieline.deliver.message.field import (
    Address,
    Items,
    Like,
    Number,
    OneOf,
    Part,
    Problem,
    Problems,
    Rules,
    Text,
    Unfilled,
    check,
    escaped,
    kind_of,
    listed,
    optional,
    seen,
)
from tieline.deliver.message.flex import check_flex
from tieline.deliver.message.imagemap import check_imagemap
from tieline.deliver.message.template import check_template
from tieline.deliver.message.text import EMOJIS_MAX, check_emojis, check_substitution

__all__ = ["MESSAGES_MAX", "Problem", "escaped", "problems"]

MESSAGES_MAX = 5
QUICK_REPLIES_MAX = 13
DAY_MS = 24 * 3_600 * 1_000
ALT_TEXT = Text(1_500)
COMMON: Rules = {"type": KIND, "quickReply": Part(), "sender": Part()}
MESSAGES: Mapping[str, Rules] = {
    "text": {
        "text": Text(5_000),
        "emojis": Items(EMOJIS_MAX, least=0, required=False),
        "quoteToken": optional(1_000),
    },
    "textV2": {"text": Text(5_000), "substitution": Part(), "quoteToken": optional(1_000)},
    "sticker": {"packageId": Text(20), "stickerId": Text(20), "quoteToken": optional(1_000)},
    "image": {"originalContentUrl": Address(), "previewImageUrl": Address()},
    "video": {"originalContentUrl": Address(), "previewImageUrl": Address(), "trackingId": optional(100)},
    "audio": {"originalContentUrl": Address(), "duration": Number(1, DAY_MS, whole=True)},
    "location": {
        "title": Text(100),
        "address": Text(100),
        "latitude": Number(-90, 90),
        "longitude": Number(-180, 180),
    },
    "coupon": {
        "couponId": Text(100),
        "deliveryTag": Like(re.compile(r"[A-Za-z0-9_]{1,30}"), "1 to 30 of A-Z, a-z, 0-9 and _"),
    },
    "imagemap": {
        "baseUrl": Address(),
        "altText": ALT_TEXT,
        "baseSize": Part(required=True),
        "actions": Items(50, least=0),
        "video": Part(),
    },
    "template": {"altText": ALT_TEXT, "template": Part(required=True)},
    "flex": {"altText": ALT_TEXT, "contents": Part(required=True)},
}
_WHOLE: Mapping[str, Rules] = {kind: {**COMMON, **fields} for kind, fields in MESSAGES.items()}
_SENDER: Rules = {"name": seen(20, required=False), "iconUrl": Address(required=False)}

_ITEM: Rules = {
    "type": OneOf(("action",), required=True),
    "imageUrl": Address(required=False),
    "action": Part(required=True),
}


def problems(messages: Sequence[Mapping[str, Any]], *, in_group: bool = False) -> Problems:
    """Yield everything in filled `messages` that LINE would refuse.

    Args:
        messages: LINE message objects.
        in_group: They go to a group; only there people can be mentioned.
    """
    if not 1 <= len(messages) <= MESSAGES_MAX:
        yield Problem("", f"A send carries 1 to {MESSAGES_MAX} messages, not {len(messages)}.")
        return
    for index, message in enumerate(messages):
        yield from _message(message, f"/{index}", in_group=in_group)


def _message(message: Any, at: str, *, in_group: bool) -> Problems:
    kind = kind_of(message, MESSAGES, at, "a message")
    if isinstance(kind, Problem):
        yield kind
        return
    yield from check(message, _WHOLE[kind], at)
    match kind:
        case "text":
            yield from check_emojis(message, at)
        case "textV2":
            yield from check_substitution(message, at, in_group=in_group)
        case "imagemap":
            yield from check_imagemap(message, at)
        case "template" if isinstance(message.get("template"), Mapping):
            yield from check_template(message["template"], f"{at}/template")
        case "flex" if isinstance(message.get("contents"), Mapping):
            yield from check_flex(message["contents"], f"{at}/contents")
    if message.get("sender") is not None:
        yield from _sender(message["sender"], f"{at}/sender")
    if message.get("quickReply") is not None:
        yield from _quick_reply(message["quickReply"], f"{at}/quickReply")


def _sender(sender: Any, at: str) -> Problems:
    yield from check(sender, _SENDER, at)
    name = sender.get("name") if isinstance(sender, Mapping) else None
    if isinstance(name, str) and not isinstance(name, Unfilled) and "line" in name.lower():
        yield Problem(f"{at}/name", "LINE does not allow its own name in the name of a sender.")


def _quick_reply(quick: Any, at: str) -> Problems:
    yield from check(quick, {"items": Items(QUICK_REPLIES_MAX)}, at)
    for index, item in enumerate(listed(quick, "items")):
        here = f"{at}/items/{index}"
        yield from check(item, _ITEM, here)
        if isinstance(item, Mapping) and isinstance(item.get("action"), Mapping):
            yield from check_action(item["action"], QUICK_REPLY, f"{here}/action")
