"""Template messages: buttons, a question, cards and pictures in a row. Pure.

Source: https://developers.line.biz/en/reference/messaging-api/#template-messages
"""

from collections.abc import Mapping
from typing import Any

from tieline.deliver.message.action import DEFAULT_ACTION, IMAGE_CAROUSEL, KIND, TEMPLATE, check_action
from tieline.deliver.message.field import (
    Address,
    Items,
    Like,
    OneOf,
    Part,
    Problem,
    Problems,
    Rules,
    check,
    kind_of,
    listed,
    seen,
)
from tieline.deliver.message.forms import COLOR

SHORT_TEXT = 60
_LOOK: Rules = {
    "imageAspectRatio": OneOf(("rectangle", "square")),
    "imageSize": OneOf(("cover", "contain")),
}
_CARD: Rules = {
    "thumbnailImageUrl": Address(required=False),
    "imageBackgroundColor": Like(COLOR, "a color such as #FFFFFF"),
    "title": seen(40, required=False),
    "defaultAction": Part(),
}
BUTTONS: Rules = {**_LOOK, **_CARD, "text": seen(160), "actions": Items(4)}
COLUMN: Rules = {**_CARD, "text": seen(120), "actions": Items(3)}
FIELDS: Mapping[str, Rules] = {
    "buttons": BUTTONS,
    "confirm": {"text": seen(240), "actions": Items(2, least=2)},
    "carousel": {**_LOOK, "columns": Items(10)},
    "image_carousel": {"columns": Items(10)},
}


def check_template(template: Any, at: str) -> Problems:
    """Yield what LINE would refuse in the `template` of a template message."""
    kind = kind_of(template, FIELDS, at, "a template")
    if isinstance(kind, Problem):
        yield kind
        return
    yield from check(template, {"type": KIND, **FIELDS[kind]}, at)
    columns = listed(template, "columns")
    if kind == "buttons":
        yield from _card(template, at)
    if kind in {"buttons", "confirm"}:
        yield from _actions(template, at)
    if kind == "carousel":
        for index, column in enumerate(columns):
            here = f"{at}/columns/{index}"
            yield from check(column, COLUMN, here)
            yield from _card(column, here)
            yield from _actions(column, here)
        yield from _alike(columns, f"{at}/columns")
    if kind == "image_carousel":
        for index, column in enumerate(columns):
            here = f"{at}/columns/{index}"
            yield from check(column, {"imageUrl": Address(), "action": Part(required=True)}, here)
            if isinstance(column, Mapping):
                yield from check_action(column.get("action"), IMAGE_CAROUSEL, f"{here}/action")


def _actions(owner: Any, at: str) -> Problems:
    for index, action in enumerate(listed(owner, "actions")):
        yield from check_action(action, TEMPLATE, f"{at}/actions/{index}")


def _card(card: Any, at: str) -> Problems:
    if not isinstance(card, Mapping):
        return
    if card.get("title") is not None or card.get("thumbnailImageUrl") is not None:
        short = list(check({"text": card.get("text")}, {"text": seen(SHORT_TEXT)}, at))
        yield from (
            Problem(one.pointer, f"{one.sentence} Beside a title or a picture only {SHORT_TEXT} fit.")
            for one in short
            if isinstance(card.get("text"), str) and card["text"]
        )
    if card.get("defaultAction") is not None:
        yield from check_action(card["defaultAction"], DEFAULT_ACTION, f"{at}/defaultAction")


def _alike(columns: Any, at: str) -> Problems:
    shapes = {
        (len(listed(one, "actions")), one.get("title") is None, one.get("thumbnailImageUrl") is None)
        for one in columns
        if isinstance(one, Mapping)
    }
    if len(shapes) > 1:
        yield Problem(
            at, "All columns need the same number of actions, and a title and a picture in all or in none."
        )
