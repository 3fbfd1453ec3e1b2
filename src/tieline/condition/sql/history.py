"""Leaves that history answers, as SQL over table `event`: rows are read once, each distinct aggregate is made once."""

from datetime import timedelta
from decimal import Decimal

from tieline.condition import measure, when
from tieline.condition.node import (
    Between,
    Happened,
    HappenedAt,
    HistoryLeaf,
    Last,
    Measure,
    Occurrence,
    Then,
    Told,
    Window,
)
from tieline.condition.path import Path
from tieline.condition.sql.cell import ELEMENT, SIGNS, at, compared_texts, elements
from tieline.condition.sql.date import dated
from tieline.condition.sql.item import filtered
from tieline.condition.sql.query import Writer

DAY_MS = 86_400_000
RESOLVED = (
    "toFixedString(dictGetOrDefault('override_map', 'profile_id', (workspace_id, node_id), profile_id), 16)"
)
"""The profile an event belongs to now, when nodes may have moved since it was written."""


class HistoryTable:
    """One row for each profile with an event that counts, with one column for each distinct measure."""

    name = "history"

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._occurrences: dict[Occurrence, str] = {}
        self._values: dict[tuple[Occurrence, Path, bool], str] = {}
        self._aggregates: dict[str, str] = {}
        self._narrowest: Occurrence | None = None

    def __bool__(self) -> bool:
        return bool(self._occurrences)

    def narrow(self, occurrence: Occurrence) -> None:
        """Look only at people with an event like this: nobody else can be a member."""
        self._narrowest = occurrence

    @property
    def narrowed(self) -> bool:
        """Whether only people with some event are looked at."""
        return self._narrowest is not None

    def holds(self, leaf: HistoryLeaf) -> str:
        """Return the comparison of the measure of `leaf`; never NULL. A profile without a row compares like no events."""
        if isinstance(leaf, Told):
            text = self.texts(leaf.occurrence, leaf.measure)
            return compared_texts(text, leaf.compare, self._writer, many=leaf.measure.function == "recent")
        if isinstance(leaf, HappenedAt):
            return dated(self.moment(leaf.occurrence, leaf.measure), leaf.test, self._writer)
        if not isinstance(leaf, Happened):
            raise TypeError(leaf)
        return self._happened(leaf)

    def _happened(self, leaf: Happened) -> str:
        flag, sign, function = self._flag(leaf.occurrence), SIGNS[leaf.op], leaf.measure.function
        if leaf.then is not None:
            return f"{self._followed(leaf, leaf.then, flag)} {sign} {self._count(leaf)}"
        if function in measure.SINCE:
            return f"ifNull({self._days(flag, leaf.measure)} {sign} {self._count(leaf)}, 0)"
        if function in measure.CYCLES:
            return self._distance(leaf, flag)
        if function in {"count", "distinct"}:
            return f"{self.worth(leaf.occurrence, leaf.measure)} {sign} {self._count(leaf)}"
        return self._compared(leaf)

    def _compared(self, leaf: Happened) -> str:
        sign, function = SIGNS[leaf.op], leaf.measure.function
        right = self._writer.number(leaf.value)
        if function == "sum":
            return f"ifNull({self._number('sum', leaf.occurrence, leaf.measure)}, 0) {sign} {right}"
        if function == "avg":
            total = self._number("sum", leaf.occurrence, leaf.measure)
            count = self._numbers(leaf.occurrence, leaf.measure)
            return f"ifNull({total} {sign} {right} * {count}, 0)"  # not divided, so that it stays exact
        return f"ifNull({self._number(function, leaf.occurrence, leaf.measure)} {sign} {right}, 0)"

    def worth(self, occurrence: Occurrence, computed: Measure) -> str:
        """Return a number, NULL when it is unknown."""
        function = computed.function
        if function == "count":
            return self._aggregate(f"countIf({self._flag(occurrence)})")
        if function == "distinct":
            return self._distinct(occurrence, computed)
        found = self._number("sum" if function == "avg" else function, occurrence, computed)
        if function == "avg":
            return f"({found} / nullIf({self._numbers(occurrence, computed)}, 0))"
        return f"ifNull({found}, 0)" if function == "sum" else found

    def instant(self, occurrence: Occurrence, computed: Measure) -> str:
        """Return when the first or last event happened, or NULL."""
        return self._end(self._flag(occurrence), newest=computed.function == "last_at")

    def moment(self, occurrence: Occurrence, computed: Measure) -> str:
        """Return what the workspace's clock showed at the first or last event, or NULL."""
        end = self.instant(occurrence, computed)
        zone = self._writer.named("zone", "String", self._writer.scope.time_zone)
        return f"({end} + toIntervalSecond(timeZoneOffset(toTimeZone({end}, {zone}))))"

    def texts(self, occurrence: Occurrence, computed: Measure) -> str:
        """Return what the events say: a text or NULL, of "recent" an array of texts, the newest first."""
        path, function = computed.path or Path(((),)), computed.function
        value = self._value(occurrence, path, texts=True)
        said, some = (f"assumeNotNull({value})", f"{value} IS NOT NULL") if path.single else (value, "")
        if function in {"first", "last"}:
            if not path.single:
                some = f"notEmpty({value})"
                said = f"arraySort({value})[{1 if function == 'first' else -1}]"
            pick = "argMin" if function == "first" else "argMax"
            return self._aggregate(f"{pick}OrNullIf({said}, (at, {said}), {some})")
        keys = f"[{said}]" if path.single else value
        each = "toUInt64(1)" if function == "most_frequent" else "toUnixTimestamp64Milli(at)"
        name = "sumMap" if function == "most_frequent" else "maxMap"
        only = f"If({keys}, [{each}], {some})" if path.single else f"({keys}, arrayMap(x -> {each}, {keys}))"
        found = self._aggregate(f"{name}{only}")
        names, weights = f"tupleElement({found}, 1)", f"tupleElement({found}, 2)"
        if function == "most_frequent":
            return f"if(empty({names}), NULL, {names}[indexOf({weights}, arrayMax({weights}))])"
        many = self._writer.bound("UInt64", computed.many)
        return f"arraySlice(arrayReverseSort((k, t) -> (t, k), {names}, {weights}), 1, {many})"

    def days(self, occurrence: Occurrence, computed: Measure) -> str:
        """Return a distance in days, or in cycles, as a number; NULL when it is unknown."""
        flag = self._flag(occurrence)
        if computed.function in measure.SINCE:
            return self._days(flag, computed)
        span, gaps, age = self._span_of(flag)
        own = f"({gaps} >= 1 AND {span} > 0)"
        if computed.function == "days_between":
            return f"if({gaps} >= 1, {span} / {gaps} / 86400000, NULL)"
        otherwise = self._writer.number((computed.otherwise or Decimal(0)) * DAY_MS)
        return f"if({own}, {age} * {gaps} / {span}, {age} / toFloat64({otherwise}))"

    def _distance(self, leaf: Happened, flag: str) -> str:
        """Compare without dividing, so that it stays exact."""
        sign, right = SIGNS[leaf.op], self._writer.number(leaf.value)
        span, gaps, age = (f"toDecimal128({part}, 0)" for part in self._span_of(flag))
        if leaf.measure.function == "days_between":
            return f"ifNull({gaps} >= 1 AND {span} {sign} {right} * {gaps} * 86400000, 0)"
        otherwise = self._writer.number((leaf.measure.otherwise or Decimal(0)) * DAY_MS)
        return (
            f"ifNull(if({gaps} >= 1 AND {span} > 0, {age} * {gaps} {sign} {right} * {span},"
            f" {age} {sign} {right} * {otherwise}), 0)"
        )

    def _span_of(self, flag: str) -> tuple[str, str, str]:
        """Return milliseconds between the oldest and the newest event, gaps between events, milliseconds since the newest."""
        oldest, newest = (f"toUnixTimestamp64Milli({self._end(flag, newest=end)})" for end in (False, True))
        count = self._aggregate(f"countIf({flag})")
        age = f"toUnixTimestamp64Milli({self._writer.until()}) - {newest}"
        return f"({newest} - {oldest})", f"(toInt64({count}) - 1)", f"(if({age} < 0, 0, {age}))"

    def _flag(self, occurrence: Occurrence) -> str:
        return self._occurrences.setdefault(occurrence, f"c{len(self._occurrences)}")

    def _value(self, occurrence: Occurrence, path: Path, *, texts: bool) -> str:
        self._flag(occurrence)
        return self._values.setdefault((occurrence, path, texts), f"v{len(self._values)}")

    def _distinct(self, occurrence: Occurrence, computed: Measure) -> str:
        path = computed.path or Path(((),))
        value = self._value(occurrence, path, texts=True)
        return self._aggregate(f"uniqExact{'' if path.single else 'Array'}({value})")

    def _number(self, function: str, occurrence: Occurrence, computed: Measure) -> str:
        path = computed.path or Path(((),))
        value = self._value(occurrence, path, texts=False)
        return self._aggregate(f"{function}OrNull{'' if path.single else 'Array'}({value})")

    def _numbers(self, occurrence: Occurrence, computed: Measure) -> str:
        path = computed.path or Path(((),))
        value = self._value(occurrence, path, texts=False)
        return self._aggregate(f"count{'' if path.single else 'Array'}({value})")

    def select(self) -> str:
        """Return the query of this table."""
        scope = self._writer.scope
        flags = [f"{self._counts(occurrence)} AS {name}" for occurrence, name in self._occurrences.items()]
        values = [
            f"if({self._occurrences[occurrence]}, {_value(path, texts=texts)}, {'NULL' if path.single else '[]'}) AS {name}"
            for (occurrence, path, texts), name in self._values.items()
        ]
        holder = f"{RESOLVED if scope.overrides else 'profile_id'} AS holder_id"
        aggregates = [f"{text} AS {name}" for text, name in self._aggregates.items()]
        timed = any(" at" in text or "(at" in text for text in self._aggregates)
        lines = ",\n        ".join((holder, *(("at",) if timed else ()), *flags, *values))
        outer = ",\n    ".join(("holder_id AS profile_id", *aggregates))
        where = " OR ".join(self._occurrences.values())
        if scope.candidates is not None and scope.overrides:
            where = f"({where}) AND holder_id IN ({self._writer.ids('candidates', scope.candidates)})"
        return (
            f"SELECT\n    {outer}\n  FROM (\n      SELECT\n        {lines}\n      FROM event\n"
            f"      WHERE {self._rows()}\n  )\n  WHERE {where}\n  GROUP BY holder_id"
        )

    def _end(self, flag: str, *, newest: bool) -> str:
        return self._aggregate(f"{'max' if newest else 'min'}OrNullIf(at, {flag})")

    def _days(self, flag: str, computed: Measure) -> str:
        end = self._end(flag, newest=computed.function == "days_since_last")
        age = f"toUnixTimestamp64Milli({self._writer.until()}) - toUnixTimestamp64Milli({end})"
        return f"intDiv(if({age} < 0, 0, {age}), 86400000)"

    def _followed(self, leaf: Happened, then: Then, flag: str) -> str:
        """Return how many of the events were followed, or were not and can no longer be."""
        after = Occurrence(then.event, then.where, _onwards(leaf.occurrence.window))
        came = self._occurrences.setdefault(after, f"c{len(self._occurrences)}")
        within = self._writer.bound("Int64", then.within // timedelta(milliseconds=1))
        moments = "toUnixTimestamp64Milli(at)"
        now = f"toUnixTimestamp64Milli({self._writer.until()})"
        follows = (
            f"arrayExists(u -> u > t AND u <= least(t + {within}, {now}), groupArrayIf({moments}, {came}))"
        )
        if then.absent:
            follows = f"t + {within} <= {now} AND NOT {follows}"
        return self._aggregate(f"arrayCount(t -> {follows}, groupArrayIf({moments}, {flag}))")

    def _aggregate(self, text: str) -> str:
        return f"{self.name}.{self._aggregates.setdefault(text, f'h{len(self._aggregates)}')}"

    def _count(self, leaf: Happened) -> str:
        return self._writer.bound("UInt64", int(leaf.value))

    def _rows(self) -> str:
        """Return a condition on the sort key and the time that leaves out most rows before properties are read."""
        writer, scope = self._writer, self._writer.scope
        parts = [f"workspace_id = {writer.workspace()}"]
        if scope.candidates is not None:
            ids = {*scope.candidates, *(scope.written if scope.overrides else ())}
            name = "written" if scope.overrides else "candidates"
            parts.append(f"profile_id IN ({writer.ids(name, ids)})")
        ever = {occurrence.event for occurrence in self._occurrences if occurrence.window is None}
        spans = dict.fromkeys(
            self._span(occurrence)
            for occurrence in self._occurrences
            if occurrence.window is None or occurrence.event not in ever
        )
        parts.append("(" + " OR ".join(spans) + ")" if len(spans) > 1 else next(iter(spans)))
        if self._narrowest is not None and set(self._occurrences) != {self._narrowest}:
            holder = RESOLVED if scope.overrides else "profile_id"
            few = f"SELECT {holder} FROM event WHERE {parts[0]} AND {self._counts(self._narrowest)}"
            if scope.overrides:  # the key leaves out most rows before anybody is looked up
                moved = f"SELECT from_id FROM override WHERE {parts[0]}"
                parts.append(f"profile_id IN (\n        {few}\n        UNION ALL {moved}\n      )")
            parts.append(f"{holder} IN (\n        {few}\n      )")
        return " AND ".join(parts)

    def _counts(self, occurrence: Occurrence) -> str:
        span = self._span(occurrence)
        return (
            span
            if occurrence.where is None
            else f"({span} AND {filtered('properties', occurrence.where, self._writer)})"
        )

    def _span(self, occurrence: Occurrence) -> str:
        writer, window = self._writer, occurrence.window
        parts = [f"event = {writer.text(occurrence.event)}"]
        if isinstance(window, Last):
            parts.append(f"at > {writer.moment(writer.now - window.duration)} AND at <= {writer.until()}")
        elif isinstance(window, Between):
            if window.start is not None:
                parts.append(f"at >= {writer.moment(when.instant(window.start, writer.zone))}")
            if window.end is not None:
                parts.append(f"at < {writer.moment(when.instant(window.end, writer.zone))}")
        # What is dated later than now, by a clock that was set back since, counts where no window moves with time:
        # nothing would ask again when its time comes. Of a moment that is past, the later is known to be later.
        if writer.scope.past and not isinstance(window, Last):
            parts.append(f"at <= {writer.until()}")
        return f"({' AND '.join(parts)})"


def _onwards(window: Window) -> Window:
    """Return the window in which something can follow an event of `window`."""
    if isinstance(window, Between):
        return Between(window.start, None) if window.start else None
    return window


def _value(path: Path, *, texts: bool) -> str:
    """Return the value of one event or NULL, or the values as an array without NULL."""
    if path.single:
        cell = at("properties", path)
        return cell.text if texts else cell.number
    read = ELEMENT.text if texts else ELEMENT.number
    return f"arrayFilter(x -> x IS NOT NULL, arrayMap(x -> {read}, {elements('properties', path)}))"
