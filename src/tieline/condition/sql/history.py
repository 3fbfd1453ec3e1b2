"""Leaves that history answers, as SQL over table `event`: rows are read once, each distinct aggregate is made once."""

from datetime import timedelta

from tieline.condition import measure, tree, when
from tieline.condition.filter import Filter, Property
from tieline.condition.node import Between, Happened, Last, Occurrence, Then, Window
from tieline.condition.path import Path
from tieline.condition.sql.cell import ELEMENT, SIGNS, at, compared, elements
from tieline.condition.sql.query import Writer

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

    def __bool__(self) -> bool:
        return bool(self._occurrences)

    def holds(self, leaf: Happened) -> str:
        """Return the comparison of the measure of `leaf`; never NULL. A profile without a row compares like no events."""
        flag = self._occurrences.setdefault(leaf.occurrence, f"c{len(self._occurrences)}")
        sign = SIGNS[leaf.op]
        function = leaf.measure.function
        if leaf.then is not None:
            return f"{self._followed(leaf, leaf.then, flag)} {sign} {self._count(leaf)}"
        if function in measure.SINCE:
            return self._since(leaf, flag)
        if function == "count":
            return f"{self._aggregate(f'countIf({flag})')} {sign} {self._count(leaf)}"
        path = leaf.measure.path or Path(((),))
        value = self._values.setdefault(
            (leaf.occurrence, path, function == "distinct"), f"v{len(self._values)}"
        )
        return self._numbers(leaf, path, value)

    def _numbers(self, leaf: Happened, path: Path, value: str) -> str:
        """Return the comparison of a measure of the values of a property."""
        sign, function = SIGNS[leaf.op], leaf.measure.function
        each = "" if path.single else "Array"
        if function == "distinct":
            return f"{self._aggregate(f'uniqExact{each}({value})')} {sign} {self._count(leaf)}"
        right = self._writer.number(leaf.value)
        if function == "sum":
            return f"ifNull({self._aggregate(f'sumOrNull{each}({value})')}, 0) {sign} {right}"
        if function == "avg":
            total, count = (
                self._aggregate(f"sumOrNull{each}({value})"),
                self._aggregate(f"count{each}({value})"),
            )
            return f"ifNull({total} {sign} {right} * {count}, 0)"  # not divided, so that it stays exact
        return f"ifNull({self._aggregate(f'{function}OrNull{each}({value})')} {sign} {right}, 0)"

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

    def _since(self, leaf: Happened, flag: str) -> str:
        newest = leaf.measure.function == "days_since_last"
        end = self._aggregate(f"{'max' if newest else 'min'}OrNullIf(at, {flag})")
        age = f"toUnixTimestamp64Milli({self._writer.until()}) - toUnixTimestamp64Milli({end})"
        return f"ifNull(intDiv(if({age} < 0, 0, {age}), 86400000) {SIGNS[leaf.op]} {self._count(leaf)}, 0)"

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
        return " AND ".join(parts)

    def _counts(self, occurrence: Occurrence) -> str:
        span = self._span(occurrence)
        return span if occurrence.where is None else f"({span} AND {_filter(occurrence.where, self._writer)})"

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
        # nothing would ask again when its time comes.
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


def _filter(node: Filter, writer: Writer) -> str:
    def leaf(found: Property) -> str:
        return compared("properties", found.path, found.compare, writer)

    return tree.written(node, leaf)
