"""The identifiers of one event as nodes around the strongest of them. Pure."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from tieline.identify.evidence import Pair
from tieline.identify.normalize import Refused, normalize
from tieline.identify.rules import RULES, Rules
from tieline.ids import keyed_hash
from tieline.model.event import Identifier

IDENTIFIERS_MAX = 20


class Named(NamedTuple):
    """One identifier in its one spelling, and the node it is."""

    node_id: bytes
    namespace: str
    value: str


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


def read(
    identifiers: Iterable[Identifier],
    identity_key: bytes,
    region: str,
    rules: Rules = RULES,
    *,
    proven: bool = False,
) -> Star:
    """Read the identifiers of one event; of ties in strength the lesser value is the centre.

    Args:
        identifiers: As they were sent.
        identity_key: Keys the hash that names nodes.
        region: Country of numbers that do not say theirs.
        rules: How strong each namespace is.
        proven: The person proved to own them, so a number that looks like a placeholder is none.
    """
    found: dict[tuple[int, str, str], Named] = {}
    refused: list[str] = []
    for identifier in identifiers:
        namespace = identifier.namespace
        named, why = _named(namespace, identifier.value, identity_key, region)
        rule = rules.of(namespace)
        if named is None or (why and not proven and named.value not in rule.allowed):
            refused.append(why)
        elif rule.blocked and named.value in rule.blocked:
            refused.append("blocked")
        else:
            found[rule.tier, namespace, named.value] = named
    return Star(tuple([found[strength] for strength in sorted(found)]), tuple(refused))


@lru_cache(maxsize=16_384)
def _named(namespace: str, value: str, identity_key: bytes, region: str) -> tuple[Named | None, str]:
    """Return what a value names, None for nobody, and why it is refused unless somebody vouches for it, if it is."""
    plain = normalize(namespace, value, region)
    why = ""
    if isinstance(plain, Refused):
        plain, why = plain.written, plain.reason
    return Named(keyed_hash(identity_key, namespace, plain), namespace, plain) if plain else None, why
