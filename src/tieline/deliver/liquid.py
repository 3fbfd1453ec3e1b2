"""The template language a brand may write: Liquid, with a bound on everything it can do.

A template sees plain values only, no object attributes, no files and no environment. Loops, output and variables are
limited by the language; every text or list that a filter takes or gives is limited here, because one chain of
`replace`, `join` or `times` could otherwise outgrow any memory before the language looks.
"""

from collections.abc import Callable, Mapping, Sized
from functools import lru_cache, wraps
from typing import Any

from liquid import BoundTemplate, Environment
from liquid.exceptions import LiquidError

TEXT_MAX = 5_000
ITEMS_MAX = 1_000
BITS_MAX = 64
SOURCE_MAX = 10_000
TEMPLATES_KEPT = 512
TAGS = frozenset({
    "#", "assign", "break", "capture", "case", "comment", "content", "continue", "doc", "echo", "for", "if", "illegal",
    "liquid", "output", "unless",
})  # fmt: skip
FILTERS = frozenset({
    "abs", "append", "at_least", "at_most", "capitalize", "ceil", "compact", "concat", "date", "default", "divided_by",
    "downcase", "first", "floor", "join", "last", "lstrip", "map", "minus", "modulo", "plus", "prepend", "remove",
    "remove_first", "remove_last", "replace", "replace_first", "replace_last", "reverse", "round", "rstrip", "size",
    "slice", "sort", "split", "squish", "strip", "strip_html", "strip_newlines", "sum", "times", "truncate",
    "truncatewords", "uniq", "upcase", "url_encode", "where",
})  # fmt: skip
_TOLD_AS_NUMBER = frozenset({"size"})


class RenderError(Exception):
    """A template that cannot be filled for this recipient, or does not compile."""


class _Bounded(Environment):
    loop_iteration_limit = 1_000
    output_stream_limit = 4 * TEXT_MAX
    local_namespace_limit = 4 * TEXT_MAX
    context_depth_limit = 10


def compile_text(source: str) -> Callable[[dict[str, Any]], str]:
    """Return a function that fills `source`; a variable that is missing is empty.

    Raises:
        RenderError: The source is too long, not Liquid, or uses what is not offered.
    """
    if len(source) > SOURCE_MAX:
        raise RenderError(f"A template may have {SOURCE_MAX} characters, this one has {len(source)}.")
    try:
        template: BoundTemplate = _ENVIRONMENT.from_string(source)
        unknown = sorted(set(template.analyze().filters) - FILTERS)
    except (LiquidError, RecursionError) as error:
        raise RenderError(_first_line(error)) from None
    if unknown:
        raise RenderError(f"There is no filter {unknown[0]}")

    def fill(context: dict[str, Any]) -> str:
        try:
            return str(template.render(**context))
        except (LiquidError, ValueError, TypeError, ArithmeticError, RecursionError) as error:
            raise RenderError(_first_line(error)) from None

    return fill


def fill_tree(value: Any, context: Mapping[str, Any]) -> Any:
    """Return a JSON value with every text in it filled; a text that cannot be filled is empty."""
    if isinstance(value, str):
        return _filled(value, context) if is_template(value) else value
    if isinstance(value, Mapping):
        return {name: fill_tree(item, context) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [fill_tree(item, context) for item in value]
    return value


def is_template(text: str) -> bool:
    """Tell whether `text` has anything to fill in."""
    return "{{" in text or "{%" in text


def _filled(text: str, context: Mapping[str, Any]) -> str:
    try:
        return _kept(text)(dict(context))
    except RenderError:
        return ""


@lru_cache(TEMPLATES_KEPT)
def _kept(text: str) -> Callable[[dict[str, Any]], str]:
    return compile_text(text)


def _environment() -> Environment:
    bounded = _Bounded()
    bounded.tags = {name: tag for name, tag in bounded.tags.items() if name in TAGS}
    bounded.filters = {
        name: _guarded(name, function) for name, function in bounded.filters.items() if name in FILTERS
    }
    return bounded


def _guarded(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def guarded(*values: Any, **options: Any) -> Any:
        if name not in _TOLD_AS_NUMBER:
            for value in values:
                _refuse_large(value)
        result = function(*values, **options)
        _refuse_large(result)
        return result

    return guarded


def _refuse_large(value: object) -> None:
    if isinstance(value, str):
        large = len(value) > TEXT_MAX
    elif isinstance(value, int):
        large = value.bit_length() > BITS_MAX
    elif isinstance(value, Sized):
        large = _size(value) > ITEMS_MAX
    else:
        large = False
    if large:
        raise RenderError("A value in the template grew too large.")


def _size(value: Sized) -> int:
    try:
        return len(value)
    except OverflowError:
        return ITEMS_MAX + 1


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


_ENVIRONMENT = _environment()
