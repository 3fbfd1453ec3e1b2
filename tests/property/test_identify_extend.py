"""People to whom new identifiers come one by one, as most do: the shortest way ends where the definition is."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from identify_histories import RULESETS
from identify_worlds import DAY_0, NAMES, POOL, happened
from test_identify_history import Run, batches

from tieline.identify import census, extend, intake
from tieline.identify.memory import Memory
from tieline.model.event import Identifier

WORLDS = 150


def names_of(person: int) -> list[Identifier]:
    """Return what only this person goes by, the member number first."""
    several = [
        identifier
        for n in range(3)
        for identifier in (
            Identifier("email", f"a{person}{n}@mail.tw"),
            Identifier("phone", f"+88698711{person}6{n}2"),
            Identifier("anonymous_id", f"b{person}-{n}"),
            Identifier("shopify", f"s{person}{n}"),
        )
    ]
    return [POOL[person], POOL[4 + person], *several]


def check(number: int) -> None:
    """Hold one world against the definition, with room in memory and with hardly any.

    Raises:
        AssertionError: They differ.
    """
    chance = random.Random(number)
    rules, aged_at = (
        chance.choice(RULESETS),
        chance.choice((None, DAY_0 + timedelta(days=chance.choice((4, 6))))),
    )
    seen = [_event(chance) for _ in range(chance.randint(4, 18))]
    if chance.random() < 0.6:
        seen.sort(key=lambda event: event.at)
    sizes = [chance.choice((1, 1, 2, 4)) for _ in seen]
    one, other = Run(rules, None, aged_at), Run(rules, Memory(stars_max=2, nodes_max=3), aged_at)
    for batch in batches(seen, sizes):
        one.take(batch)
    for batch in batches(seen, sizes[::-1]):
        other.take(batch)
    one.assert_defined(seen)
    assert one.state() == other.state(), number


def _event(chance: random.Random) -> Any:
    person = chance.choice((0, 0, 1))
    known = names_of(person)
    first = known[0] if chance.random() < 0.7 else chance.choice(known)
    second = chance.choice(known if chance.random() < 0.95 else names_of(1 - person))
    at = DAY_0 + timedelta(days=chance.randint(0, 5), minutes=chance.choice((0, 1, 719)))
    traits = {"given_name": NAMES[person]} if chance.random() < 0.05 else {}
    together = (first, second) if first != second else (first,)
    return happened(at, together, chance.choice(("web", "crm", "crm", "pos")), traits)


def check_all() -> None:
    for number in range(WORLDS):
        check(number)


def test_people_to_whom_identifiers_come_end_where_the_definition_is(monkeypatch: pytest.MonkeyPatch) -> None:
    honest: Callable[..., extend.Extended] = extend.extend
    joined = []

    def counting(*asked: Any) -> extend.Extended:
        found = honest(*asked)
        joined.extend(found.joined)
        return found

    monkeypatch.setattr(intake, "extend", counting)

    check_all()

    assert len(joined) > WORLDS  # or the worlds are too hard for the way they are made for


def _everything_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(census, "room", lambda *_: True)


def _nothing_is_older(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extend._Batch, "_fits", lambda *_: True)


def _nothing_more_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extend, "adds", lambda *_: False)


def _nothing_grows_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extend, "expired", lambda *_: False)


def _all_is_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extend, "never_expired_since", lambda *_: DAY_0 - timedelta(days=10_000))


def _all_is_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extend, "proves", lambda *_: True)


def _all_belongs_to_the_core(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = extend.Placed
    monkeypatch.setattr(extend, "Placed", lambda *said: honest(*said[:4], True))


BUGS = {
    "room": _everything_fits,
    "fresh": _all_is_fresh,
    "age": _nothing_is_older,
    "news": _nothing_more_is_said,
    "ttl": _nothing_grows_old,
    "proof": _all_is_proof,
    "core": _all_belongs_to_the_core,
}


@pytest.mark.parametrize("bug", BUGS)
def test_a_bug_on_the_shortest_way_is_caught(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    BUGS[bug](monkeypatch)

    with pytest.raises(AssertionError):
        check_all()
