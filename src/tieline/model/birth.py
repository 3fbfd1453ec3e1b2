"""Dates of birth as people and systems write them. Pure."""

import re
import unicodedata
from datetime import date

ROC = 1911
_PARTS = re.compile(r"\d+")
_ROC = re.compile(r"民國|民国|roc", re.IGNORECASE)
_ERAS = {"昭和": 1925, "平成": 1988, "令和": 2018, "大正": 1911}
# What tills fill in when nobody was asked.
FILLED_IN = frozenset({"1900-01-01", "1911-01-01", "1970-01-01", "1980-01-01", "1990-01-01", "2000-01-01"})


def read_birth(text: str) -> str:
    """Return a date as YYYY-MM-DD, "" if it is none or one that systems fill in.

    A year below 200 is counted from the founding of the Republic of China (民國), or from the era it names.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    parts = [int(part) for part in _PARTS.findall(plain)[:3]]
    digits = "".join(_PARTS.findall(plain))
    if len(parts) < 3:
        if len(digits) not in {6, 7, 8} or len(parts) != 1:
            return ""
        head = len(digits) - 4
        parts = [int(digits[:head]), int(digits[head:-2]), int(digits[-2:])]
    year, month, day = parts
    era = next((first for name, first in _ERAS.items() if plain.startswith(name)), ROC)
    if _ROC.search(plain) or year < 200:
        year += era
    try:
        found = date(year, month, day).isoformat()
    except ValueError:
        return ""
    return "" if found in FILLED_IN else found


def nearly(a: str, b: str) -> bool:
    """Say whether two dates differ as one date written twice does: a digit, day for month, ROC for Gregorian year."""
    if a == b:
        return True
    if a[:5] == b[:5] and a[5:7] == b[8:] and a[8:] == b[5:7]:
        return True
    if a[4:] == b[4:] and abs(int(a[:4]) - int(b[:4])) in {11, ROC}:
        return True
    return sum(x != y for x, y in zip(a, b, strict=True)) == 1
