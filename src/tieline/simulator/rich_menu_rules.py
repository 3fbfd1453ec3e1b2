"""Rules for rich menus.

Source: https://developers.line.biz/en/reference/messaging-api/#rich-menu-object
"""

import re
import struct
from collections.abc import Iterator

from tieline.simulator.action_rules import IN_RICH_MENU, check_action
from tieline.simulator.field_rules import Json, Problem, objects, problem, text
from tieline.simulator.measure import grapheme_length

AREAS = 20
LABEL = 20
WIDTH = (800, 2500)
HEIGHT_LEAST = 250
RATIO_LEAST = 1.45
IMAGE_BYTES = 1024 * 1024
ALIAS = re.compile(r"[a-z0-9_-]{1,32}")
FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


def check_menu(menu: Json) -> list[Problem]:
    """Return every problem of a rich menu object."""
    return list(_menu(menu))


def _menu(menu: Json) -> Iterator[Problem]:
    size = menu.get("size")
    width, height = (
        (_whole(size.get(name)) for name in ("width", "height")) if isinstance(size, dict) else (-1, -1)
    )
    if not WIDTH[0] <= width <= WIDTH[1]:
        yield problem(f"must be between {WIDTH[0]} and {WIDTH[1]}", "size.width")
    elif height < HEIGHT_LEAST or width / height < RATIO_LEAST:
        yield problem("invalid aspect ratio or height", "size.height")
    if not isinstance(menu.get("selected"), bool):
        yield problem("May not be null", "selected")
    yield from text(menu, "name", "", 300, count=grapheme_length)
    yield from text(menu, "chatBarText", "", 14, count=grapheme_length)
    areas = menu.get("areas")
    if not isinstance(areas, list) or len(areas) > AREAS:
        yield problem(f"Size must be between 0 and {AREAS}", "areas")
    for index, area in objects(menu, "areas"):
        here = f"areas[{index}]"
        yield from _bounds(area.get("bounds"), f"{here}.bounds", width, height)
        yield from check_action(
            area.get("action"), f"{here}.action", label=LABEL, label_required=False, kinds=IN_RICH_MENU
        )


def _bounds(bounds: object, path: str, width: int, height: int) -> Iterator[Problem]:
    if not isinstance(bounds, dict):
        yield problem("May not be empty", path)
        return
    for name, whole in (("x", width), ("y", height), ("width", width), ("height", height)):
        value = _whole(bounds.get(name))
        if value < 0 or (whole >= 0 and value > whole):
            yield problem("must be inside the rich menu", f"{path}.{name}")


def image_size(body: bytes) -> tuple[int, int] | None:
    """Return width and height of a JPEG or PNG; None for anything else."""
    if body[:8] == b"\x89PNG\r\n\x1a\n" and len(body) >= 24:
        width, height = struct.unpack(">II", body[16:24])
        return width, height
    if body[:2] != b"\xff\xd8":
        return None
    place = 2
    while place + 9 < len(body) and body[place] == 0xFF:
        kind, length = body[place + 1], int.from_bytes(body[place + 2 : place + 4], "big")
        if kind in FRAMES:
            height, width = struct.unpack(">HH", body[place + 5 : place + 9])
            return width, height
        place += 2 + length
    return None


def image_fits(body: bytes) -> bool:
    """Tell whether a picture has a size that a rich menu may have."""
    size = image_size(body)
    if size is None:
        return False
    width, height = size
    return WIDTH[0] <= width <= WIDTH[1] and height >= HEIGHT_LEAST and width / height >= RATIO_LEAST


def _whole(value: object) -> int:
    """Return a whole number; -1 for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else -1
