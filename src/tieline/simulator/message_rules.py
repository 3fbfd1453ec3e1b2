"""Rules for message objects: what LINE refuses before it sends anything.

Source: https://developers.line.biz/en/reference/messaging-api/#message-objects
"""

import re
from collections.abc import Callable
from typing import Any

from tieline.simulator.action_rules import IN_QUICK_REPLY, check_action
from tieline.simulator.field_rules import (
    ACTION_SCHEMES,
    Json,
    Problem,
    Problems,
    number,
    objects,
    one_of,
    problem,
    size,
    text,
    url,
    word,
)
from tieline.simulator.flex_rules import ALT_TEXT, check_flex
from tieline.simulator.measure import grapheme_length
from tieline.simulator.template_rules import check_template

MESSAGES = 5
TEXT = 5000
EMOJIS = 20
SUBSTITUTIONS = 100
IMAGEMAP_WIDTH = 1040
DELIVERY_TAG = re.compile(r"[A-Za-z0-9_]{1,30}")
PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([0-9A-Za-z_]{1,20})\}|[{}]")


def check_messages(messages: Any) -> list[Problem]:
    """Return every problem of a list of message objects; none means that LINE would take it."""
    if not isinstance(messages, list) or not 1 <= len(messages) <= MESSAGES:
        return [problem(f"Size must be between 1 and {MESSAGES}", "messages")]
    return [
        found for index, message in enumerate(messages) for found in _message(message, f"messages[{index}]")
    ]


def _message(message: Any, path: str) -> Problems:
    if not isinstance(message, dict):
        yield problem("must be object", path)
        return
    kind = word(message, "type")
    if kind not in RULES:
        yield from one_of(message, "type", path, tuple(RULES))
        return
    yield from RULES[kind](message, path)
    if message.get("quickReply") is not None:
        yield from _quick_reply(message["quickReply"], f"{path}.quickReply")
    if message.get("sender") is not None:
        yield from _sender(message["sender"], f"{path}.sender")


def _text(message: Json, path: str) -> Problems:
    yield from text(message, "text", path, TEXT)
    if message.get("emojis") is None:
        return
    yield from size(message, "emojis", path, 0, EMOJIS)
    units = str(message.get("text", "")).encode("utf-16-le", "surrogatepass")
    for index, emoji in objects(message, "emojis"):
        place = emoji.get("index")
        if not isinstance(place, int) or units[2 * place : 2 * place + 2] != b"$\0":
            yield problem("The character at the index must be $", f"{path}.emojis[{index}].index")
        yield from text(emoji, "productId", f"{path}.emojis[{index}]", 100)
        yield from text(emoji, "emojiId", f"{path}.emojis[{index}]", 100)


def _text_v2(message: Json, path: str) -> Problems:
    yield from text(message, "text", path, TEXT)
    substitution = message.get("substitution")
    known = substitution if isinstance(substitution, dict) else {}
    if len(known) > SUBSTITUTIONS:
        yield problem(f"Size must be between 0 and {SUBSTITUTIONS}", f"{path}.substitution")
    for found in PLACEHOLDER.finditer(str(message.get("text", ""))):
        if found[0] in {"{", "}"} or (found[1] is not None and found[1] not in known):
            yield problem("Invalid placeholder", f"{path}.text")
    for key, value in known.items():
        here = f"{path}.substitution.{key}"
        if not isinstance(value, dict):
            yield problem("must be object", here)
            continue
        yield from one_of(value, "type", here, ("mention", "emoji"))
        if value.get("type") == "mention":
            yield problem("mention is available in groups and rooms only", here)


def _image(message: Json, path: str) -> Problems:
    yield from url(message, "originalContentUrl", path)
    yield from url(message, "previewImageUrl", path)


def _video(message: Json, path: str) -> Problems:
    yield from _image(message, path)
    yield from text(message, "trackingId", path, 100, required=False)


def _audio(message: Json, path: str) -> Problems:
    yield from url(message, "originalContentUrl", path)
    yield from number(message, "duration", path, 1, 24 * 3600 * 1000)


