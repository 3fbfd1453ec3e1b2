"""Leaves that the profile answers, as SQL over table `profile`."""

from tieline.condition.match import not_rewritten
from tieline.condition.node import (
    Consent,
    IdentifiedBy,
    Leaf,
    LineFriend,
    ProfileLeaf,
    Sample,
    Tag,
    Top,
    Trait,
    TraitItem,
)
from tieline.condition.sql.cell import passes
from tieline.condition.sql.item import same_item
from tieline.condition.sql.query import Writer
from tieline.condition.sql.top import among_first


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
        return passes("traits", leaf.path, leaf.test, writer)
    if isinstance(leaf, TraitItem):
        return same_item("traits", leaf.item, writer)
    if isinstance(leaf, Tag):
        return f"has(tags, {writer.text(leaf.tag)})"
    if isinstance(leaf, Consent):
        return f"has(consents, {writer.text(leaf.key)})"
    if isinstance(leaf, LineFriend):
        return f"has(friends, {writer.text(leaf.account)})"
    return _whose(leaf, writer)


def _whose(leaf: Leaf, writer: Writer) -> str:
    if isinstance(leaf, Top):
        return among_first(leaf, writer)
    if isinstance(leaf, Sample):
        drawn = f"SHA256(concat({writer.text(leaf.seed + ':')}, hex(profile_id)))"
        part = writer.bound("UInt32", leaf.millionths)
        return f"reinterpretAsUInt64(substring({drawn}, 1, 8)) % 1000000 < {part}"
    if isinstance(leaf, IdentifiedBy):
        prefix = writer.text(f"{leaf.namespace}:")
        return f"arrayExists(x -> startsWith(concat(x, ':'), {prefix}), namespaces)"
    raise not_rewritten(leaf)
