"""What the demonstration promises: each figure beside one that was worked out without Tieline."""

from collections.abc import Iterator
from typing import Any

import msgspec


class Fact(msgspec.Struct, frozen=True):
    """One promise.

    Attributes:
        name: What it says, for the reader.
        expected: Worked out from the demonstration's own input, or what a promise demands.
        got: What Tieline or the LINE platform says.
        ok: Whether it holds.
    """

    name: str
    expected: Any
    got: Any
    ok: bool


class Facts:
    """All promises so far, in order, and figures that are shown without being promised."""

    def __init__(self) -> None:
        self._facts: list[Fact] = []
        self.figures: dict[str, Any] = {}

    def equal(self, name: str, expected: Any, got: Any) -> None:
        """Promise that two figures are the same."""
        self._facts.append(Fact(name, expected, got, expected == got))

    def hold(self, name: str, expected: str, got: Any, *, ok: bool) -> None:
        """Promise something that is no equality; `expected` says it in words."""
        self._facts.append(Fact(name, expected, got, ok))

    def __iter__(self) -> Iterator[Fact]:
        return iter(self._facts)

    @property
    def all_hold(self) -> bool:
        """Whether there are facts and all of them hold."""
        return bool(self._facts) and all(fact.ok for fact in self._facts)

    def to_json(self) -> str:
        """Return everything as one line."""
        return msgspec.json.encode({"ok": self.all_hold, "facts": self._facts, "figures": self.figures}).decode()
