"""A cell's text as the value its mapping says it is."""

import math
import re
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from tieline.connect.cell import narrow
from tieline.connect.mapping import Field
from tieline.connect.moment import read_date, read_moment
from tieline.connect.reasons import RefusedError

_CURRENCY = re.compile(r"^(?:NT\$|TWD|US\$|JPY|THB|[$¥฿])\s*|\s*(?:元|円|圓)$", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][+-]?\d{1,2})?")
_INTEGER_DIGITS_MAX = 18
_YES = frozenset({"y", "yes", "true", "1", "是", "有", "v", "○", "✓", "はい", "同意"})
_NO = frozenset({"n", "no", "false", "0", "否", "無", "×", "いいえ", "不同意"})
_BETWEEN = re.compile(r"[,;、，；|\n]")
Read = Callable[[str], Any]


def value_reader(field: Field, time_zone: str) -> Read:
    """Return what turns the clean text of a cell of `field` into a JSON value.

    Dates become "2025-03-05", times "2025-03-05T06:30:00Z". What it returns raises RefusedError.
    """
    if field.type == "date":
        return lambda text: read_date(text, field.patterns).isoformat()
    if field.type == "time":
        zone = ZoneInfo(field.time_zone or time_zone)
        return lambda text: written_moment(text, field, zone)
    return _READERS[field.type]


def written_moment(text: str, field: Field, zone: ZoneInfo) -> str:
    """Return the moment in `text` in UTC as ISO 8601. Raises RefusedError."""
    return read_moment(text, field.patterns, zone).isoformat().replace("+00:00", "Z")


def read_number(text: str) -> int | float:
    """Return a number, whole if it is whole. Raises RefusedError."""
    plain = _CURRENCY.sub("", narrow(text).strip())
    if not _NUMBER.fullmatch(plain):
        raise RefusedError("not_a_number", text)
    plain = plain.replace(",", "")
    if plain.lstrip("+-").isdigit():
        if len(plain) > _INTEGER_DIGITS_MAX:
            raise RefusedError("not_a_number", text)
        return int(plain)
    number = float(plain)
    if math.isinf(number):
        raise RefusedError("not_a_number", text)
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def read_integer(text: str) -> int:
    """Return a whole number. Raises RefusedError."""
    number = read_number(text)
    if isinstance(number, float):
        raise RefusedError("not_an_integer", text)
    return number


def read_boolean(text: str) -> bool:
    """Return yes or no. Raises RefusedError."""
    word = narrow(text).strip().lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise RefusedError("not_a_boolean", text)


def read_list(text: str) -> list[str]:
    """Return the parts between commas, semicolons, bars or line breaks; each once, in order."""
    return list(dict.fromkeys(part.strip() for part in _BETWEEN.split(text) if part.strip()))


_READERS: dict[str, Read] = {
    "text": str,
    "number": read_number,
    "integer": read_integer,
    "boolean": read_boolean,
    "list": read_list,
}
