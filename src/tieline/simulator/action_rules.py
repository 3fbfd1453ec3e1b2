"""Rules for actions: what a tap does.

Source: https://developers.line.biz/en/reference/messaging-api/#action-objects
"""

from collections.abc import Callable

from tieline.simulator.field_rules import (
    ACTION_SCHEMES,
    Json,
    Problems,
    one_of,
    problem,
    text,
    url,
    word,
)
from tieline.simulator.measure import grapheme_length

EVERYWHERE = ("postback", "message", "uri", "datetimepicker", "clipboard")
IN_QUICK_REPLY = (*EVERYWHERE, "camera", "cameraRoll", "location")
IN_RICH_MENU = (*EVERYWHERE, "richmenuswitch")
INPUT_OPTIONS = ("closeRichMenu", "openRichMenu", "openKeyboard", "openVoice")


def check_action(
    action: object,
    path: str,
    *,
    label: int,
    label_required: bool = True,
    kinds: tuple[str, ...] = EVERYWHERE,
) -> Problems:
    """Check one action; `label` is the longest label where it stands."""
    if not isinstance(action, dict):
        yield problem("May not be empty", path)
        return
    kind = word(action, "type")
    if kind not in kinds:
        yield from one_of(action, "type", path, kinds)
        return
    yield from text(action, "label", path, label, required=label_required, count=grapheme_length)
    yield from RULES[kind](action, path)


def _postback(action: Json, path: str) -> Problems:
    yield from text(action, "data", path, 300)
    for name in ("displayText", "text", "fillInText"):
        yield from text(action, name, path, 300, required=False, count=grapheme_length)
    yield from one_of(action, "inputOption", path, INPUT_OPTIONS, required=False)
    if "fillInText" in action and action.get("inputOption") != "openKeyboard":
        yield problem("fillInText requires inputOption openKeyboard", f"{path}.fillInText")
    if "displayText" in action and "text" in action:
        yield problem("displayText and text can't be used together", f"{path}.text")


def _message(action: Json, path: str) -> Problems:
    yield from text(action, "text", path, 300, count=grapheme_length)


def _uri(action: Json, path: str) -> Problems:
    yield from url(action, "uri", path, schemes=ACTION_SCHEMES, most=1000)


def _datetimepicker(action: Json, path: str) -> Problems:
    yield from text(action, "data", path, 300)
    yield from one_of(action, "mode", path, ("date", "time", "datetime"))


def _clipboard(action: Json, path: str) -> Problems:
    yield from text(action, "clipboardText", path, 1000)


def _richmenuswitch(action: Json, path: str) -> Problems:
    yield from text(action, "richMenuAliasId", path, 32)
    yield from text(action, "data", path, 300)


def _nothing(_action: Json, _path: str) -> Problems:
    yield from ()


RULES: dict[str, Callable[[Json, str], Problems]] = {
    "postback": _postback,
    "message": _message,
    "uri": _uri,
    "datetimepicker": _datetimepicker,
    "clipboard": _clipboard,
    "richmenuswitch": _richmenuswitch,
    "camera": _nothing,
    "cameraRoll": _nothing,
    "location": _nothing,
}
