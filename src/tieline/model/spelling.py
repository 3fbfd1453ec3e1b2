"""How what people write is compared: width, case and spaces make no difference. Pure."""

import unicodedata


def spelled(text: str) -> str:
    """Return a text as it is compared: full-width as half-width, small letters, one space between words."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
