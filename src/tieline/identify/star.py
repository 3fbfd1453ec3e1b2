"""The identifiers of one event as nodes around the strongest of them. Pure."""

from collections.abc import Iterable
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
        value = normalize(namespace, identifier.value, region)
        rule = rules.of(namespace)
        if isinstance(value, Refused) and value.written and (proven or value.written in rule.allowed):
            value = value.written
        if value in rule.blocked:
            value = Refused("blocked")
        if isinstance(value, Refused):
            refused.append(value.reason)
        else:
            node_id = keyed_hash(identity_key, namespace, value)
            found[rule.tier, namespace, value] = Named(node_id, namespace, value)
    return Star(tuple(found[strength] for strength in sorted(found)), tuple(refused))
