"""Message templates become messages: Liquid is filled into the leaves of the JSON tree, never into JSON text.

The shape of a message is therefore the same for everyone, whatever a name contains.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from tieline.deliver import limits
from tieline.deliver.liquid import RenderError, compile_text, is_template
from tieline.deliver.message.field import Problem, Problems, Unfilled
from tieline.deliver.message.text import shielded, unshielded
from tieline.errors import InvalidTemplateError

TEMPLATES_KEPT = 512

Messages = Sequence[Mapping[str, Any]]
Fill = Callable[[dict[str, Any]], Any]


class Compiled:
    """The messages of one step, ready to be filled for many people."""

    def __init__(self, messages: list[dict[str, Any]]) -> None:
        self._messages = messages
        self._fill = _compile(messages)

    @property
    def plain(self) -> bool:
        """Whether they are the same for everyone."""
        return self._fill is None

    def fill(self, context: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the messages for one person; parts without templates are shared and must not be changed.

        Args:
            context: What the templates may read: plain values by name.

        Raises:
            RenderError: They cannot be filled for this person.
        """
        if self._fill is None:
            return self._messages
        filled: list[dict[str, Any]] = self._fill(dict(context))
        return filled


def compiled(messages: Messages) -> Compiled:
    """Return the compiled templates of `messages`; the same templates are compiled once.

    Raises:
        RenderError: One does not compile; `check` says so when it is saved.
    """
    return _compiled(msgspec.json.encode(messages))


def check(messages: Messages, at: str = "") -> None:
    """Refuse templates that do not compile, and messages that LINE would refuse whatever is filled in.

    Args:
        messages: LINE message objects.
        at: Where they stand in what was sent: a JSON pointer.

    Raises:
        InvalidTemplateError: With the JSON pointer of the offending leaf.
    """
    for found in problems(messages):
        raise InvalidTemplateError(found.sentence, field=f"{at}{found.pointer}")


def problems(messages: Messages) -> Problems:
    """Yield everything for which `check` would refuse: templates first, then what LINE would not take."""
    for pointer, key, text in _leaves(messages, "", ""):
        if not is_template(text):
            continue
        if key == "type":
            yield Problem(pointer, "The type of an object cannot be a template.")
            continue
        try:
            compile_text(text)
        except RenderError as error:
            yield Problem(pointer, f"The template does not compile: {error}.")
    yield from limits.problems(_unfilled(messages))


@lru_cache(TEMPLATES_KEPT)
def _compiled(messages: bytes) -> Compiled:
    return Compiled(msgspec.json.decode(messages))


def _compile(value: Any) -> Fill | None:
    """Return what fills `value`, or None if it is the same for everyone."""
    if isinstance(value, str):
        return compile_text(value) if is_template(value) else None
    if isinstance(value, list):
        items = [(item, _compile(item)) for item in value]
        if all(fill is None for _, fill in items):
            return None
        return lambda context: [item if fill is None else fill(context) for item, fill in items]
    if isinstance(value, dict):
        braces = value.get("type") == "textV2"
        fields = [
            (name, item, _compile_braced(item) if braces and name == "text" else _compile(item))
            for name, item in value.items()
        ]
        if all(fill is None for *_, fill in fields):
            return None
        return lambda context: {name: item if fill is None else fill(context) for name, item, fill in fields}
    return None


def _compile_braced(text: Any) -> Fill | None:
    """Return what fills the text of a text v2, where a brace in a name must not open a placeholder."""
    if not isinstance(text, str) or not is_template(text):
        return None
    fill = compile_text(shielded(text))
    return lambda context: unshielded(fill(context), text)


def _leaves(value: Any, pointer: str, key: str) -> Iterator[tuple[str, str, str]]:
    """Yield (JSON pointer, key, text) of every text in the tree."""
    if isinstance(value, str):
        yield pointer, key, value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _leaves(item, f"{pointer}/{limits.escaped(str(name))}", str(name))
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _leaves(item, f"{pointer}/{index}", key)


def _unfilled(value: Any) -> Any:
    """Return the tree with every template marked as still to be filled, to see what is wrong without them."""
    if isinstance(value, str):
        return Unfilled(value) if is_template(value) else value
    if isinstance(value, Mapping):
        return {name: _unfilled(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_unfilled(item) for item in value]
    return value
