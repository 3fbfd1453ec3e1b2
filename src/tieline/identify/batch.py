"""Nodes and links as facts add up to them. Pure: sets, earliest and latest, so that order cannot show."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from tieline.identify.mark import Said
from tieline.identify.rules import Rules
from tieline.identify.star import Named
from tieline.model.event import Proof
from tieline.model.identity import Link, Mark, Node, fold_marks

LinkKey = tuple[bytes, bytes, str, Proof]


class Evidence(NamedTuple):
    """What a batch says: nodes with the earliest time they are seen in it, and links between them, by their keys."""

    nodes: dict[bytes, Node]
    links: dict[LinkKey, Link]


def marked(said: Said, source: str, proof: Proof) -> tuple[Mark, ...]:
    """Return what a source said that tells people apart, sorted."""
    if not said:
        return ()
    return tuple(Mark(kind, value, source, proof == Proof.VERIFIED) for kind, value in said)


def name_node(
    nodes: dict[bytes, Node], named: Named, at: datetime, marks: tuple[Mark, ...], rules: Rules
) -> None:
    """Add one sighting of an identifier. A thing that changes hands is nobody's namesake, so it takes no marks."""
    _, namespace, value, node_id = named
    if marks and rules.of(namespace).weak:
        marks = ()
    known = nodes.get(node_id)
    if known is None:
        nodes[node_id] = Node(node_id, namespace, value, at, marks)
    elif at < known.first_at or (marks and marks != known.marks):
        nodes[node_id] = Node(
            node_id, namespace, value, min(at, known.first_at), fold_marks((*known.marks, *marks))
        )


def add_link(links: dict[LinkKey, Link], key: LinkKey, at: datetime) -> None:
    """Add one sighting of a pair by a source."""
    other = links.get(key)
    if other is None:
        links[key] = Link(*key, at, at)
    elif at < other.first_at or at > other.last_at:
        links[key] = Link(*key, min(other.first_at, at), max(other.last_at, at))


def add_star(
    evidence: Evidence,
    nodes: Iterable[Named],
    keys: Iterable[LinkKey],
    at: datetime,
    marks: tuple[Mark, ...],
    rules: Rules,
) -> None:
    """Add all that one event says."""
    for named in nodes:
        name_node(evidence.nodes, named, at, marks, rules)
    for key in keys:
        add_link(evidence.links, key, at)
