"""One item of a list that passes a filter by itself, as SQL."""

from tieline.condition import tree
from tieline.condition.compare import OPERATORS, Compare
from tieline.condition.filter import Filter, FilterLeaf, Property, SameItem
from tieline.condition.sql.cell import (
    ELEMENT,
    ENGINE_KEY,
    Cell,
    element,
    holds,
    listed_in,
    passes,
    quoted,
)
from tieline.condition.sql.date import dated
from tieline.condition.sql.query import Writer


def filtered(column: str, node: Filter, writer: Writer) -> str:
    """Return whether what stands in a JSON column passes a filter; never NULL."""

    def leaf(found: FilterLeaf) -> str:
        if isinstance(found, SameItem):
            return same_item(column, found, writer)
        if not isinstance(found, Property):
            raise TypeError(found)
        return passes(column, found.path, found.test, writer)

    return tree.written(node, leaf)


def same_item(column: str, leaf: SameItem, writer: Writer) -> str:
    """Return whether one item of a list passes; never NULL.

    A list of plain objects is kept in columns, which are read side by side; any other list is read as JSON, item by
    item.
    """
    whole = quoted(column, leaf.path.groups[0])
    where = tree.replaced(leaf.where, _property)
    slow = (
        f"arrayExists(i -> startsWith(i, '{{') AND {tree.written(where, lambda found: _raw(found, writer))},"
        f" JSONExtractArrayRaw(ifNull(toJSONString({whole}), '')))"
    )
    paths = list(dict.fromkeys(found.path for found in tree.leaves(where)))
    plain = all(path.single and not any(map(ENGINE_KEY.fullmatch, path.groups[0])) for path in paths)
    if not plain:
        return slow
    names = {path: f"i{index}" for index, path in enumerate(paths)}
    inner = ", ".join(
        f"arrayMap(x -> CAST(x, 'Dynamic'), {quoted(f'{whole}[]', path.groups[0])})" for path in paths
    )
    within = tree.written(where, lambda found: _tested(element(names[found.path]), found, writer))
    quick = f"arrayExists(({', '.join(names.values())}) -> {within}, {inner})"
    return f"if(startsWith(dynamicType({whole}), 'Array(JSON'), {quick}, {slow})"


def _raw(found: Property, writer: Writer) -> str:
    """Return whether a property of the item `i`, whose JSON is given, passes."""
    path = found.path
    keys = ", ".join(writer.text(key) for key in path.groups[0])
    if path.single:
        return _tested(element(f"JSONExtract(i, {keys}, 'Dynamic')"), found, writer)
    inside = listed_in(f"JSONExtractRaw(i, {keys})", path.groups[1:])
    return _any(inside, found, writer)


def _any(inside: str, found: Property, writer: Writer) -> str:
    test = found.test
    if isinstance(test, Compare) and OPERATORS[test.op].opposite_of:
        opposite = Property(found.path, Compare(OPERATORS[test.op].opposite_of, test.operands))
        return f"(NOT {_any(inside, opposite, writer)})"
    return f"arrayExists(x -> {_tested(ELEMENT, found, writer)}, {inside})"


def _tested(cell: Cell, found: Property, writer: Writer) -> str:
    test = found.test
    if not isinstance(test, Compare):
        return dated(f"on_clock({cell.string})", test, writer)
    opposite = OPERATORS[test.op].opposite_of
    if opposite:
        return f"(NOT {holds(cell, Compare(opposite, test.operands), writer)})"
    return holds(cell, test, writer)


def _property(found: FilterLeaf) -> Property:
    if not isinstance(found, Property):
        raise TypeError(found)
    return found
