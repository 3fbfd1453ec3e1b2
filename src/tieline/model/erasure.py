"""A person who asked to be erased, while it is carried out."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from tieline.model.identity import EMAIL, LINE, PHONE

_COUNTRIES = ("+886", "+81", "+66")


class ErasedNode(msgspec.Struct, frozen=True, array_like=True):
    """An identifier that is erased."""

    node_id: bytes
    namespace: str
    value: str


class Erasure(msgspec.Struct, frozen=True):
    """One person's erasure, under way.

    Attributes:
        target: A node of the person, as it was asked for; empty for one that is applied again after a restore.
        nodes: Every identifier of the person, once the stream has come to the erasure.
        through: Log rows up to here may name the person.
        searched: How far the search of the log has come.
    """

    workspace_id: int
    erasure_id: str
    target: bytes
    nodes: tuple[ErasedNode, ...]
    through: int
    searched: int
    asked_at: datetime

    @property
    def node_ids(self) -> list[bytes]:
        """The hashes that named the person."""
        return [node.node_id for node in self.nodes]


class RulesSaid(NamedTuple):
    """What is kept of a version of the rules that may name people: its text, what it says, and whom it would touch."""

    text: str
    rules: Mapping[str, Any]
    report: Mapping[str, Any] | None


class Kept(NamedTuple):
    """Under which hash what is kept of a node's consents stands."""

    node_id: bytes
    hash: bytes


class Suppressed(msgspec.Struct, frozen=True):
    """What is left of an erased identifier: a keyed hash, from which nobody can tell what it was.

    Attributes:
        erased_at: What happened before this is refused for ever; what happened after may be a new consent.
    """

    hash: bytes
    namespace: str
    erased_at: datetime


def spellings(values: Iterable[tuple[str, str]]) -> list[str]:
    """Return spellings of identifiers that are nobody else's, wherever they stand: within a note, in another's event.

    Args:
        values: (namespace, value) in normal form. Member numbers and the like are left out: "M1" may be a size.
    """
    found: dict[str, None] = {}
    for namespace, value in values:
        if namespace == PHONE:
            found |= dict.fromkeys(_numbers(value))
        elif namespace == EMAIL or namespace.startswith(f"{LINE}:"):
            found[value] = None
    return list(found)


def _numbers(number: str) -> list[str]:
    for country in _COUNTRIES:
        if number.startswith(country):
            local = f"0{number.removeprefix(country)}"
            return [number, local, f"{local[:4]}-{local[4:7]}-{local[7:]}", number.removeprefix("+")]
    return [number, number.removeprefix("+")]
