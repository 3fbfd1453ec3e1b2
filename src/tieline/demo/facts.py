"""What the demonstration promises: each figure beside one that was worked out without Tieline."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec


class Fact(msgspec.Struct, frozen=True):
    """One promise.

    Attributes:
        key: Stable name, for programs.
        name: What it says, for the reader.
        expected: Worked out from the demonstration's own input, or what a promise demands.
        got: What Tieline or the LINE platform says.
        ok: Whether it holds.
    """

    key: str
    name: str
    expected: Any
    got: Any
    ok: bool


class Figure(msgspec.Struct, frozen=True):
    """A number worth seeing that nothing was promised about."""

    key: str
    name: str
    value: Any


class Facts:
    """All promises so far, in order, and figures that are shown without being promised.

    Attributes:
        complete: Whether the story came to its end.
    """

    def __init__(self) -> None:
        self.complete = False
        self._facts: list[Fact] = []
        self._figures: list[Figure] = []

    def equal(self, key: str, name: str, expected: Any, got: Any) -> None:
        """Promise that two figures are the same."""
        self._facts.append(Fact(key, name, expected, got, expected == got))

    def once_each(self, key: str, name: str, expected: Iterable[str], got: Iterable[str]) -> None:
        """Promise that exactly these people got something, each once; shown are how many, and who differs."""
        wanted, found = Counter(expected), Counter(got)
        shown: dict[str, Any] = {"people": len(found), "messages": found.total()}
        if wanted != found:
            shown["missing"] = (wanted - found).total()
            shown["too_many"] = (found - wanted).total()
        demanded = {"people": len(wanted), "messages": wanted.total()}
        self._facts.append(Fact(key, name, demanded, shown, wanted == found))

    def figure(self, key: str, name: str, value: Any) -> None:
        """Show a number."""
        self._figures.append(Figure(key, name, value))

    @property
    def figures(self) -> Sequence[Figure]:
        """Return what is only shown."""
        return tuple(self._figures)

    def __iter__(self) -> Iterator[Fact]:
        return iter(self._facts)

    @property
    def all_hold(self) -> bool:
        """Whether the story came to its end, and everything it promised holds."""
        return self.complete and bool(self._facts) and all(fact.ok for fact in self._facts)

    def to_json(self) -> str:
        """Return everything as one line."""
        return msgspec.json.encode(
            {
                "ok": self.all_hold,
                "facts": self._facts,
                "figures": {one.key: one.value for one in self._figures},
            }
        ).decode()
