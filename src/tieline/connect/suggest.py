"""A first guess at a mapping, from the names of the columns and a few rows. A person confirms it."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from tieline.connect.cell import narrow
from tieline.connect.header_words import WORDS
from tieline.connect.mapping import (
    CatalogMapping,
    ConsentMapping,
    EventMapping,
    Field,
    FieldType,
    ImportMapping,
)
from tieline.connect.moment import ISO, ROC, read_date
from tieline.connect.phone import read_phone
from tieline.connect.reasons import RefusedError
from tieline.connect.value import read_number
from tieline.model.identity import EMAIL, MEMBER, PHONE, POS_CARD

_LINE_USER = re.compile(r"U[0-9a-f]{32}")
_SPACE = re.compile(r"[\s_\-()./:*]+")
_DATE_FORMATS = (ISO, ROC)

_TRAITS = ("given_name", "family_name", "birth_date", "gender", "city", "address", "member_tier")
_PROPERTIES = ("total", "store", "coupon")
_LINES = ("sku", "product_name", "price", "quantity")
_NAMES = {"product_name": "name"}
_NUMBERS = frozenset({"total", "price", "quantity"})
Found = dict[str, str]


def suggest(
    columns: Sequence[str],
    sample_rows: Sequence[Mapping[str, str]],
    *,
    source: str = "import",
    line_provider: str = "",
) -> ImportMapping | None:
    """Return a mapping that is worth showing, or None if no column says who or what the rows are about.

    Args:
        columns: The file's columns.
        sample_rows: Some rows, text by column.
        source: Key of the system that the file comes from.
        line_provider: LINE provider id; without it LINE user ids are left out.
    """
    found = _found(columns, sample_rows)
    if not line_provider:
        found.pop("line", None)
    identifiers = {
        f"line:{line_provider}" if name == "line" else name: Field(found[name])
        for name in (MEMBER, PHONE, EMAIL, POS_CARD, "line")
        if name in found
    }
    if not identifiers:
        return _catalog(found, source)
    event = _event(found, sample_rows)
    return ImportMapping(
        source=source,
        kind=("orders" if "order_id" in found else "events") if event else "customers",
        identifiers=identifiers,
        traits={name: _field(name, found[name], sample_rows) for name in _TRAITS if name in found},
        event=event,
        consent=None if event else _consent(found),
        tags=Field(found["tags"]) if "tags" in found and not event else None,
    )


def _found(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> Found:
    """Return the column for each meaning; the best name wins, and a name that its cells belie does not count."""
    scored = sorted(
        (
            (score, -index, meaning, column)
            for index, column in enumerate(columns)
            for score, meaning in _scores(column)
        ),
        reverse=True,
    )
    found: Found = {}
    for _, _, meaning, column in scored:
        if meaning not in found and column not in found.values() and _holds(meaning, _texts(column, rows)):
            found[meaning] = column
    for column in columns:
        if column not in found.values():
            meaning = _by_content(_texts(column, rows))
            if meaning:
                found.setdefault(meaning, column)
    return found


def _scores(column: str) -> Iterator[tuple[float, str]]:
    name = _SPACE.sub("", narrow(column)).casefold()
    for meaning, words in WORDS.items():
        # A short Latin word inside another is chance: "tel" in "hotel".
        fits = [
            len(word)
            for word in words
            if word == name or (word in name and (not word.isascii() or len(word) > 4))
        ]
        if fits:
            exact = name in words
            yield max(fits) / len(name) + exact, meaning


def _texts(column: str, rows: Sequence[Mapping[str, str]]) -> list[str]:
    return [text for row in rows if (text := row.get(column, "").strip())]


def _holds(meaning: str, texts: Sequence[str]) -> bool:
    check = _CHECKS.get(meaning)
    return not check or not texts or _most(texts, check)


def _by_content(texts: Sequence[str]) -> str:
    if not texts:
        return ""
    return next((meaning for meaning, check in _TELLING.items() if _most(texts, check)), "")


def _most(texts: Sequence[str], check: Callable[[str], bool]) -> bool:
    return sum(map(check, texts)) * 2 > len(texts)


def _is_phone(text: str) -> bool:
    try:
        read_phone(text, "TW")
    except RefusedError as refused:
        return refused.reason == "digits_lost"
    return True


def _is_mobile(text: str) -> bool:
    return bool(re.fullmatch(r"(\+?886|0)?9\d{2}[- ]?\d{3}[- ]?\d{3}", narrow(text).strip()))


def _is_date(text: str) -> bool:
    try:
        read_date(text, _DATE_FORMATS)
    except RefusedError:
        return False
    return True


def _is_number(text: str) -> bool:
    try:
        read_number(text)
    except RefusedError:
        return False
    return True


def _is_email(text: str) -> bool:
    return "@" in text and "." in text.partition("@")[2]


def _is_line_user(text: str) -> bool:
    return bool(_LINE_USER.fullmatch(text))


_CHECKS: Mapping[str, Callable[[str], bool]] = {
    PHONE: _is_phone,
    EMAIL: _is_email,
    "line": _is_line_user,
    "birth_date": _is_date,
    "ordered_at": _is_date,
    "at": _is_date,
    "total": _is_number,
    "price": _is_number,
    "quantity": _is_number,
}
_TELLING: Mapping[str, Callable[[str], bool]] = {"line": _is_line_user, EMAIL: _is_email, PHONE: _is_mobile}


def _field(meaning: str, column: str, rows: Sequence[Mapping[str, str]]) -> Field:
    if meaning == "birth_date":
        return Field(column, "date", formats=_formats(column, rows))
    kind: FieldType = "number" if meaning in _NUMBERS else "text"
    return Field(column, kind)


def _formats(column: str, rows: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    """Return the formats that the column's dates need."""
    needed: dict[str, None] = {}
    for text in _texts(column, rows):
        for name in _DATE_FORMATS:
            try:
                read_date(text, (name,))
            except RefusedError:
                continue
            needed[name] = None
            break
    return tuple(needed)


def _event(found: Found, rows: Sequence[Mapping[str, str]]) -> EventMapping | None:
    at = found.get("ordered_at") or found.get("at")
    if not at or not ("order_id" in found or "event_name" in found):
        return None
    key = found.get("order_id", "")
    keys = _texts(key, rows)
    lines = {_NAMES.get(name, name): _field(name, found[name], rows) for name in _LINES if name in found}
    together = bool(lines) and len(set(keys)) < len(keys)
    properties = {name: _field(name, found[name], rows) for name in _PROPERTIES if name in found}
    name = Field(found["event_name"]) if "event_name" in found and not key else "Order Completed"
    return EventMapping(
        at=Field(at, formats=_formats(at, rows)),
        name=name,
        id=Field(key) if key else None,
        properties=properties if together else {**properties, **lines},
        group_by=key if together else "",
        items=lines if together else {},
    )


def _consent(found: Found) -> ConsentMapping | None:
    """Propose no notice version: which text people agreed to is for a person to say, so the mapping is refused until then."""
    column = found.get("consent")
    if not column:
        return None
    yes = ("Y", "Yes", "是", "同意", "はい", "1", "true")
    return ConsentMapping(column, granted=yes, purpose="marketing", channel="line", notice_version="")


def _catalog(found: Found, source: str) -> ImportMapping | None:
    if "sku" not in found:
        return None
    fields = {
        _NAMES.get(name, name): _field(name, found[name], ())
        for name in ("product_name", "price")
        if name in found
    }
    return ImportMapping(
        source=source, kind="catalog", catalog=CatalogMapping("products", Field(found["sku"]), fields)
    )
