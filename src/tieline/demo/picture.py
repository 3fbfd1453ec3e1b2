"""The picture of a rich menu: three tiles with a sign on each, drawn here so that nothing has to be shipped."""

import struct
import zlib

import numpy as np

WIDTH, HEIGHT = 1_200, 405
TILE = WIDTH // 3
_TILES = ((31, 90, 115), (226, 150, 80), (84, 130, 96))
_SIGN = (255, 255, 255)


def menu_picture() -> bytes:
    """Return a PNG of 1,200 x 405: a card, a coat hanger's triangle and a round place."""
    pixels = np.empty((HEIGHT, WIDTH, 3), dtype=np.uint8)
    y, x = np.mgrid[0:HEIGHT, 0:TILE]
    across, down = x - TILE // 2, y - HEIGHT // 2
    signs = (
        (abs(across) < 110) & (abs(down) < 70) & ~((abs(down + 25) < 14) & (abs(across) < 110)),
        (down < 70) & (down > -70) & (abs(across) < (down + 70) * 0.9) & ~((down < 48) & (abs(across) < (down + 30) * 0.8)),
        (across**2 + down**2 < 80**2) & (across**2 + down**2 > 34**2),
    )  # fmt: skip
    for number, (colour, sign) in enumerate(zip(_TILES, signs, strict=True)):
        tile = pixels[:, number * TILE : (number + 1) * TILE]
        tile[:] = colour
        tile[sign] = _SIGN
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(rows, 9))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
