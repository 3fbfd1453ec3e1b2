"""Phone numbers and codes as a spreadsheet leaves them, given back their digits where only one reading is possible."""

import re
from typing import NamedTuple

from tieline.connect.cell import narrow
from tieline.connect.reasons import RefusedError

_SCIENTIFIC = re.compile(r"([+-]?)(\d)(?:\.(\d+))?[eE]\+?(\d{1,2})")
_WHOLE_FLOAT = re.compile(r"(\d+)\.0+")
_WRITTEN = re.compile(r"\+?[\d\s().\-/]+(?:(?:#|ext\.?|轉|分機)\s*\d+)?", re.IGNORECASE)
_DIGITS_MIN, _DIGITS_MAX = 8, 15
# Mobile numbers without the leading zero that a numeric cell loses, and what a country code looks like without its +.
_MOBILE_WITHOUT_ZERO = {
    "TW": re.compile(r"9\d{8}"),
    "JP": re.compile(r"[789]0\d{8}"),
    "TH": re.compile(r"[689]\d{8}"),
}
_MOBILE_WITHOUT_PLUS = {
    "TW": re.compile(r"8869\d{8}"),
    "JP": re.compile(r"81[789]0\d{8}"),
    "TH": re.compile(r"66[689]\d{8}"),
}


class Read(NamedTuple):
    """An identifier as read, and whether a spreadsheet's damage was undone."""

    value: str
    repaired: bool


def read_code(text: str) -> Read:
    """Return a member number or card number with the digits that scientific notation hides.

    Raises:
        RefusedError: The notation dropped digits; filling them with zeros could name someone else.
    """
    plain = text.removeprefix("'")
    match = _SCIENTIFIC.fullmatch(plain)
    if match is None:
        return Read(plain, plain != text)
    sign, first, rest, exponent = match.groups("")
    digits = first + rest
    if sign == "-" or len(digits) != int(exponent) + 1:
        # Fewer digits than the number has: what Excel shows, not what it knew.
        raise RefusedError("digits_lost", text)
    return Read(digits, repaired=True)


def read_phone(text: str, country: str) -> Read:
    """Return a phone number with its leading zero or plus sign.

    Args:
        text: The cell.
        country: Where numbers without a country code are dialled; "TW", "JP" and "TH" are repaired.

    Raises:
        RefusedError: Digits were lost, or it is no phone number at all.
    """
    code = read_code(narrow(text).strip())
    whole = _WHOLE_FLOAT.fullmatch(code.value)
    value = whole[1] if whole else code.value
    repaired = code.repaired or whole is not None
    if not _WRITTEN.fullmatch(value):
        raise RefusedError("not_a_phone", text)
    digits = re.sub(r"\D", "", value)
    if country in _MOBILE_WITHOUT_ZERO and "+" not in value:
        if _MOBILE_WITHOUT_ZERO[country].fullmatch(digits):
            return Read("0" + digits, repaired=True)
        if _MOBILE_WITHOUT_PLUS[country].fullmatch(digits):
            return Read("+" + digits, repaired=True)
    if not _DIGITS_MIN <= len(digits) <= _DIGITS_MAX + 5:
        raise RefusedError("not_a_phone", text)
    return Read(value, repaired)
