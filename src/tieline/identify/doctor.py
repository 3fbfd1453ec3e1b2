"""What a steward should look at: values that many share, large zones, links that join nobody, limits that are reached. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from tieline.identify.graph import Rejected
from tieline.identify.rules import RULES, Rules


class Shared(NamedTuple):
    """A value and how many other identifiers were seen with it."""

    namespace: str
    value: str
    others: int


class Zone(NamedTuple):
    """Identifiers that links would bring together if no rule stood against it.

    Attributes:
        node_id: One of its identifiers.
        identifiers: How many it has.
        profiles: How many people they are by the rules.
    """

    node_id: bytes
    identifiers: int
    profiles: int


class Held(NamedTuple):
    """How many profiles hold this many identifiers of a namespace."""

    namespace: str
    identifiers: int
    profiles: int


class Findings(NamedTuple):
    """What the store was asked."""

    shared: Sequence[Shared]
    zones: Sequence[Zone]
    held: Sequence[Held]


def report(findings: Findings, rejected: Iterable[Rejected], rules: Rules = RULES) -> dict[str, Any]:
    """Return the report as plain values; what identifies a person is masked."""
    reasons = Counter(one.reason for one in rejected)
    return {
        "most_shared": [
            {"namespace": one.namespace, "value": masked(one.value), "seen_with": one.others}
            for one in findings.shared
        ],
        "largest_zones": [
            {"example": one.node_id.hex(), "identifiers": one.identifiers, "profiles": one.profiles}
            for one in findings.zones
        ],
        "rejected": [{"reason": reason, "links": count} for reason, count in sorted(reasons.items())],
        "at_limit": [
            {"namespace": one.namespace, "limit": rules.of(one.namespace).limit, "profiles": one.profiles}
            for one in findings.held
            if 1 < rules.of(one.namespace).limit <= one.identifiers
        ],
    }


def few(zones: Sequence[Zone], identifiers_max: int) -> list[Zone]:
    """Return the first of `zones` as long as they hold no more identifiers than this together, and always the first."""
    held = list(accumulate(zone.identifiers for zone in zones))
    return [zone for zone, so_far in zip(zones, held, strict=True) if so_far <= identifiers_max] or list(
        zones[:1]
    )


def masked(value: str) -> str:
    """Return a value with its middle hidden: enough to recognise, too little to contact."""
    shown = min(4, len(value) // 3)
    return value[:shown] + "*" * (len(value) - 2 * shown) + value[len(value) - shown :]


def example_of(namespace: str, value: str) -> str:
    """Return how a report names an identifier for example."""
    return f"{namespace} {masked(value)}"
