"""Leaves that the profile answers, as SQL over table `profile`."""

from tieline.condition import when
from tieline.condition.compare import Compare
from tieline.condition.match import not_rewritten
from tieline.condition.node import (
    Anniversary,
    Before,
    Consent,
    DateTest,
    IdentifiedBy,
    InDays,
    Leaf,
    LineFriend,
    Month,
    ProfileLeaf,
    Sample,
    Tag,
    Trait,
    WithinLast,
    WithinNext,
)
from tieline.condition.sql.cell import Cell, any_cell, compared
from tieline.condition.sql.query import Writer


class PersonTable:
    """One row for each living profile, with one column for each distinct leaf."""

    name = "person"

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._columns: dict[ProfileLeaf, str] = {}

    def __bool__(self) -> bool:
        return bool(self._columns)

    def holds(self, leaf: ProfileLeaf) -> str:
        """Return the column that says whether `leaf` holds."""
        column = self._columns.setdefault(leaf, f"f{len(self._columns)}")
        return f"{self.name}.{column}"

    def select(self) -> str:
        """Return the query of this table."""
        columns = [f"{_leaf(leaf, self._writer)} AS {name}" for leaf, name in self._columns.items()]
        where = [f"workspace_id = {self._writer.workspace()}"]
        if self._writer.scope.candidates is not None:
            where.append(f"profile_id IN ({self._writer.ids('candidates', self._writer.scope.candidates)})")
        chosen = ",\n    ".join(("profile_id", *columns))
        return f"SELECT\n    {chosen}\n  FROM profile FINAL\n  WHERE {' AND '.join(where)}"


def _leaf(leaf: Leaf, writer: Writer) -> str:
    if isinstance(leaf, Trait):
        test = leaf.test
        if isinstance(test, Compare):
            return compared("traits", leaf.path, test, writer)
        return any_cell("traits", leaf.path, lambda cell: f"ifNull({_dated(cell, test, writer)}, 0)")
    if isinstance(leaf, Tag):
        return f"has(tags, {writer.text(leaf.tag)})"
    if isinstance(leaf, Consent):
        return f"has(consents, {writer.text(leaf.key)})"
    if isinstance(leaf, LineFriend):
        return f"has(friends, {writer.text(leaf.account)})"
    return _whose(leaf, writer)


def _whose(leaf: Leaf, writer: Writer) -> str:
    if isinstance(leaf, Sample):
        drawn = f"SHA256(concat({writer.text(leaf.seed + ':')}, hex(profile_id)))"
        part = writer.bound("UInt32", leaf.millionths)
        return f"reinterpretAsUInt64(substring({drawn}, 1, 8)) % 1000000 < {part}"
    if isinstance(leaf, IdentifiedBy):
        prefix = writer.text(f"{leaf.namespace}:")
        return f"arrayExists(x -> startsWith(concat(x, ':'), {prefix}), namespaces)"
    raise not_rewritten(leaf)


def _dated(cell: Cell, test: DateTest, writer: Writer) -> str:
    shown = f"on_clock({cell.string})"
    clock = when.on_clock(writer.now, writer.zone)
    if isinstance(test, Month):
        return f"toMonth({shown}) = {writer.bound('UInt8', test.month or clock.month)}"
    if isinstance(test, WithinNext):
        end = writer.moment(clock + test.duration)
        return f"{shown} > {writer.moment(clock)} AND {shown} <= {end}"
    if isinstance(test, InDays):
        start, end = (
            writer.moment(when.day_after(writer.now, day, writer.zone)) for day in (test.days, test.days + 1)
        )
        return f"{shown} >= {start} AND {shown} < {end}"
    if isinstance(test, Anniversary):
        days = when.month_days(when.day_after(writer.now, test.days, writer.zone))
        return f"has({writer.bound('Array(UInt16)', list(days))}, toMonth({shown}) * 100 + toDayOfMonth({shown}))"
    if isinstance(test, WithinLast):
        start = writer.moment(clock - test.duration)
        return f"{shown} > {start} AND {shown} <= {writer.moment(clock)}"
    sign = "<" if isinstance(test, Before) else ">"
    return f"{shown} {sign} {writer.moment(when.on_clock(test.moment, writer.zone))}"
