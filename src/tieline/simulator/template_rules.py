"""Rules for template messages.

Source: https://developers.line.biz/en/reference/messaging-api/#template-messages
"""

from collections.abc import Callable

from tieline.simulator.action_rules import check_action
from tieline.simulator.field_rules import Json, Problems, objects, one_of, problem, size, text, url, word
from tieline.simulator.measure import grapheme_length

LABEL = 20
IMAGE_LABEL = 12


def check_template(template: object, path: str) -> Problems:
    """Check the `template` of a template message."""
    if not isinstance(template, dict):
        yield problem("May not be empty", path)
        return
    kind = word(template, "type")
    if kind not in RULES:
        yield from one_of(template, "type", path, tuple(RULES))
        return
    yield from RULES[kind](template, path)


def _actions(owner: Json, path: str, least: int, most: int) -> Problems:
    yield from size(owner, "actions", path, least, most)
    for index, action in objects(owner, "actions"):
        yield from check_action(action, f"{path}.actions[{index}]", label=LABEL)


def _heading(owner: Json, path: str, most: int) -> Problems:
    decorated = owner.get("title") is not None or owner.get("thumbnailImageUrl") is not None
    yield from text(owner, "text", path, 60 if decorated else most, count=grapheme_length)
    yield from text(owner, "title", path, 40, required=False, count=grapheme_length)
    yield from url(owner, "thumbnailImageUrl", path, required=False)
    if "defaultAction" in owner:
        yield from check_action(
            owner["defaultAction"], f"{path}.defaultAction", label=LABEL, label_required=False
        )


def _buttons(template: Json, path: str) -> Problems:
    yield from _heading(template, path, 160)
    yield from _actions(template, path, 1, 4)


def _confirm(template: Json, path: str) -> Problems:
    yield from text(template, "text", path, 240, count=grapheme_length)
    yield from _actions(template, path, 2, 2)


def _carousel(template: Json, path: str) -> Problems:
    yield from size(template, "columns", path, 1, 10)
    columns = objects(template, "columns")
    for index, column in columns:
        yield from _heading(column, f"{path}.columns[{index}]", 120)
        yield from _actions(column, f"{path}.columns[{index}]", 1, 3)
    shapes = {
        (len(objects(one, "actions")), one.get("title") is None, one.get("thumbnailImageUrl") is None)
        for _, one in columns
    }
    if len(shapes) > 1:
        yield problem("all columns must have the same number of actions, title and image", f"{path}.columns")


def _image_carousel(template: Json, path: str) -> Problems:
    yield from size(template, "columns", path, 1, 10)
    for index, column in objects(template, "columns"):
        here = f"{path}.columns[{index}]"
        yield from url(column, "imageUrl", here)
        yield from check_action(
            column.get("action"), f"{here}.action", label=IMAGE_LABEL, label_required=False
        )


RULES: dict[str, Callable[[Json, str], Problems]] = {
    "buttons": _buttons,
    "confirm": _confirm,
    "carousel": _carousel,
    "image_carousel": _image_carousel,
}
