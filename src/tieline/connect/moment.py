"""Dates and times as spreadsheets of Taiwan, Japan and elsewhere write them."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from tieline.connect.cell import narrow
from tieline.connect.reasons import RefusedError

ISO = "ISO"
ROC = "ROC"
_ROC_BEFORE_FIRST_YEAR = 1911
_YEAR_MIN, _YEAR_MAX = 1900, 2100
_NOON = 12

_SEPARATED = re.compile(
    r"(?P<era>中?華?民國|R\.?O\.?C\.?)?\s*(?P<year>\d{2,4})\s*(?:年|[-/.])\s*(?P<month>\d{1,2})\s*(?:月|[-/.])\s*(?P<day>\d{1,2})\s*日?"
    r"(?:[\sT]+(?P<half>上午|下午|午前|午後|AM|PM)?\s*(?P<hour>\d{1,2})(?::|時|點)(?P<minute>\d{2})分?"
    r"(?::?(?P<second>\d{2})(?:\.(?P<fraction>\d{1,9}))?秒?)?\s*(?P<half_after>AM|PM)?\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?)?",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"(?P<year>\d{2,4})(?P<month>\d{2})(?P<day>\d{2})")
# How the readers write out the cells of a workbook or Parquet file that are dates by type: never in doubt.
_TYPED = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d{6})?([+-]\d{2}:\d{2})?")
_AFTERNOON = frozenset({"下午", "午後", "PM"})
_MORNING = frozenset({"上午", "午前", "AM"})


def read_date(text: str, formats: Sequence[str]) -> date:
    """Return the day that `text` names; a time of day after it is ignored.

    Args:
        text: The cell.
        formats: Tried in order: ISO (year first, four digits), ROC (民國 years), or a pattern of strptime.
            None at all means ISO. A year marked 民國 is always understood, and so is a cell that is a date by type.

    Raises:
        RefusedError: No format fits.
    """
    try:
        return _parse(text, formats).date()
    except ValueError:
        raise RefusedError("not_a_date", text) from None


def read_moment(text: str, formats: Sequence[str], zone: ZoneInfo) -> datetime:
    """Return the moment that `text` names, in UTC. A date alone is its midnight.

    Args:
        text: The cell.
        formats: As in `read_date`.
        zone: Where the clock hung, for times that do not say.

    Raises:
        RefusedError: No format fits.
    """
    try:
        told = _parse(text, formats)
        return (told if told.tzinfo else told.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise RefusedError("not_a_time", text) from None


def _parse(text: str, formats: Sequence[str]) -> datetime:
    plain = narrow(text).strip()
    match = _SEPARATED.fullmatch(plain) or _COMPACT.fullmatch(plain)
    for name in formats or (ISO,):
        if name in {ISO, ROC}:
            if match and _fits(match, roc=name == ROC):
                return _from_parts(match, roc=name == ROC)
            continue
        try:
            return _plausible(datetime.strptime(plain, name))  # noqa: DTZ007 - the caller knows the zone
        except ValueError:
            continue
    if _TYPED.fullmatch(plain):
        return _plausible(datetime.fromisoformat(plain))
    if match and match.groupdict().get("era"):
        return _from_parts(match, roc=True)
    raise ValueError


def _fits(match: re.Match[str], *, roc: bool) -> bool:
    era = match.groupdict().get("era")
    return (len(match["year"]) < 4) is roc and (roc or not era)


def _from_parts(match: re.Match[str], *, roc: bool) -> datetime:
    parts = match.groupdict()
    year = int(parts["year"]) + (_ROC_BEFORE_FIRST_YEAR if roc else 0)
    told = datetime(year, int(parts["month"]), int(parts["day"]))  # noqa: DTZ001 - the caller knows the zone
    if parts.get("hour") is None:
        return _plausible(told)
    half = (parts["half"] or parts["half_after"] or "").upper()
    hour = int(parts["hour"])
    if half and not 0 <= hour <= _NOON:
        raise ValueError
    if half in _AFTERNOON and hour < _NOON:
        hour += _NOON
    elif half in _MORNING and hour == _NOON:
        hour = 0
    microsecond = int((parts["fraction"] or "0").ljust(6, "0")[:6])
    told = told.replace(
        hour=hour, minute=int(parts["minute"]), second=int(parts["second"] or 0), microsecond=microsecond
    )
    zone = parts["zone"]
    if zone:
        told = told.replace(tzinfo=datetime.fromisoformat(f"2000-01-01T00:00{zone.upper()}").tzinfo)
    return _plausible(told)


def _plausible(told: datetime) -> datetime:
    if not _YEAR_MIN <= told.year <= _YEAR_MAX:
        raise ValueError
    return told
