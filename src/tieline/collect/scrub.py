"""Take out of a stored request what names a person who was erased; what it says about others stays. Pure."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, Protocol

import msgspec

from tieline.collect.normalize import identifiers
from tieline.collect.wire import ERASED, TYPE_OF_KIND, Item
from tieline.model.event import IDENTITY_DECIDED, Identifier, LogKind, LogRow, Source
from tieline.model.identity import ANONYMOUS, PHONE, POS_CARD

_GONE = {"type": ERASED}
_OWN_NAMES = ("userId", "anonymousId", "previousId")
_UNKNOWN = Source(0, 0, "", "server")
_NOT_DIGITS = bytes(set(range(256)) - set(b"0123456789"))
_OTHER_SPELLING = (b"\\u", b"\xef\xbc", b"\xef\xbd")
"""Escapes and full-width characters: behind them anything may stand."""
_TAIL = 8
Json = Any


class Names(Protocol):
    """Knows who is gone."""

    def names(self, namespace: str, value: str) -> bool:
        """Say whether an identifier is gone."""
        ...

    def about(self, identifiers: Sequence[Identifier]) -> bool:
        """Say whether an event with these identifiers is about somebody who is gone."""
        ...

    def without(self, value: Any) -> Any:
        """Return a JSON value in which no leaf is gone."""
        ...


def may_name(body: bytes, values: Iterable[tuple[str, str]]) -> bool:
    """Say, fast, whether a body may name one of these identifiers; False is certain.

    Args:
        body: As it was stored.
        values: (namespace, value) in normal form.
    """
    if any(mark in body for mark in _OTHER_SPELLING):
        return True
    lower, digits = body.lower(), b""
    for namespace, value in values:
        if not value.isascii():
            return True
        if namespace == PHONE:
            digits = digits or body.translate(None, _NOT_DIGITS)
            if value[-_TAIL:].encode() in digits:
                return True
        elif namespace == POS_CARD or value.lower().encode() in lower:
            return True
    return False


class Scrubbed(NamedTuple):
    """A body without the person.

    Attributes:
        items: Positions of the items that went as a whole.
    """

    body: bytes
    items: list[int]


def scrub(row: LogRow, source: Source | None, gone: Names, words: Sequence[str] = ()) -> Scrubbed | None:
    """Return the body of a row without those who are gone, None if it does not name them.

    Items keep their positions, because other tables name them by these.

    Args:
        row: A request as it was stored.
        source: Where it came from; None if that is not known any more.
        gone: Who is gone.
        words: Spellings that may not stand anywhere, also within a longer text.
    """
    try:
        tree = json.loads(row.body, parse_constant=str)
    except (ValueError, RecursionError):
        return _unreadable(row, words)
    if row.kind in TYPE_OF_KIND:
        whole = _item(tree, source, gone, words, TYPE_OF_KIND[row.kind])
        return None if whole == tree else Scrubbed(_bytes(whole), [0] if whole == _GONE else [])
    name = "events" if row.kind == LogKind.LINE_WEBHOOK else "batch"
    found = tree.get(name) if isinstance(tree, dict) else None
    if not isinstance(found, list):
        return _unreadable(row, words)
    reader = _line_event if row.kind == LogKind.LINE_WEBHOOK else _item
    left = [reader(item, source, gone, words) for item in found]
    rest = _blank({key: value for key, value in tree.items() if key != name}, gone, words)
    after = {**rest, name: left}
    if after == tree:
        return None
    return Scrubbed(_bytes(after), [index for index, item in enumerate(left) if item == _GONE])


def _unreadable(row: LogRow, words: Iterable[str]) -> Scrubbed | None:
    """What nobody can read goes as a whole if the person stands in it."""
    if any(word.encode() in row.body for word in words):
        return Scrubbed(_bytes(_GONE), [0])
    return None


def _item(item: Json, source: Source | None, gone: Names, words: Sequence[str], kind: str = "") -> Json:
    if not isinstance(item, dict):
        return _blank(item, gone, words)
    named = _named(item, kind or str(item.get("type", "")), source)
    if gone.about(named) or _decides(item, gone):
        return _GONE
    lost = {(one.namespace, one.value) for one in named if gone.names(one.namespace, one.value)}
    return _blank(_without_names(item, source, lost) if lost else item, gone, words)


def _named(item: dict[str, Json], kind: str, source: Source | None) -> tuple[Identifier, ...]:
    """Return whom an item names, whatever else is wrong with it."""
    fields = {name: item[name] for name in (*_OWN_NAMES, "traits", "context") if _fits(name, item.get(name))}
    read = msgspec.convert({**fields, "type": kind}, Item, strict=False)
    return identifiers(read, source or _UNKNOWN, read.context or {})


def _fits(name: str, value: Json) -> bool:
    if name in {"traits", "context"}:
        return isinstance(value, dict)
    return isinstance(value, (str, int, float)) and not isinstance(value, bool)


def _decides(item: dict[str, Json], gone: Names) -> bool:
    """A decision about two identifiers says nothing once one of them is gone."""
    if item.get("event") != IDENTITY_DECIDED:
        return False
    said = item.get("properties")
    ends = [said.get(end) for end in ("a", "b")] if isinstance(said, dict) else []
    return any(
        isinstance(end, dict) and gone.names(str(end.get("namespace", "")), str(end.get("value", "")))
        for end in ends
    )


def _without_names(
    item: dict[str, Json], source: Source | None, lost: set[tuple[str, str]]
) -> dict[str, Json]:
    """Take single names out of an item that is about somebody else."""
    kept = dict(item)
    user_namespace = (source or _UNKNOWN).user_id_namespace
    for field, namespace in zip(_OWN_NAMES, (user_namespace, ANONYMOUS, ANONYMOUS), strict=True):
        if (namespace, str(kept.get(field))) in lost:
            kept[field] = None
    context = kept.get("context")
    if isinstance(context, dict) and isinstance(context.get("externalIds"), list):
        others = [one for one in context["externalIds"] if not _is_lost(one, lost)]
        kept["context"] = {**context, "externalIds": others}
    return kept


def _is_lost(one: Json, lost: set[tuple[str, str]]) -> bool:
    return isinstance(one, dict) and (str(one.get("type")), str(one.get("id"))) in lost


def _line_event(event: Json, source: Source | None, gone: Names, words: Sequence[str]) -> Json:
    where = event.get("source") if isinstance(event, dict) else None
    user = where.get("userId") if isinstance(where, dict) else None
    if isinstance(user, str) and gone.names(f"line:{source.provider if source is not None else ''}", user):
        return _GONE
    return _blank(event, gone, words)


def _blank(value: Json, gone: Names, words: Sequence[str]) -> Json:
    cleared = gone.without(value)
    return _leaves(cleared, lambda text: _cut(text, words)) if words else cleared


def _cut(text: str, words: Iterable[str]) -> str:
    for word in words:
        text = text.replace(word, f"[{ERASED}]")
    return text


def _leaves(value: Json, change: Callable[[str], str]) -> Json:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {change(name): _leaves(item, change) for name, item in value.items()}
    return [_leaves(item, change) for item in value] if isinstance(value, list) else value


def _bytes(tree: Json) -> bytes:
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
