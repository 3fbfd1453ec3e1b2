"""Golden rules as a brand writes them: for a trait, the sources that are believed first. Pure."""

from collections.abc import Mapping
from typing import Any

from tieline.errors import InvalidInputError
from tieline.profile.fold import GoldenRule

SOURCES_MAX = 20
TRAITS_MAX = 500
NAME_MAX = 200


def read(said: Any) -> dict[str, GoldenRule]:
    """Return the rules by trait; what is not whole is left out, so that it cannot stop the stream."""
    if not isinstance(said, Mapping):
        return {}
    found = {}
    for trait, rule in said.items():
        try:
            found[str(trait)] = parse(rule)
        except InvalidInputError:
            continue
    return found


def parse(said: Any) -> GoldenRule:
    """Read `{"sources": ["crm", "web"]}`.

    Raises:
        InvalidInputError: It is not whole.
    """
    sources = said.get("sources") if isinstance(said, Mapping) else None
    whole = isinstance(sources, list) and 0 < len(sources) <= SOURCES_MAX
    if not whole or not all(isinstance(one, str) and 0 < len(one) <= NAME_MAX for one in sources or ()):
        raise InvalidInputError(
            "A golden rule names no sources.",
            field="/sources",
            way_out=f'Write {{"sources": ["crm", "web"]}}, the most trusted first, at most {SOURCES_MAX}.',
        )
    if len(set(sources or ())) != len(sources or ()):
        raise InvalidInputError("A source is named twice.", field="/sources", way_out="Name each once.")
    return GoldenRule(tuple(sources or ()))
