"""How LINE counts the length of a text: some fields in UTF-16 code units, some in characters as a person sees them."""

import re

from rich.cells import split_graphemes

FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")


def utf16_length(text: str) -> int:
    """Return the number of UTF-16 code units; an emoji outside the basic plane is two."""
    if text.isascii():
        return len(text)
    return len(text) + sum(character > "\uffff" for character in text)


def grapheme_length(text: str) -> int:
    """Return the number of characters as a person sees them; a family emoji or a flag is one."""
    if text.isascii():
        return len(text) - text.count("\r\n")
    return len(split_graphemes(FLAG.sub("F", text))[0])
