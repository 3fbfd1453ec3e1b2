"""What a tap does. Pure.

Source: https://developers.line.biz/en/reference/messaging-api/#action-objects
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from tieline.deliver.message.field import (
    Address,
    Like,
    OneOf,
    Part,
    Problem,
    Problems,
    Rules,
    Text,
    Unfilled,
    check,
    kind_of,
    optional,
    seen,
)

KIND = Text(40)
INPUT_OPTIONS = ("closeRichMenu", "openRichMenu", "openKeyboard", "openVoice")
_MOMENTS = {
    "date": re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"),
    "time": re.compile(r"([01]\d|2[0-3]):[0-5]\d"),
    "datetime": re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt]([01]\d|2[0-3]):[0-5]\d"),
}
_ALIAS = Like(re.compile(r"[a-z0-9_-]{1,32}"), "1 to 32 of a-z, 0-9, _ and -", required=True)
FIELDS: Mapping[str, Rules] = {
    "postback": {
        "data": Text(300),
        "displayText": seen(300, required=False),
        "text": seen(300, required=False),
        "inputOption": OneOf(INPUT_OPTIONS),
        "fillInText": seen(300, required=False),
    },
    "message": {"text": seen(300)},
    "uri": {"uri": Address(), "altUri": Part()},
    "datetimepicker": {
        "data": Text(300),
        "mode": OneOf(tuple(_MOMENTS), required=True),
        "initial": optional(16),
        "min": optional(16),
        "max": optional(16),
    },
    "camera": {},
    "cameraRoll": {},
    "location": {},
    "richmenuswitch": {"richMenuAliasId": _ALIAS, "data": Text(300)},
    "clipboard": {"clipboardText": Text(1_000)},
}
EVERYWHERE = ("postback", "message", "uri", "datetimepicker", "clipboard")


class Place(NamedTuple):
    """Where an action stands: which kinds may, and how long its label is."""

    label: int
    label_required: bool
    kinds: tuple[str, ...] = EVERYWHERE


TEMPLATE = Place(20, label_required=True)
IMAGE_CAROUSEL = Place(12, label_required=False)
DEFAULT_ACTION = Place(20, label_required=False)
BUTTON = Place(40, label_required=True)
FLEX = Place(40, label_required=False)
QUICK_REPLY = Place(20, True, (*EVERYWHERE, "camera", "cameraRoll", "location"))
RICH_MENU = Place(20, False, (*EVERYWHERE, "richmenuswitch"))


def check_action(action: Any, place: Place, at: str) -> Problems:
    """Yield what LINE would refuse in an action that stands in `place`."""
    kind = kind_of(action, place.kinds, at, "an action here")
    if isinstance(kind, Problem):
        yield kind
        return
    yield from check(action, _whole(kind, place.label, required=place.label_required), at)
    if kind == "postback":
        yield from _postback(action, at)
    if kind == "datetimepicker":
        yield from _moments(action, at)
    if kind == "uri" and isinstance(action.get("altUri"), Mapping):
        yield from check(action["altUri"], {"desktop": Address()}, f"{at}/altUri")


@cache
def _whole(kind: str, label: int, *, required: bool) -> Rules:
    return {**FIELDS[kind], "type": KIND, "label": seen(label, required=required)}


def _postback(action: Mapping[str, Any], at: str) -> Problems:
    if action.get("fillInText") is not None and action.get("inputOption") != "openKeyboard":
        yield Problem(f"{at}/fillInText", "fillInText is shown only with the inputOption openKeyboard.")
    if action.get("displayText") is not None and action.get("text") is not None:
        yield Problem(f"{at}/text", "displayText and text cannot stand together; keep displayText.")


def _moments(action: Mapping[str, Any], at: str) -> Problems:
    form = _MOMENTS.get(str(action.get("mode")))
    if form is None:
        return
    given = {name: action[name] for name in ("min", "initial", "max") if isinstance(action.get(name), str)}
    if any(isinstance(value, Unfilled) for value in given.values()):
        return
    for name, value in given.items():
        if not form.fullmatch(value):
            yield Problem(f"{at}/{name}", f"{name} does not look like a {action['mode']} of LINE.")
            return
    order = [value.upper() for value in given.values()]
    if order != sorted(order) or ("min" in given and given["min"] == given.get("max")):
        yield Problem(at, "min, initial and max must follow each other.")
