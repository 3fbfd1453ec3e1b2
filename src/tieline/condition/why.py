"""Why a condition holds for one person, or does not: each part as it was written, and what decides it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import msgspec

from tieline.condition import when
from tieline.condition.filter import Clock
from tieline.condition.match import Person, counted_events, match
from tieline.condition.node import Happened, HistoryLeaf, Leaf, Told, Top, Trait, TraitItem
from tieline.condition.parse import parse
from tieline.condition.path import values_at
from tieline.condition.rewrite import Segments, parsed, rewrite
from tieline.condition.tree import leaves

EVENTS_MAX = 20
"""Events shown for one part; the newest."""

Json: TypeAlias = Mapping[str, Any]


class Question(msgspec.Struct, frozen=True):
    """Who is asked about, and when.

    Attributes:
        person: Profile and history: every event that the condition reads.
        now: The moment of the question, with an offset.
        time_zone: IANA name of the workspace's time zone.
        definitions: Conditions, as written, that `{"segment": key}` may refer to.
        first: Who is among the first, for each ranking in the condition.
    """

    person: Person
    now: datetime
    time_zone: str
    definitions: Json = {}
    first: Mapping[Top, frozenset[bytes]] = {}


def explain(condition: Json, question: Question) -> dict[str, Any]:
    """Return a tree of the same shape as `condition`.

    Returns:
        `holds` and `condition` (as it was written) for every part; a joint has `parts`; a part that stands alone has
        `events` (the newest that it counts, with their times and values), `counted` (how many there are), or `found`
        (what the profile has there).

    Raises:
        InvalidConditionError: The condition does not compile.
    """
    return _explained(condition, question, parsed(question.definitions))


def _explained(condition: Json, question: Question, segments: Segments) -> dict[str, Any]:
    node = rewrite(parse(condition), segments)
    holds = match(node, question.person, question.now, question.time_zone, question.first)
    said: dict[str, Any] = {"holds": holds, "condition": condition}
    parts = _parts(condition, question.definitions)
    if parts:
        return {
            **said,
            "parts": [{**_explained(part, question, segments), "as": name} for name, part in parts],
        }
    evidence: dict[str, Any] = {}
    for leaf in leaves(node):
        evidence |= _evidence(leaf, question)
    return {**said, **evidence}


def _parts(condition: Json, definitions: Json) -> list[tuple[str, Json]]:
    """Return the parts of a joint, each with the word before it; a leaf has none."""
    for joint in ("all", "any"):
        if joint in condition:
            return [(joint, part) for part in condition[joint]]
    if "segment" in condition:
        return [("segment", definitions[condition["segment"]])]
    return [(word, condition[word]) for word in ("not", "include", "exclude") if word in condition]


def _evidence(leaf: Leaf, question: Question) -> dict[str, Any]:
    person = question.person
    if isinstance(leaf, Trait):
        return {"found": values_at(person.traits, leaf.path)}
    if isinstance(leaf, TraitItem):
        return {"found": values_at(person.traits, leaf.item.path)}
    if isinstance(leaf, Top):
        return {"first": person.profile_id in question.first.get(leaf, ()), "of": leaf.most}
    if not isinstance(leaf, HistoryLeaf):
        return {"found": _standing(person)}
    clock = Clock(when.to_milliseconds(question.now), ZoneInfo(question.time_zone))
    counted = counted_events(leaf, person.events, clock)
    newest = sorted(counted, key=lambda event: event.at, reverse=True)[:EVENTS_MAX]
    path = leaf.measure.path if isinstance(leaf, Happened | Told) else None
    events = [
        {
            "event": event.event,
            "at": event.at,
            **({"values": values_at(event.properties, path)} if path else {}),
        }
        for event in newest
    ]
    return {"counted": len(counted), "events": events}


def _standing(person: Person) -> dict[str, list[str]]:
    """Return what a profile is marked with: names, none of its contact data."""
    return {
        "tags": sorted(person.tags),
        "consents": sorted(person.consents),
        "line_friend_of": sorted(person.friends),
        "identified_by": sorted(person.namespaces),
    }
