"""Fold the facts about a person's identifiers into one profile. Pure, and the same for any order of arrival."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tieline.model.identity import Node
from tieline.model.profile import ConsentEvent, Fact, FactKind, Profile, Trait, granted


class GoldenRule(msgspec.Struct, frozen=True):
    """How the best value of a trait is chosen: the first of `sources` that knows it, else the newest.

    `import` stands for every import, whose sources are called `import:` and its id.
    """

    sources: tuple[str, ...] = ()


def fold(
    workspace_id: int,
    profile_id: bytes,
    nodes: Sequence[Node],
    facts: Sequence[Fact],
    consents: Sequence[ConsentEvent],
    golden: Mapping[str, GoldenRule] | None = None,
) -> Profile:
    """Return the profile that these facts make."""
    rules = golden or {}
    latest: dict[tuple[FactKind, str], Fact] = {}
    for fact in facts:
        name = (fact.kind, fact.name)
        held = latest.get(name)
        rule = rules.get(fact.name, _NEWEST) if fact.kind == FactKind.TRAIT else _NEWEST
        if held is None or _rank(fact, rule) > _rank(held, rule):
            latest[name] = fact
    return Profile(
        workspace_id=workspace_id,
        profile_id=profile_id,
        identifiers=tuple(sorted((node.namespace, node.value) for node in nodes)),
        traits={
            name: Trait(fact.value, fact.source, fact.at)
            for (kind, name), fact in sorted(latest.items())
            if kind == FactKind.TRAIT and fact.value is not None
        },
        tags=_in_force(latest, FactKind.TAG),
        consents=granted(consents),
        friends=_in_force(latest, FactKind.FRIENDSHIP),
        first_seen_at=min(node.first_at for node in nodes),
    )


_NEWEST = GoldenRule()


def _rank(fact: Fact, rule: GoldenRule) -> tuple[int, Any, str, str]:
    named = fact.source if fact.source in rule.sources else fact.source.partition(":")[0]
    trusted = rule.sources.index(named) if named in rule.sources else len(rule.sources)
    return (-trusted, fact.at, fact.source, repr(fact.value))


def _in_force(latest: Mapping[tuple[FactKind, str], Fact], wanted: FactKind) -> tuple[str, ...]:
    return tuple(
        name for (kind, name), fact in sorted(latest.items()) if kind == wanted and fact.value is True
    )
