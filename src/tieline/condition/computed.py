"""Computed traits: a measure of the history, or the first class whose condition holds, under a name."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tieline.condition import tree
from tieline.condition.compare import OPERATORS
from tieline.condition.happened import read_measured
from tieline.condition.node import Computed, Definition, InSegment, Node
from tieline.condition.parse import parse
from tieline.condition.place import Place, limit_size, quote
from tieline.condition.tree import All, AnyOf, Not
from tieline.errors import InvalidConditionError

PREFIX = "computed:"
"""Stands before the key of a computed trait among the definitions that `rewrite` is given."""
CLASSES_MAX = 30
LABEL_MAX = 40


def parse_definition(data: Any, pointer: str = "") -> Definition:
    """Read what a computed trait is: a measure (`event`, `where`, `window`, `measure`), or `classes`.

    Raises:
        InvalidConditionError: It is not whole; `field` points at the place.
    """
    place = Place(data, pointer)
    limit_size(place)
    if "classes" in place.mapping():
        _classes(place)
    else:
        read_measured(place)
    return Definition(msgspec.json.encode(data).decode())


def is_definition(data: Any) -> bool:
    """Tell whether JSON defines a computed trait rather than saying a condition."""
    return isinstance(data, Mapping) and "computed_trait" in data


def classes(definition: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return label and condition, as written, of each class; none if it is a measure."""
    return [(str(one["label"]), one["condition"]) for one in definition.get("classes", ())]


def resolved(leaf: Computed, definitions: Mapping[str, Node]) -> Node:
    """Return the condition that a comparison of a computed trait stands for.

    Raises:
        InvalidConditionError: There is no such trait, or it cannot be compared like this.
    """
    found = definitions.get(f"{PREFIX}{leaf.key}")
    if not isinstance(found, Definition):
        raise InvalidConditionError(
            f"The computed trait {quote(leaf.key)} does not exist.",
            way_out="Create it first, or choose another.",
        )
    definition, said = msgspec.json.decode(found.said), msgspec.json.decode(leaf.said)
    if "classes" not in definition:
        return parse({**definition, **said})
    return _in_classes(classes(definition), said)


def _in_classes(known: Sequence[tuple[str, Any]], said: Mapping[str, Any]) -> Node:
    op, value = said.get("op"), said.get("value")
    if op not in {"eq", "ne", "in", "not_in", "exists", "not_exists"}:
        raise InvalidConditionError(
            f"Classes are not compared by {quote(op)}.", way_out="Use eq, ne, in, not_in."
        )
    opposite = OPERATORS[op].opposite_of
    if opposite:
        return Not(_in_classes(known, {"op": opposite, **({"value": value} if "value" in said else {})}))
    wanted = [label for label, _ in known] if op == "exists" else value if op == "in" else [value]
    labels = [label for label, _ in known]
    if not isinstance(wanted, list) or not wanted or any(one not in labels for one in wanted):
        raise InvalidConditionError(f"{quote(value)} is no class of it.", way_out=f"Use {', '.join(labels)}.")
    parts: list[Node] = []
    before: list[Node] = []
    for label, condition in known:
        node = parse(condition)
        if label in wanted:
            parts.append(All((node, *map(Not, before))) if before else node)
        before.append(node)
    return AnyOf(tuple(parts)) if len(parts) > 1 else parts[0]


def _classes(place: Place) -> None:
    place.keys(("classes",))
    labels: set[str] = set()
    for item in place.at("classes").items(CLASSES_MAX):
        item.keys(("label", "condition"))
        label = item.at("label").text(LABEL_MAX)
        if label in labels:
            raise item.at("label").refuse(
                f"There are two classes {quote(label)}.", "Give each its own label."
            )
        labels.add(label)
        node = parse(item.data["condition"], f"{item.pointer}/condition")
        for leaf in tree.leaves(node):
            if isinstance(leaf, InSegment | Computed):
                raise item.at("condition").refuse(
                    "A class refers to a segment or a computed trait.", "Write its condition out."
                )
