"""From conditions to statements."""

from collections.abc import Sequence

from tieline.condition import measure, tree
from tieline.condition.compare import satisfied
from tieline.condition.match import not_rewritten
from tieline.condition.node import (
    Happened,
    HappenedAt,
    HistoryLeaf,
    Leaf,
    Node,
    ProfileLeaf,
    Told,
)
from tieline.condition.sql import function
from tieline.condition.sql.history import HistoryTable
from tieline.condition.sql.people import PersonTable
from tieline.condition.sql.query import Query, Scope, Writer
from tieline.condition.tree import All


def compile_members(node: Node, scope: Scope) -> Query:
    """Return a query whose rows are the members.

    When no leaf reads the profile and nobody without events can be a member, table `profile` is only asked for those
    who are gone, which are few.

    Args:
        node: A condition after `rewrite`.
        scope: For whom and when.

    Returns:
        Query with one column, `profile_id`: FixedString(16), each id once, in no order.
    """
    tables = Tables(scope)
    narrowest = _narrowest(node)
    if narrowest is not None:
        tables.history.narrow(narrowest.occurrence)
        node = _without(node, narrowest)
    holds = tree.written(node, tables.holds)
    everyone = tree.known(node, _without_history) is not False
    first = "person" if everyone or tables.person else "history"
    source = tables.source(everyone=everyone)
    living = "" if everyone or tables.person else f" AND {tables.living()}"
    return tables.statement(
        f"SELECT {first}.profile_id AS profile_id\n{source}\nWHERE {holds}{living}", everyone=everyone
    )


def compile_count(node: Node, scope: Scope) -> Query:
    """Return a query with one row and one column `members`: UInt64, how many members there are."""
    members = compile_members(node, scope)
    return Query(f"SELECT count() AS members FROM (\n{members.sql}\n)", members.parameters)


def compile_combined(nodes: Sequence[Node], scope: Scope) -> Query:
    """Return a query that answers many conditions in one pass.

    Returns:
        Query with two columns: `profile_id` FixedString(16), and `holds` Array(UInt8) with 0 or 1 for each condition
        in order. One row for each living profile in scope; a candidate without a row is gone and holds nothing.
    """
    tables = Tables(scope)
    holds = ",\n  ".join(f"toUInt8({tree.computed(node, tables.holds)})" for node in nodes)
    chosen = f"[\n  {holds}\n]" if holds else "CAST([], 'Array(UInt8)')"
    source = tables.source(everyone=True)
    return tables.statement(
        f"SELECT person.profile_id AS profile_id, {chosen} AS holds\n{source}", everyone=True
    )


class Tables:
    """The two tables a statement reads, as far as its leaves need them."""

    def __init__(self, scope: Scope) -> None:
        self._writer = Writer(scope)
        self.person = PersonTable(self._writer)
        self.history = HistoryTable(self._writer)

    def holds(self, leaf: Leaf) -> str:
        """Return the SQL of a leaf, and make its table compute it."""
        if isinstance(leaf, HistoryLeaf):
            return self.history.holds(leaf)
        if isinstance(leaf, ProfileLeaf):
            return self.person.holds(leaf)
        raise not_rewritten(leaf)

    def source(self, *, everyone: bool) -> str:
        """Return FROM: profiles, or those with events, or events alone.

        Args:
            everyone: True if a profile without any event that counts must be looked at.
        """
        if not self.history:
            return "FROM person"
        if everyone:
            return "FROM person LEFT JOIN history ON history.profile_id = person.profile_id"
        if self.person:
            return "FROM person INNER JOIN history ON history.profile_id = person.profile_id"
        return "FROM history"

    def text(self, value: str) -> str:
        """Bind a text."""
        return self._writer.text(value)

    def living(self) -> str:
        """Return a condition that leaves out events of profiles that are gone, without reading everybody's row."""
        mine = f"FROM profile WHERE workspace_id = {self._writer.workspace()}"
        return (
            f"{self.history.name}.profile_id NOT IN (\n  SELECT profile_id {mine}"
            f" AND profile_id IN (SELECT profile_id {mine} AND gone)"
            "\n  GROUP BY profile_id HAVING argMax(gone, version)\n)"
        )

    def statement(self, select: str, *, everyone: bool) -> Query:
        """Return `select` with the tables and functions it names in front of it."""
        used: list[PersonTable | HistoryTable] = [self.person] if everyone or self.person else []
        if self.history:
            used.append(self.history)
        tables = [f"{table.name} AS (\n  {table.select()}\n)" for table in used]
        named = ",\n".join((*function.definitions("\n".join(tables), self._writer), *tables))
        return Query(f"WITH\n{named}\n{select}{self._settings()}", self._writer.parameters)

    def _settings(self) -> str:
        # Few rows are wanted from almost every block: reading the columns in one go is a third faster.
        # Looking up who moved has a price for each block: it must not be done for every small piece of a granule.
        scope, history = self._writer.scope, self.history
        few = bool(history) and (scope.candidates is not None or (scope.overrides and history.narrowed))
        return "\nSETTINGS optimize_move_to_prewhere = 0" if few else ""


def _narrowest(node: Node) -> Happened | HappenedAt | Told | None:
    """Return the leaf about what every member has done at least once, and few people have: narrowed by properties."""
    for part in node.parts if isinstance(node, All) else (node,):
        if (
            isinstance(part, Happened | HappenedAt | Told)
            and part.occurrence.where is not None
            and _without_history(part) is False
        ):
            return part
    return None


def _without(node: Node, leaf: Leaf) -> Node:
    """Return `node` without a part that says no more than that somebody did what all people are narrowed to.

    The events of that part are then not read a second time. Some other part has to ask history, or nobody would be
    looked at.
    """
    once = (
        isinstance(leaf, Happened)
        and leaf.then is None
        and leaf.measure.function == "count"
        and ((leaf.op == "gte" and leaf.value == 1) or (leaf.op == "gt" and leaf.value == 0))
    )
    if not once or not isinstance(node, All):
        return node
    rest = All(tuple(part for part in node.parts if part != leaf))
    return rest if tree.known(rest, _without_history) is False else node


def _without_history(leaf: Leaf) -> bool | None:
    """Say what a leaf is for a profile without events; None if the profile decides."""
    if isinstance(leaf, Happened):
        return measure.compares(leaf.measure.function, (), leaf.op, leaf.value)
    if isinstance(leaf, Told):
        return satisfied(leaf.compare, ())
    return False if isinstance(leaf, HappenedAt) else None