def _sticker(message: Json, path: str) -> Problems:
    yield from text(message, "packageId", path, 20)
    yield from text(message, "stickerId", path, 20)


def _location(message: Json, path: str) -> Problems:
    yield from text(message, "title", path, 100)
    yield from text(message, "address", path, 100)
    yield from number(message, "latitude", path, -90, 90)
    yield from number(message, "longitude", path, -180, 180)


def _coupon(message: Json, path: str) -> Problems:
    yield from text(message, "couponId", path, 100)
    tag = message.get("deliveryTag")
    if tag is not None and (not isinstance(tag, str) or not DELIVERY_TAG.fullmatch(tag)):
        yield problem("must match [A-Za-z0-9_]{1,30}", f"{path}.deliveryTag")


def _imagemap(message: Json, path: str) -> Problems:
    yield from url(message, "baseUrl", path)
    yield from text(message, "altText", path, ALT_TEXT)
    base = message.get("baseSize")
    height = base.get("height") if isinstance(base, dict) else None
    if not isinstance(base, dict) or base.get("width") != IMAGEMAP_WIDTH or not isinstance(height, int):
        yield problem(f"width must be {IMAGEMAP_WIDTH}", f"{path}.baseSize")
    yield from size(message, "actions", path, 0 if message.get("video") else 1, 50)
    for index, action in objects(message, "actions"):
        here = f"{path}.actions[{index}]"
        yield from _imagemap_action(action, here)
        yield from _area(action.get("area"), f"{here}.area", height)
    video = message.get("video")
    if isinstance(video, dict):
        yield from url(video, "originalContentUrl", f"{path}.video")
        yield from url(video, "previewImageUrl", f"{path}.video")
        yield from _area(video.get("area"), f"{path}.video.area", height)


def _imagemap_action(action: Json, path: str) -> Problems:
    yield from text(action, "label", path, 100, required=False)
    match word(action, "type"):
        case "uri":
            yield from url(action, "linkUri", path, schemes=ACTION_SCHEMES, most=1000)
        case "message":
            yield from text(action, "text", path, 400)
        case "clipboard":
            yield from text(action, "clipboardText", path, 1000)
        case _:
            yield from one_of(action, "type", path, ("uri", "message", "clipboard"))


def _area(area: Any, path: str, height: Any) -> Problems:
    if not isinstance(area, dict):
        yield problem("May not be empty", path)
        return
    tall = height if isinstance(height, int) else 10**6
    for name, most in (("x", IMAGEMAP_WIDTH), ("y", tall), ("width", IMAGEMAP_WIDTH), ("height", tall)):
        yield from number(area, name, path, 0, most)


def _template(message: Json, path: str) -> Problems:
    yield from text(message, "altText", path, ALT_TEXT)
    yield from check_template(message.get("template"), f"{path}.template")


def _quick_reply(quick_reply: Any, path: str) -> Problems:
    if not isinstance(quick_reply, dict):
        yield problem("must be object", path)
        return
    yield from size(quick_reply, "items", path, 1, 13)
    for index, item in objects(quick_reply, "items"):
        here = f"{path}.items[{index}]"
        yield from one_of(item, "type", here, ("action",))
        yield from url(item, "imageUrl", here, required=False)
        yield from check_action(item.get("action"), f"{here}.action", label=20, kinds=IN_QUICK_REPLY)


def _sender(sender: Any, path: str) -> Problems:
    if not isinstance(sender, dict):
        yield problem("must be object", path)
        return
    yield from text(sender, "name", path, 20, required=False, count=grapheme_length)
    yield from url(sender, "iconUrl", path, required=False)
    if "line" in str(sender.get("name", "")).lower():
        yield problem("contains a word that can't be used", f"{path}.name")


RULES: dict[str, Callable[[Json, str], Problems]] = {
    "text": _text,
    "textV2": _text_v2,
    "sticker": _sticker,
    "image": _image,
    "video": _video,
    "audio": _audio,
    "location": _location,
    "imagemap": _imagemap,
    "coupon": _coupon,
    "template": _template,
    "flex": check_flex,
}
