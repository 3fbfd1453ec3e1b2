"""Values inside a JSON column, and how they compare, as SQL."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal

import msgspec

from tieline.condition.compare import OPERATORS, Compare
from tieline.condition.dates import DateTest
from tieline.condition.path import Path
from tieline.condition.sql.date import dated
from tieline.condition.sql.query import Writer
from tieline.condition.value import Literal

DECIMAL_TEXT = re.compile(r"-?(0|[1-9][0-9]{0,14})([.][0-9]{0,5}[1-9])?")
"""The text of some number or other: only for these a text operand can equal a JSON number."""
BOOLEAN_TEXT = ("true", "false")
ENGINE_KEY = re.compile(r"size[0-9]*")
"""Names under which the engine keeps the length of a list."""
SIGNS = {"eq": "=", "ne": "!=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


class Cell(msgspec.Struct, frozen=True):
    """One value.

    Attributes:
        value: Dynamic.
        string: Its text if it is a JSON text, else NULL.
        present: Whether it is there and no object.
    """

    value: str
    string: str
    present: str

    @property
    def number(self) -> str:
        """The number it says, or NULL."""
        return f"to_number({self.value})"

    @property
    def text(self) -> str:
        """The text it says, or NULL."""
        return f"to_text({self.value})"


class TextCell(Cell, frozen=True):
    """One value that is known to be a text, or NULL."""

    @property
    def text(self) -> str:
        """Itself."""
        return self.value


def element(name: str) -> Cell:
    """Return what `name`, Dynamic inside a lambda, holds."""
    return Cell(
        value=name,
        string=f"dynamicElement({name}, 'String')",
        present=f"({name} IS NOT NULL AND NOT startsWith(dynamicType({name}), 'JSON'))",
    )


ELEMENT = element("x")
"""An element of what `elements` returns, inside a lambda over x."""


def text_cell(text: str) -> Cell:
    """Return a cell that holds a text, or NULL."""
    return TextCell(value=text, string=text, present=f"({text} IS NOT NULL)")


def at(column: str, path: Path) -> Cell:
    """Return the cell at a path without lists."""
    inner = quoted(column, path.groups[0])
    return Cell(value=inner, string=f"{inner}.:String", present=f"({inner} IS NOT NULL)")


def elements(column: str, path: Path) -> str:
    """Return an Array(Dynamic) of what lies at a path through lists.

    The engine keeps a list of plain objects in columns, but a list that holds anything else as one value without
    inner columns; and which of the two may differ from row to row. The first is ten times faster to read.
    """
    head, *rest = path.groups
    whole = quoted(column, head)
    read = listed_in(f"ifNull(toJSONString({whole}), '')", rest)
    if len(rest) != 1 or not rest[0] or any(ENGINE_KEY.fullmatch(key) for key in rest[0]):
        return read
    inner = quoted(f"{whole}[]", rest[0])
    return f"if(startsWith(dynamicType({whole}), 'Array(JSON'), arrayMap(x -> CAST(x, 'Dynamic'), {inner}), {read})"


def listed_in(json: str, rest: Sequence[tuple[str, ...]]) -> str:
    """Return an Array(Dynamic) of what lies below a list whose JSON is given."""
    read = f"JSONExtract({json}, '{_list_type(tuple(rest))}')"
    for depth, keys in enumerate(rest):
        if keys:
            step = "x"
            for _ in keys:
                step = f"tupleElement({step}, 1)"
            read = f"arrayMap(x -> {step}, {read})"
        if depth < len(rest) - 1:
            read = f"arrayFlatten({read})"
    return read


def any_cell(column: str, path: Path, test: Callable[[Cell], str]) -> str:
    """Return whether any value at `path` passes `test`, whose SQL is never NULL."""
    if path.single:
        return test(at(column, path))
    return f"arrayExists(x -> {test(ELEMENT)}, {elements(column, path)})"


def compared(column: str, path: Path, compare: Compare, writer: Writer) -> str:
    """Return the comparison of what lies at `path`; never NULL."""
    opposite = OPERATORS[compare.op].opposite_of
    if opposite:
        return f"(NOT {compared(column, path, Compare(opposite, compare.operands), writer)})"
    return any_cell(column, path, lambda cell: holds(cell, compare, writer))


def passes(column: str, path: Path, test: Compare | DateTest, writer: Writer) -> str:
    """Return whether what lies at `path` passes; never NULL."""
    if isinstance(test, Compare):
        return compared(column, path, test, writer)
    return any_cell(column, path, lambda cell: dated(f"on_clock({cell.string})", test, writer))


def compared_texts(text: str, compare: Compare, writer: Writer, *, many: bool) -> str:
    """Return the comparison of a text or NULL, or of an array of texts; never NULL."""
    opposite = OPERATORS[compare.op].opposite_of
    if opposite:
        return f"(NOT {compared_texts(text, Compare(opposite, compare.operands), writer, many=many)})"
    if not many:
        return holds(text_cell(text), compare, writer)
    return f"arrayExists(x -> {holds(text_cell('x'), compare, writer)}, {text})"


def holds(cell: Cell, compare: Compare, writer: Writer) -> str:
    """Return whether one value passes an operator that denies nothing; never NULL."""
    if compare.op == "exists":
        return cell.present
    if compare.op in {"eq", "in"}:
        return f"ifNull({_equals(cell, compare.operands, writer)}, 0)"
    operand = compare.operands[0]
    if isinstance(operand, Decimal):
        return f"ifNull({cell.number} {SIGNS[compare.op]} {writer.number(operand)}, 0)"
    return f"ifNull({_in_text(cell.string, compare.op, operand, writer)}, 0)"


def _in_text(said: str, op: str, part: str, writer: Writer) -> str:
    if op == "like":
        return f"{said} LIKE {writer.text(_like(part))}"
    right = writer.text(part)
    if op == "contains":
        return f"position({said}, {right}) > 0"
    return f"{'startsWith' if op == 'starts_with' else 'endsWith'}({said}, {right})"


def _like(shape: str) -> str:
    escaped = shape.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped.replace("*", "%")


def _equals(cell: Cell, operands: tuple[Literal, ...], writer: Writer) -> str:
    texts = [operand for operand in operands if isinstance(operand, str)]
    numbers = [operand for operand in operands if isinstance(operand, Decimal)]
    parts = []
    if texts:
        plain = not any(DECIMAL_TEXT.fullmatch(text) or text in BOOLEAN_TEXT for text in texts)
        said = cell.string if plain else cell.text
        right = f"= {writer.text(texts[0])}" if len(texts) == 1 else f"IN {writer.texts(texts)}"
        parts.append(f"{said} {right}")
    if len(numbers) == 1:
        parts.append(f"{cell.number} = {writer.number(numbers[0])}")
    elif numbers:
        bound = ", ".join(writer.number(number) for number in numbers)
        parts.append(f"{cell.number} IN ({bound})")
    # A NULL on one side must not hide the other side.
    return parts[0] if len(parts) == 1 else " OR ".join(f"ifNull({part}, 0)" for part in parts)


def quoted(column: str, keys: tuple[str, ...]) -> str:
    """Return a subcolumn; `path.py` lets no sign through that could leave the backticks."""
    return ".".join((column, *(f"`{key}`" for key in keys)))


def _list_type(groups: tuple[tuple[str, ...], ...]) -> str:
    inner = "Dynamic" if len(groups) == 1 else _list_type(groups[1:])
    for key in reversed(groups[0]):
        inner = f"Tuple(`{key}` {inner})"
    return f"Array({inner})"
