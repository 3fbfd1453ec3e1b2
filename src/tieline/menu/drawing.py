"""What LINE takes as a rich menu: its object and its picture. Pure.

Source: https://developers.line.biz/en/reference/messaging-api/#rich-menu-object
"""

import struct
from collections.abc import Iterator, Mapping
from typing import Any

IMAGE_MAX_BYTES = 1_048_576
WIDTH_MIN, WIDTH_MAX = 800, 2_500
HEIGHT_MIN = 250
RATIO_MIN = 1.45
TYPES = {b"\x89PNG": "image/png", b"\xff\xd8": "image/jpeg"}
# Frames of a JPEG that tell its size; C4, C8 and CC are tables.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def image_type(body: bytes) -> str | None:
    """Return the media type of a picture, None for what LINE does not take."""
    return next((kind for start, kind in TYPES.items() if body.startswith(start)), None)


def image_size(body: bytes) -> tuple[int, int] | None:
    """Return width and height of a PNG or JPEG, None if they cannot be read."""
    if body.startswith(b"\x89PNG\r\n\x1a\n") and len(body) >= 24:
        width, height = struct.unpack(">II", body[16:24])
        return width, height
    place = 2
    while body.startswith(b"\xff\xd8") and place + 9 <= len(body) and body[place] == 0xFF:
        if body[place + 1] in _FRAMES:
            height, width = struct.unpack(">HH", body[place + 5 : place + 9])
            return width, height
        place += 2 + int.from_bytes(body[place + 2 : place + 4], "big")
    return None


def image_problems(body: bytes, definition: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the picture of a menu."""
    if len(body) > IMAGE_MAX_BYTES:
        yield f"The picture has {len(body):,} bytes; LINE takes {IMAGE_MAX_BYTES:,}."
    size = image_size(body)
    if image_type(body) is None or size is None:
        yield "The picture is neither a PNG nor a JPEG."
        return
    said = definition.get("size")
    wanted = (said.get("width"), said.get("height")) if isinstance(said, Mapping) else (0, 0)
    if size != wanted:
        yield f"The picture is {size[0]} x {size[1]}; the menu says {wanted[0]} x {wanted[1]}."
