"""The text of one cell: made clean on the way in, masked in reports, harmless in spreadsheets on the way out."""

import unicodedata

from tieline.connect.reasons import RefusedError

# A spreadsheet runs a cell that begins with one of these; it reads the full-width forms as the plain ones.
_FORMULA_STARTS = frozenset("=+-@\t\r\n\0＝＋－＠")
# What exports write where nothing is known. Only for these is a cell as good as empty.
_EMPTY = frozenset(
    {"", "null", "none", "nan", "#n/a", "#ref!", "#value!", "#name?", "#div/0!", "#null!", "#num!"}
)
_NOBODY = frozenset({"-", "--", "無", "沒有", "なし", "n/a", "na", "x", "0"})
_MASK_MAX = 12
_MASK_FROM = 4


def clean(text: str, chars_max: int) -> str:
    """Return `text` without surrounding space, or "" where an export writes that it knows nothing.

    The apostrophe that keeps a spreadsheet from running a cell is taken off, so a corrected file of refused rows
    reads like the original.

    Raises:
        RefusedError: The text is too long or contains NUL.
    """
    if text[:1] == "'" and neutralised(text[1:]) == text:
        text = text[1:]
    text = text.strip().strip("\ufeff").strip()
    if len(text) > chars_max:
        raise RefusedError("too_long", text)
    if "\0" in text:
        raise RefusedError("control_character", text)
    return "" if text.lower() in _EMPTY else text


def is_nobody(text: str) -> bool:
    """Return whether an identifier's cell says that there is none."""
    return text.lower() in _NOBODY or not text.strip("0-")


def neutralised(text: str) -> str:
    """Return `text` so that no spreadsheet runs it as a formula."""
    start = text.lstrip(" \u3000")[:1] or text[:1]
    return "'" + text if start in _FORMULA_STARTS and text else text


def masked(text: str) -> str:
    """Return a hint at `text` that its owner recognises and nobody else can use."""
    if len(text) < _MASK_FROM:
        return "*" * len(text)
    return text[0] + "*" * (min(len(text), _MASK_MAX) - 2) + text[-1]


def narrow(text: str) -> str:
    """Return full-width letters, digits and signs as plain ones."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)
