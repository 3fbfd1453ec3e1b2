"""Rows become items of Segment's API. Pure: the same rows give the same items and the same message ids.

A message id names what a row says, not which run said it:

- an event with an id of its own is named by that id, so overlapping exports count it once;
- an event without one is named by all it says and by how many rows before it said exactly the same;
- what a row says about a person is named by its content *and* the file. Importing the same file twice changes
  nothing, but a value that returns in a later file is news again.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from tieline.connect.cell import clean, narrow
from tieline.connect.limits import Limits
from tieline.connect.mapping import (
    CatalogMapping,
    ConsentMapping,
    EventMapping,
    Field,
    ImportMapping,
    consent_words,
)
from tieline.connect.moment import read_moment
from tieline.connect.person import PersonReader
from tieline.connect.reasons import RefusedError
from tieline.connect.table import Row
from tieline.connect.value import Read, value_reader
from tieline.errors import UnreadableFileError
from tieline.model.event import CONSENT_UPDATED, TAG_ADDED

_CLOCK_TOLERANCE = timedelta(days=1)
_ID_BYTES = 16
Item = dict[str, Any]
Name = tuple[Any, ...]


class ImportRun(msgspec.Struct, frozen=True):
    """One run of an import.

    Attributes:
        at: When it was started, in UTC.
        time_zone: The workspace's, for times that do not say.
        country: The workspace's, for phone numbers that do not say.
    """

    workspace_id: int
    import_id: str
    at: datetime
    time_zone: str = "Asia/Taipei"
    country: str = "TW"


class Warned(NamedTuple):
    """In how many rows something was repaired or looked odd, and where first."""

    code: str
    column: str
    rows: int
    first_row: int


class Converter:
    """Turns the rows of one file into items.

    Args:
        mapping: What the columns mean.
        run: Which run this is.
        file_hash: Names the file's content, in hexadecimal.
        limits: What a cell may hold.
    """

    def __init__(self, mapping: ImportMapping, run: ImportRun, file_hash: str, limits: Limits) -> None:
        self._mapping = mapping
        self._run = run
        self._file_hash = file_hash
        self._limits = limits
        self._row = 0
        self._noted: Counter[tuple[str, str]] = Counter()
        self._noted_first: dict[tuple[str, str], int] = {}
        self._alike: Counter[bytes] = Counter()
        self._person = PersonReader(
            mapping,
            mapping.country or run.country,
            limits.cell_chars_max,
            lambda column: self._note("digits_restored", column),
        )
        self._traits = self._compiled(mapping.traits)
        self._granted = consent_words(mapping.consent.granted if mapping.consent else ())
        self._refused = consent_words(mapping.consent.refused if mapping.consent else ())
        event, catalog = mapping.event, mapping.catalog
        self._properties = self._compiled(event.properties if event else {})
        self._lines = self._compiled(event.items if event else {})
        self._catalog = self._compiled(catalog.fields if catalog else {})

    def convert(self, rows: Sequence[Row]) -> list[Item]:
        """Return the items that `rows` say together: one row, or all rows of one event.

        Raises:
            RefusedError: One of them cannot be taken, and so none of them.
        """
        first = rows[0]
        self._row = first.number
        if self._mapping.catalog:
            return [self._catalog_item(first, self._mapping.catalog)]
        person = self._person.read(first.cells)
        items = self._about(first, person)
        if self._mapping.event:
            items.append(self._event(rows, person, self._mapping.event))
        return items

    def warnings(self) -> list[Warned]:
        """Return what was changed or looked odd so far."""
        return [
            Warned(code, column, count, self._noted_first[code, column])
            for (code, column), count in sorted(self._noted.items())
        ]

    def _about(self, row: Row, person: list[dict[str, str]]) -> list[Item]:
        """Return what a row says about the person, as opposed to what happened."""
        mapping = self._mapping
        changed = self._moment(row, mapping.at) if mapping.at else None
        items: list[Item] = []
        traits = self._values(row, self._traits)
        if traits or not mapping.event:
            items.append(
                self._item(row, "identify", person, ("identify", changed, traits), at=changed, traits=traits)
            )
        if mapping.tags:
            tags = self._cell(row, mapping.tags, value_reader(Field(mapping.tags.column, "list"), "UTC"))
            if tags:
                items.append(self._track(row, TAG_ADDED, person, {"tags": tags}, changed))
        if mapping.consent:
            items += self._consent(row, person, mapping.consent)
        return items

    def _consent(self, row: Row, person: list[dict[str, str]], consent: ConsentMapping) -> list[Item]:
        said = self._cell(row, Field(consent.column), str)
        if said is None:
            return []
        word = narrow(said).casefold()
        granted = word in self._granted
        if not granted and word not in self._refused:
            raise RefusedError("unknown_consent", said, consent.column)
        properties = {
            "purpose": consent.purpose,
            "channel": consent.channel,
            "state": "granted" if granted else "withdrawn",
            "method": "import",
            "notice_version": consent.notice_version,
        }
        at = self._moment(row, consent.at) if consent.at else None
        return [self._track(row, CONSENT_UPDATED, person, properties, at)]

    def _track(
        self, row: Row, name: str, person: list[dict[str, str]], said: Mapping[str, Any], at: str | None
    ) -> Item:
        named = (name, at, said)
        return self._item(row, "track", person, named, at=at, event=name, properties=said)

    def _event(self, rows: Sequence[Row], person: list[dict[str, str]], event: EventMapping) -> Item:
        first = rows[0]
        name = event.name if isinstance(event.name, str) else self._needed(first, event.name)
        at = self._moment(first, event.at)
        properties = self._folded(rows, event)
        if event.items:
            properties["items"] = [self._values(row, self._lines) for row in rows]
        key = event.id or (Field(event.group_by) if event.group_by else None)
        if key:
            named: Name = ("event", name, self._needed(first, key))
        else:
            said = ("event", name, at, person, properties)
            named = (*said, self._repetition(said))
        context = self._context(first, person)
        return {
            "type": "track",
            "messageId": self._message_id(named),
            "timestamp": at,
            "event": name,
            "properties": properties,
            "context": context,
        }

    def _catalog_item(self, row: Row, catalog: CatalogMapping) -> Item:
        key = self._needed(row, catalog.key)
        data = self._values(row, self._catalog)
        return {
            "type": "catalog",
            "messageId": self._message_id(("catalog", self._file_hash, catalog.name, key, data)),
            "catalog": catalog.name,
            "key": key,
            "data": data,
            "context": {"import_id": self._run.import_id, "row": row.number},
        }

    def _item(
        self, row: Row, kind: str, person: list[dict[str, str]], named: Name, *, at: str | None, **said: Any
    ) -> Item:
        return {
            "type": kind,
            "messageId": self._message_id((self._file_hash, person, *named)),
            "timestamp": at or _written(self._run.at),
            **said,
            "context": self._context(row, person),
        }

    def _context(self, row: Row, person: list[dict[str, str]]) -> Item:
        return {"import_id": self._run.import_id, "row": row.number, "externalIds": person}

    def _folded(self, rows: Sequence[Row], event: EventMapping) -> dict[str, Any]:
        values = self._values(rows[0], self._properties)
        for row in rows[1:]:
            more = self._values(row, self._properties)
            for name, field in event.properties.items():
                if field.fold == "sum":
                    if name in more:
                        values[name] = values.get(name, 0) + more[name]
                elif more.get(name) != values.get(name):
                    self._note("group_disagrees", field.column)
        return values

    def _repetition(self, said: Name) -> int:
        """Return how many rows before this one said exactly the same."""
        digest = self._digest(said)
        if len(self._alike) >= self._limits.tracked_max and digest not in self._alike:
            raise UnreadableFileError(
                f"More than {self._limits.tracked_max:,} events have no id of their own.",
                way_out="Map a column to event.id, or split the file.",
            )
        self._alike[digest] += 1
        return self._alike[digest] - 1

    def _moment(self, row: Row, field: Field) -> str:
        text = self._needed(row, field)
        zone = ZoneInfo(field.time_zone or self._run.time_zone)
        try:
            at = read_moment(text, field.patterns, zone)
        except RefusedError as refused:
            refused.column = field.column
            raise
        if at > self._run.at + _CLOCK_TOLERANCE:
            raise RefusedError("in_the_future", text, field.column)
        return _written(at)

    def _compiled(self, fields: Mapping[str, Field]) -> list[tuple[str, Field, Read]]:
        return [(name, field, value_reader(field, self._run.time_zone)) for name, field in fields.items()]

    def _values(self, row: Row, compiled: Sequence[tuple[str, Field, Read]]) -> dict[str, Any]:
        """Return the fields that say something; an empty cell never erases."""
        values: dict[str, Any] = {}
        for name, field, read in compiled:
            value = self._cell(row, field, read)
            if value is not None:
                values[name] = value
        return values

    def _cell(self, row: Row, field: Field, read: Read) -> Any:
        """Return the value of a cell, None if it is empty."""
        try:
            text = clean(row.cells[field.column], self._limits.cell_chars_max)
            return read(text) if text else None
        except RefusedError as refused:
            refused.column, refused.row_number = field.column, row.number
            raise

    def _needed(self, row: Row, field: Field) -> str:
        text = self._cell(row, field, str)
        if text is None:
            raise RefusedError("missing", column=field.column)
        return str(text)

    def _note(self, code: str, column: str) -> None:
        self._noted[code, column] += 1
        self._noted_first.setdefault((code, column), self._row)

    def _message_id(self, named: Name) -> str:
        return f"import-{self._digest(named).hex()}"

    def _digest(self, named: Name) -> bytes:
        whole = (self._run.workspace_id, self._mapping.source, self._mapping.kind, *named)
        return hashlib.blake2b(msgspec.json.encode(whole), digest_size=_ID_BYTES).digest()


def _written(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
