"""How LINE counts the length of a text. Pure.

Source: https://developers.line.biz/en/docs/messaging-api/text-character-count/
"""

import re

from rich.cells import split_graphemes

_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")


def utf16_length(text: str) -> int:
    """Return the number of UTF-16 code units: how LINE counts most texts; many an emoji is two or more."""
    if text.isascii():
        return len(text)
    return len(text) + sum(character > "\uffff" for character in text)


def grapheme_length(text: str) -> int:
    """Return the number of characters a person sees: how LINE counts labels; a family emoji or a flag is one."""
    if text.isascii():
        return len(text)
    return len(split_graphemes(_FLAG.sub("F", text))[0])
