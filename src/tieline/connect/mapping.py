"""What the columns of a file mean: a JSON document, read strictly.

A field may be written short, as the name of its column, or long: `{"column": "生日", "type": "date", "formats":
["ROC"]}`. Errors point at the place that is wrong.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from tieline.connect.cell import narrow
from tieline.connect.moment import ISO, ROC
from tieline.errors import InvalidInputError

FieldType = Literal["text", "number", "integer", "boolean", "date", "time", "list"]
ORDER_COMPLETED = "Order Completed"
_NAMESPACE = re.compile(r"[a-z][a-z0-9_]{0,39}(:[A-Za-z0-9_-]{1,64})?")
_SOURCE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_IDENTIFYING = frozenset({"email", "phone"})
_DOCUMENT_BYTES_MAX = 256 * 1024
_T = TypeVar("_T")


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where one value stands and how it is written.

    Attributes:
        formats: For dates and times: ISO, ROC or patterns of strptime, tried in order.
        format: The same, when there is only one.
        time_zone: For times that do not say: an IANA name, or "" for the workspace's.
        fold: For rows that make one event together: the first row's value, or the sum of all.
    """

    column: str
    type: FieldType = "text"
    formats: tuple[str, ...] = ()
    format: str = ""
    time_zone: str = ""
    fold: Literal["first", "sum"] = "first"

    @property
    def patterns(self) -> tuple[str, ...]:
        """Every format to try."""
        return (*self.formats, self.format) if self.format else self.formats


class EventMapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How rows become events.

    Attributes:
        name: The event's name, or the column that names it.
        at: When it happened.
        id: What names the event in its own system, so that it counts once however often it is exported.
        group_by: Column whose equal values make one event of several rows, such as the lines of an order.
        items: Fields of each row, collected into the list property `items` (Segment's `products`).
    """

    at: Field
    name: str | Field = ORDER_COMPLETED
    id: Field | None = None
    properties: dict[str, Field] = {}
    group_by: str = ""
    items: dict[str, Field] = {}


class ConsentMapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How a column grants or refuses. An empty cell says nothing; a value in neither list refuses the row.

    Attributes:
        at: When the person decided. Without it the moment of the import counts.
    """

    column: str
    granted: tuple[str, ...]
    purpose: str
    channel: str
    notice_version: str
    refused: tuple[str, ...] = ("N", "No", "否", "不同意", "不同意する", "いいえ", "0", "false")
    at: Field | None = None


class CatalogMapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How rows become items of a catalogue, such as products."""

    name: str
    key: Field
    fields: dict[str, Field] = {}


class ImportMapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a file is and what its columns mean.

    Attributes:
        source: Key of the system that the file comes from.
        identifiers: Column by namespace: member_id, phone, email, `line:<provider id>` or the brand's own.
        tags: A list of tags to add. Tags that are not in it stay.
        at: For customers: when the row was last changed. Without it the moment of the import counts.
        country: Where phone numbers without a country code are dialled; "" for the workspace's country.
        encoding: Of a CSV file, when its content alone would be read wrongly.
        sheet: Of a workbook; "" is the first visible one.
    """

    source: str
    kind: Literal["customers", "orders", "events", "catalog"]
    identifiers: dict[str, Field] = {}
    traits: dict[str, Field] = {}
    event: EventMapping | None = None
    consent: ConsentMapping | None = None
    tags: Field | None = None
    at: Field | None = None
    catalog: CatalogMapping | None = None
    country: str = ""
    encoding: Literal["", "utf-8", "cp950", "cp932"] = ""
    sheet: str = ""

    @property
    def group_by(self) -> str:
        """The column whose equal values make one event, or ""."""
        return self.event.group_by if self.event else ""


_FIELD_TABLES = (
    ("identifiers",),
    ("traits",),
    ("event", "properties"),
    ("event", "items"),
    ("catalog", "fields"),
)
_FIELDS = (("event", "at"), ("event", "id"), ("consent", "at"), ("tags",), ("at",), ("catalog", "key"))


def parse_mapping(raw: bytes) -> ImportMapping:
    """Read a mapping document.

    Raises:
        InvalidInputError: It is no mapping; `field` is the JSON pointer of the place.
    """
    if len(raw) > _DOCUMENT_BYTES_MAX:
        raise InvalidInputError("A mapping may have 256 KiB.", field="", way_out="Map fewer columns.")
    try:
        document = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInputError(
            f"The mapping is not JSON: {error}.", way_out="Send one JSON object."
        ) from None
    return read_mapping(document)


def read_mapping(document: Any) -> ImportMapping:
    """Read a mapping that is decoded already. Raises InvalidInputError as `parse_mapping` does."""
    if not isinstance(document, dict):
        raise InvalidInputError("The mapping is not a JSON object.", way_out="Send one JSON object.")
    mapping = _converted(_spelt_out(document), ImportMapping, "")
    _check(mapping)
    return mapping


def columns_used(mapping: ImportMapping) -> Iterator[tuple[str, str]]:
    """Yield (JSON pointer, column) for every column that `mapping` reads."""
    for path, field in fields(mapping):
        yield f"{path}/column", field.column
    if mapping.consent:
        yield "/consent/column", mapping.consent.column
    if mapping.group_by:
        yield "/event/group_by", mapping.group_by


def fields(mapping: ImportMapping) -> Iterator[tuple[str, Field]]:
    """Yield (JSON pointer, field) for every field."""
    holders = {"event": mapping.event, "catalog": mapping.catalog, "consent": mapping.consent}
    for *outer, name in _FIELD_TABLES:
        holder = holders[outer[0]] if outer else mapping
        for key, field in (getattr(holder, name) if holder else {}).items():
            yield "".join(f"/{_escaped(part)}" for part in (*outer, name, key)), field
    for *outer, name in (*_FIELDS, ("event", "name")):
        holder = holders[outer[0]] if outer else mapping
        field = getattr(holder, name, None)
        if isinstance(field, Field):
            yield "".join(f"/{part}" for part in (*outer, name)), field


def consent_words(values: Iterable[str]) -> frozenset[str]:
    """Return values as they are compared: whatever their width and case."""
    return frozenset(narrow(value).strip().casefold() for value in values)


def check_columns(mapping: ImportMapping, columns: Sequence[str]) -> None:
    """Refuse a mapping that names a column the file does not have.

    Raises:
        InvalidInputError: With the pointer of the first such place and the columns there are.
    """
    known = set(columns)
    for pointer, column in columns_used(mapping):
        if column not in known:
            there = "、".join(columns[:30])
            raise InvalidInputError(
                f"The file has no column {column!r}.", field=pointer, way_out=f"Its columns are: {there}."
            )


def _spelt_out(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document with every short field written long, each table checked key by key."""
    result = {name: dict(value) if isinstance(value, dict) else value for name, value in document.items()}
    for *outer, name in _FIELD_TABLES:
        holder = result.get(outer[0]) if outer else result
        table = holder.get(name) if isinstance(holder, dict) else None
        if isinstance(holder, dict) and isinstance(table, dict):
            pointer = "".join(f"/{part}" for part in (*outer, name))
            holder[name] = {key: _field(value, f"{pointer}/{_escaped(key)}") for key, value in table.items()}
    for *outer, name in _FIELDS:
        holder = result.get(outer[0]) if outer else result
        if isinstance(holder, dict) and isinstance(holder.get(name), str):
            holder[name] = {"column": holder[name]}
    return result


def _field(value: Any, pointer: str) -> Any:
    spelt = {"column": value} if isinstance(value, str) else value
    _converted(spelt, Field, pointer)
    return spelt


def _converted(value: Any, kind: type[_T], pointer: str) -> _T:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        sentence, _, path = str(error).partition(" - at `$")
        inner = re.sub(r"\[(\d+)\]", r"/\1", path.rstrip("`")).replace(".", "/")
        raise InvalidInputError(
            f"{sentence}.", field=pointer + inner, way_out="See the guide on imports for what may stand here."
        ) from None


def _check(mapping: ImportMapping) -> None:
    for problem, pointer, way_out in _problems(mapping):
        raise InvalidInputError(problem, field=pointer, way_out=way_out)


def _problems(mapping: ImportMapping) -> Iterator[tuple[str, str, str]]:
    if not _SOURCE.fullmatch(mapping.source):
        yield f"{mapping.source!r} is no key of a source.", "/source", "Use a-z, 0-9, - and _, at most 40."
    yield from _parts_problems(mapping)
    for namespace in mapping.identifiers:
        pointer = f"/identifiers/{_escaped(namespace)}"
        if namespace == "line":
            yield "A LINE user id holds within one provider only.", pointer, 'Write "line:<provider id>".'
        if not _NAMESPACE.fullmatch(namespace):
            yield f"{namespace!r} is no namespace.", pointer, "Use a-z, 0-9 and _, as in member_id."
    for name in _IDENTIFYING & mapping.traits.keys():
        yield f"{name} names a person and is no trait.", f"/traits/{name}", "Move it to identifiers."
    if mapping.consent:
        yield from _consent_problems(mapping.consent)
    for pointer, field in fields(mapping):
        yield from _field_problems(pointer, field, summing=pointer.startswith("/event/properties"))


def _consent_problems(consent: ConsentMapping) -> Iterator[tuple[str, str, str]]:
    for name in ("purpose", "channel", "notice_version"):
        if not getattr(consent, name):
            yield (
                f"Consent needs its {name}.",
                f"/consent/{name}",
                "Say what people agreed to, and which text they read.",
            )
    if not consent.granted:
        yield "No value would grant.", "/consent/granted", "List the values that mean yes."
    if consent_words(consent.granted) & consent_words(consent.refused):
        yield "A value both grants and refuses.", "/consent/refused", "List each value once."


def _parts_problems(mapping: ImportMapping) -> Iterator[tuple[str, str, str]]:
    if (mapping.kind == "catalog") != (mapping.catalog is not None):
        yield 'Kind "catalog" and the part "catalog" go together.', "/catalog", "Give both or neither."
    if mapping.kind == "catalog":
        if mapping.identifiers or mapping.traits or mapping.consent or mapping.event or mapping.tags:
            yield (
                "A catalogue speaks of things, not of people.",
                "/kind",
                "Keep only source, kind and catalog.",
            )
        return
    if not mapping.identifiers:
        yield "No column says who the rows are about.", "/identifiers", 'Map at least one, such as "phone".'
    if (mapping.kind in {"orders", "events"}) != (mapping.event is not None):
        yield (
            'Kinds "orders" and "events", and only they, have a part "event".',
            "/event",
            "Add or remove it.",
        )
    event = mapping.event
    if event and mapping.kind == "orders" and not (event.id or event.group_by):
        yield "Orders are told apart by their number.", "/event/id", "Map the column of the order number."
    if event and event.items and not event.group_by:
        yield (
            "Items are collected from rows that belong together.",
            "/event/group_by",
            "Name the column they share.",
        )


def _field_problems(pointer: str, field: Field, *, summing: bool) -> Iterator[tuple[str, str, str]]:
    timed = field.type in {"date", "time"} or pointer in {"/at", "/event/at", "/consent/at"}
    if field.patterns and not timed:
        yield "Only dates and times have formats.", f"{pointer}/formats", 'Add "type": "date" or remove them.'
    for number, pattern in enumerate(field.patterns):
        if pattern not in {ISO, ROC} and "%" not in pattern:
            yield (
                f"{pattern!r} is no format.",
                f"{pointer}/formats/{number}",
                "Write ISO, ROC or a pattern like %Y/%m/%d.",
            )
    if field.time_zone and not _is_zone(field.time_zone):
        yield (
            f"{field.time_zone!r} is no time zone.",
            f"{pointer}/time_zone",
            "Write a name like Asia/Taipei.",
        )
    if field.fold == "sum" and not (summing and field.type in {"number", "integer"}):
        yield (
            "Only numbers among an event's properties can be summed.",
            f"{pointer}/fold",
            'Add "type": "number".',
        )


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _escaped(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")
