"""How many identifiers of each namespace a zone holds, and whether one person may hold them. Pure.

Millions of zones hold one of a few hundred mixtures, so each is worked out once and leads to those that it becomes.
"""

from collections.abc import Mapping

from tieline.identify.fit import room
from tieline.identify.rules import Rules

REMEMBERED = 10_000
"""Mixtures that are kept; namespaces may be made up, so those beyond are worked out each time."""


class Census:
    """One mixture, shared by all zones that hold it.

    Attributes:
        has_room: One person may hold all this, however it is linked.
    """

    def __init__(
        self,
        rules: Rules,
        counts: Mapping[str, int] | None = None,
        known: dict[object, "Census"] | None = None,
    ) -> None:
        self.rules = rules
        self._counts: Mapping[str, int] = counts or {}
        self.has_room = room(self._counts, rules)
        self._known: dict[object, Census] = {} if known is None else known
        self._next: dict[str, Census] = {}

    def plus(self, namespace: str) -> "Census":
        """Return the mixture with one identifier more. What has no room has none whatever comes, so it stays what it is."""
        found = self._next.get(namespace)
        return self._with(namespace) if found is None else found

    def _with(self, namespace: str) -> "Census":
        if not self.has_room:
            return self
        counts = {**self._counts, namespace: self._counts.get(namespace, 0) + 1}
        name = frozenset(counts.items())
        found = self._known.get(name)
        if found is None:
            found = Census(self.rules, counts, self._known)
            if len(self._known) >= REMEMBERED:
                return found
            self._known[name] = found
        self._next[namespace] = found
        return found
