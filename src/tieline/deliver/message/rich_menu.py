"""Rich menu objects. Pure.

Source: https://developers.line.biz/en/reference/messaging-api/#rich-menu-object
"""

from collections.abc import Mapping
from typing import Any

from tieline.deliver.message.action import RICH_MENU, check_action
from tieline.deliver.message.field import (
    Flag,
    Items,
    Number,
    Part,
    Problem,
    Problems,
    Rules,
    check,
    listed,
    seen,
)

AREAS_MAX = 20
RATIO_MIN = 1.45
_MENU: Rules = {
    "size": Part(required=True),
    "selected": Flag(required=True),
    "name": seen(300, required=False),
    "chatBarText": seen(14),
    "areas": Items(AREAS_MAX, least=0),
}
_SIZE: Rules = {"width": Number(800, 2_500, whole=True), "height": Number(250, 2_500, whole=True)}
_AREA: Rules = {"bounds": Part(required=True), "action": Part(required=True)}


def check_rich_menu(menu: Any) -> Problems:
    """Yield everything in a rich menu object that LINE would refuse."""
    yield from check(menu, _MENU, "")
    size = menu.get("size") if isinstance(menu, Mapping) else None
    if not isinstance(size, Mapping):
        return
    yield from check(size, _SIZE, "/size")
    width, height = _whole(size.get("width")), _whole(size.get("height"))
    if height and width / height < RATIO_MIN:
        yield Problem(
            "/size/height", f"A rich menu must be at least {RATIO_MIN} times as wide as it is high."
        )
    for index, area in enumerate(listed(menu, "areas")):
        at = f"/areas/{index}"
        yield from check(area, _AREA, at)
        if not isinstance(area, Mapping):
            continue
        if isinstance(area.get("bounds"), Mapping):
            yield from _bounds(area["bounds"], width, height, f"{at}/bounds")
        if isinstance(area.get("action"), Mapping):
            yield from check_action(area["action"], RICH_MENU, f"{at}/action")


def _bounds(bounds: Mapping[str, Any], width: int, height: int, at: str) -> Problems:
    rules: Rules = {
        "x": Number(0, width, whole=True),
        "y": Number(0, height, whole=True),
        "width": Number(1, width, whole=True),
        "height": Number(1, height, whole=True),
    }
    yield from check(bounds, rules, at)
    if _whole(bounds.get("x")) + _whole(bounds.get("width")) > width > 0:
        yield Problem(
            f"{at}/width", f"The area ends at {bounds['x'] + bounds['width']}, the menu at {width}."
        )
    if _whole(bounds.get("y")) + _whole(bounds.get("height")) > height > 0:
        yield Problem(
            f"{at}/height", f"The area ends at {bounds['y'] + bounds['height']}, the menu at {height}."
        )


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
