"""Replay is a function of the set of facts: order and repeats change nothing, whatever the facts are."""

from random import Random
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tieline.identify.replay import Person, people_in

_SOURCES = st.sampled_from(["web", "pos:1", "import:1"])
_IDENTIFIERS = [
    {"namespace": namespace, "value": value}
    for namespace, values in {
        "member_id": ("M1", "M2", "M3"),
        "pos_card": ("C1", "C2"),
        "phone": ("0922333444", "0955-666-777", "0912345678"),
        "email": ("amy@shop.tw", "bo@shop.tw"),
        "anonymous_id": ("b1", "b2", "kiosk"),
    }.items()
    for value in values
]
_TIMES = st.integers(1, 6).map(lambda day: f"2026-11-{day:02}T09:00:00Z")


def _some(fewest: int, most: int) -> st.SearchStrategy[list[dict[str, str]]]:
    return st.lists(
        st.sampled_from(_IDENTIFIERS),
        min_size=fewest,
        max_size=most,
        unique_by=lambda one: (one["namespace"], one["value"]),
    )


def _lines(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[bytes]:
    return st.fixed_dictionaries(fields).map(msgspec.json.encode)


_FACTS = st.lists(
    st.one_of(
        _lines(
            at=_TIMES,
            source=_SOURCES,
            proof=st.sampled_from(["verified", "stated", "typed"]),
            identifiers=_some(1, 4),
        ),
        _lines(**{"at": _TIMES, "assert": st.sampled_from(["cut", "join"]), "identifiers": _some(2, 2)}),
        _lines(**{"at": _TIMES, "assert": st.just("block"), "identifiers": _some(1, 1)}),
        _lines(**{"at": _TIMES, "assert": st.just("retract_source"), "source": _SOURCES}),
    ),
    min_size=1,
    max_size=25,
)


def _people(lines: list[bytes]) -> list[Person]:
    return people_in(lines, b"key", "TW").people


@given(_FACTS, st.randoms(use_true_random=False), st.data())
def test_order_and_repeats_change_nothing(lines: list[bytes], chance: Random, data: st.DataObject) -> None:
    again = lines + data.draw(st.lists(st.sampled_from(lines), max_size=5))
    chance.shuffle(again)
    assert _people(again) == _people(lines)


@given(_FACTS)
def test_a_blocked_identifier_is_nobodys(lines: list[bytes]) -> None:
    block = {"at": "2026-11-01T09:00:00Z", "assert": "block", "identifiers": [_IDENTIFIERS[-1]]}
    names = [name for person in _people([*lines, msgspec.json.encode(block)]) for name in person.identifiers]
    assert ("anonymous_id", "kiosk") not in names


@given(_FACTS)
def test_a_source_retracted_at_the_end_leaves_no_trace(lines: list[bytes]) -> None:
    retracted = {"at": "2026-11-30T09:00:00Z", "assert": "retract_source", "source": "import:1"}
    without = [line for line in lines if msgspec.json.decode(line).get("source") != "import:1"]
    assert _people([*lines, msgspec.json.encode(retracted)]) == _people(without)


@given(_FACTS)
def test_no_profile_holds_two_members(lines: list[bytes]) -> None:
    for person in _people(lines):
        assert sum(namespace == "member_id" for namespace, _ in person.identifiers) <= 1
