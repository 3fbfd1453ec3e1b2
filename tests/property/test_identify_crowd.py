"""Crowds, zones of more identifiers than the rules allow: whoever comes stands where the definition says, by the short way."""

import random
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from identify_worlds import BROWSER, DAY_0, KEY, LOOSE, MAIL, NAMES, POOL, TIGHT, happened
from msgspec.structs import replace
from test_identify_history import Run, batches, finish

from tieline.identify import extend, intake
from tieline.identify.memory import Memory
from tieline.identify.rules import RULES
from tieline.identify.stage import IdentifyStage
from tieline.model.event import Identifier
from tieline.model.identity import BLOCK, CUT, JOIN, Assertion
from tieline.store.memory.identity import MemoryIdentity

WORLDS = 250
RULESETS = tuple(
    replace(rules, zone_max=size, profile_max=0) for rules in (RULES, TIGHT, LOOSE) for size in (2, 3, 4)
)
HUBS = (POOL[0], MAIL, BROWSER)


def check(number: int) -> None:
    """Hold one world against the definition after every batch, with room in memory and with hardly any.

    Raises:
        AssertionError: They differ.
    """
    chance = random.Random(number)
    rules = chance.choice(RULESETS)
    aged_at = chance.choice((None, DAY_0 + timedelta(days=chance.choice((4, 6)))))
    seen = [_event(chance) for _ in range(chance.randint(6, 20))]
    if chance.random() < 0.7:
        seen.sort(key=lambda event: event.at)
    one, other = Run(rules, None, aged_at), Run(rules, Memory(stars_max=2, nodes_max=3), aged_at)
    so_far = []
    decisions = [_decision(chance) for _ in range(chance.choice((0, 0, 1)))]
    for batch in batches(seen, [chance.choice((1, 1, 2, 4)) for _ in seen]):
        if decisions and chance.random() < 0.3:
            decision = decisions.pop()
            one.decide(decision)
            other.decide(decision)
        one.take(batch)
        other.take(batch)
        so_far += batch
        one.assert_defined(so_far)
    assert one.state() == other.state(), number


def _event(chance: random.Random) -> Any:
    fresh = Identifier(
        chance.choice(("anonymous_id", "anonymous_id", "email", "shopify")),
        f"n{chance.randint(0, 25)}@mail.tw",
    )
    first = chance.choice(HUBS) if chance.random() < 0.75 else chance.choice(POOL)
    second = fresh if chance.random() < 0.8 else chance.choice(POOL)
    if chance.random() < 0.2:  # both may be new: a chain that hangs on the crowd, or on nobody yet
        first = Identifier("email", f"n{chance.randint(0, 25)}@mail.tw")
    at = DAY_0 + timedelta(days=chance.randint(0, 5), minutes=chance.choice((0, 1, 719)))
    traits = {"given_name": chance.choice(NAMES)} if chance.random() < 0.04 else {}
    together = (first, second) if first != second else (first,)
    if chance.random() < 0.1:
        together = (*together, Identifier("shopify", f"s{chance.randint(0, 3)}"))
    return happened(at, together, chance.choice(("web", "web", "web", "pos", "crm")), traits)


def _decision(chance: random.Random) -> Assertion:
    from identify_worlds import name

    a, b = (name(one) for one in chance.sample((*HUBS, POOL[1], Identifier("anonymous_id", "n3@mail.tw")), 2))
    kind = chance.choice((CUT, JOIN, BLOCK))
    return Assertion(kind, a, a if kind == BLOCK else b, DAY_0 + timedelta(days=chance.randint(0, 5)))


def check_all() -> None:
    for number in range(WORLDS):
        check(number)


def test_whoever_comes_to_a_crowd_stands_where_the_definition_says(monkeypatch: pytest.MonkeyPatch) -> None:
    honest: Callable[..., extend.Extended] = extend.extend
    came = []

    def counting(
        zone_of: Any, nodes: Any, links: Any, apart: Any, nobody: Any, epoch: Any
    ) -> extend.Extended:
        found = honest(zone_of, nodes, links, apart, nobody, epoch)
        came.extend(one for zone, one in found.joined if 0 < nobody.rules.zone_max < len(zone.placed))
        return found

    monkeypatch.setattr(intake, "extend", counting)

    check_all()

    assert len(came) > WORLDS  # or the worlds are too hard for the way they are made for


def _a_zone_at_its_limit_is_a_crowd(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extend._Batch, "_crowded", lambda batch, zone: batch._crowd <= len(zone.placed))


def _everybody_stands_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extend._Batch, "_alone", lambda *_: True)


def _nothing_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extend._Batch, "_matters", lambda *_: False)


def _strangers_are_seated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extend._Batch, "_counts", lambda *_: True)


def _nothing_is_older(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extend, "_older", lambda *_: False)


BUGS = {
    "size": _a_zone_at_its_limit_is_a_crowd,
    "alone": _everybody_stands_alone,
    "links": _nothing_matters,
    "counts": _strangers_are_seated,
    "age": _nothing_is_older,
}


@pytest.mark.parametrize("bug", BUGS)
def test_a_bug_of_crowds_is_caught(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    BUGS[bug](monkeypatch)

    with pytest.raises(AssertionError):
        check_all()


@pytest.mark.parametrize("shape", ["star", "chain"])
def test_what_one_more_costs_does_not_grow_with_the_crowd(shape: str) -> None:
    stage = IdentifyStage(MemoryIdentity(), {1: KEY}, {}, rules=None)

    def claimed(number: int) -> Any:
        first = (
            Identifier("member_id", "KIOSK") if shape == "star" else Identifier("email", f"a{number}@mail.tw")
        )
        second = Identifier("email", f"a{number + 1}@mail.tw")
        return happened(DAY_0 + timedelta(seconds=number), (first, second))

    def seconds(numbers: range) -> float:
        began = time.process_time()
        for number in numbers:
            finish(stage.process([claimed(number)]))
        return time.process_time() - began

    finish(stage.process([claimed(number) for number in range(2_500)]))
    few = seconds(range(2_500, 2_800))
    finish(stage.process([claimed(number) for number in range(2_800, 12_500)]))
    many = seconds(range(12_500, 12_800))

    assert many < 3 * few + 0.05
