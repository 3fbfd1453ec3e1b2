"""The identifiers of one event as nodes around the strongest of them. Pure."""

from collections.abc import Iterable
from functools import lru_cache, partial
from typing import NamedTuple

from tieline.identify.evidence import Pair
from tieline.identify.normalize import Refused, normalize
from tieline.identify.rules import RULES, Rules
from tieline.ids import keyed_hash
from tieline.model.event import Identifier

IDENTIFIERS_MAX = 20
NAMES_REMEMBERED = 32_768
"""Identifiers that one workspace's reader keeps: a few megabytes."""


class Named(NamedTuple):
    """One identifier in its one spelling, and the node it is. In the order of its fields, the least is the strongest."""

    tier: int
    namespace: str
    value: str
    node_id: bytes


class Star(NamedTuple):
    """What an event says about who it was.

    Attributes:
        nodes: Strongest first: the event belongs to the first, and the others are linked to it.
        refused: Why other identifiers name nobody, without their values.
    """

    nodes: tuple[Named, ...]
    refused: tuple[str, ...]

    @property
    def pairs(self) -> list[Pair]:
        """The links from the centre, each named from the lesser end."""
        centre = self.nodes[0].node_id
        return [
            (centre, node.node_id) if centre < node.node_id else (node.node_id, centre)
            for node in self.nodes[1:]
        ]


class Reader:
    """Reads the identifiers of events; of ties in strength the lesser value is the centre.

    It remembers what it read last: who is seen with something new is known by a name that was read before.

    Args:
        identity_key: Keys the hash that names nodes.
        region: Country of numbers that do not say theirs.
        rules: How strong each namespace is.
    """

    def __init__(self, identity_key: bytes, region: str, rules: Rules = RULES) -> None:
        self.of = (identity_key, region, rules)
        self._named = {
            proven: lru_cache(NAMES_REMEMBERED)(partial(_named, *self.of, proven=proven))
            for proven in (False, True)
        }

    def read(self, identifiers: Iterable[Identifier], *, proven: bool = False) -> Star:
        """Read the identifiers of one event.

        Args:
            identifiers: As they were sent.
            proven: The person proved to own them, so a number that looks like a placeholder is none.
        """
        named = self._named[proven]
        found: set[Named] = set()
        refused: list[str] = []
        for identifier in identifiers:
            one = named(identifier)
            if isinstance(one, str):
                refused.append(one)
            else:
                found.add(one)
        return Star(tuple(sorted(found)), tuple(refused))


def _named(
    identity_key: bytes, region: str, rules: Rules, identifier: Identifier, *, proven: bool
) -> Named | str:
    """Return the name that an identifier is, or the reason why it is none."""
    namespace = identifier.namespace
    value = normalize(namespace, identifier.value, region)
    rule = rules.of(namespace)
    if isinstance(value, Refused) and value.written and (proven or value.written in rule.allowed):
        value = value.written
    if isinstance(value, Refused):
        return value.reason
    if value in rule.blocked:
        return "blocked"
    return Named(rule.tier, namespace, value, keyed_hash(identity_key, namespace, value))
