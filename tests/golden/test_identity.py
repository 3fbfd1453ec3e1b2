"""A file of facts, its reverse and its shuffles are the same people."""

import random
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.identify.replay import Person, people_in

FOLDER = Path(__file__).parent / "identity"
LINES = (FOLDER / "facts.jsonl").read_bytes().splitlines()
KEY = b"replay"
NAMES = [
    {"namespace": namespace, "value": value}
    for namespace, values in {
        "member_id": ("M1", "M2", "M3"),
        "phone": ("0922333444", "0933222111", "0912345678"),
        "email": ("a@shop.example.com", "b@shop.example.com"),
        "anonymous_id": ("browser-1", "browser-2"),
    }.items()
    for value in values
]
TIMES = st.sampled_from([f"2026-11-0{day}T09:00:00Z" for day in range(1, 6)])
SOURCES = st.sampled_from(["web", "pos:1", "import:7"])
FACTS = st.fixed_dictionaries(
    {
        "at": TIMES,
        "source": SOURCES,
        "proof": st.sampled_from(["typed", "stated", "verified"]),
        "identifiers": st.lists(st.sampled_from(NAMES), min_size=1, max_size=3),
    }
)
DECISIONS = st.fixed_dictionaries(
    {
        "at": TIMES,
        "assert": st.sampled_from(["cut", "join", "block", "retract_source"]),
        "source": SOURCES,
        "identifiers": st.lists(st.sampled_from(NAMES), min_size=2, max_size=3),
    }
)


def people(lines: list[bytes]) -> list[Person]:
    return people_in(lines, KEY, "TW").people


def test_the_golden_file_is_these_people() -> None:
    assert [one.identifiers for one in people(LINES)] == [
        [("anonymous_id", "browser-1"), ("email", "amy@shop.example.com"), ("member_id", "M1"), ("phone", "+886912345678")],
        [("anonymous_id", "browser-2")],
        [("email", "two@shop.example.com"), ("member_id", "M5")],
        [("member_id", "M2"), ("phone", "+886922333444")],
        [("member_id", "M3")],
        [("member_id", "M4")],
    ]  # fmt: skip


def test_the_file_its_reverse_and_a_hundred_shuffles_are_the_same() -> None:
    expected = people(LINES)
    assert people(LINES[::-1]) == expected
    for seed in range(100):
        shuffled = [*LINES, *random.Random(seed).sample(LINES, 4)]
        random.Random(seed).shuffle(shuffled)
        assert people(shuffled) == expected


@given(st.lists(st.one_of(FACTS, DECISIONS), max_size=14), st.randoms())
def test_order_and_repetition_never_show(facts: list[dict[str, object]], chance: random.Random) -> None:
    lines = [msgspec.json.encode(fact) for fact in facts]
    other = [*lines, *chance.sample(lines, len(lines) // 2)]
    chance.shuffle(other)

    assert people(other) == people(lines)


@given(st.lists(st.one_of(FACTS, DECISIONS), max_size=14))
def test_nobody_holds_two_member_numbers_and_nothing_is_in_two_people(facts: list[dict[str, object]]) -> None:
    found = people([msgspec.json.encode(fact) for fact in facts])

    held = [name for person in found for name in person.identifiers]
    assert len(held) == len(set(held))
    assert all(sum(namespace == "member_id" for namespace, _ in one.identifiers) <= 1 for one in found)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "Input data was truncated."),
        (b'{"at":"2026-11-01T09:00:00Z","proof":"sworn","source":"a","identifiers":[]}', "proof is 'sworn'"),
        (b'{"at":"2026-11-01T09:00:00Z","source":"a"}', "A fact names at least one identifier."),
        (b'{"at":"2026-11-01T09:00:00","source":"a"}', "does not say its zone"),
        (b'{"at":"2026-11-01T09:00:00Z","assert":"merge"}', "assert is 'merge'"),
        (b'{"at":"2026-11-01T09:00:00Z","source":"a","identifires":[]}', "unknown field `identifires`"),
        (
            b'{"at":"2026-11-01T09:00:00Z","source":"a","identifiers":[{"namespace":"phone","value":"12"}]}',
            "No identifier can be used: not_a_phone.",
        ),
    ],
)
def test_a_bad_row_is_named_and_the_rest_goes_on(line: bytes, reason: str) -> None:
    found = people_in([LINES[0], line, LINES[2]], KEY, "TW")

    assert [one.row for one in found.refused] == [2]
    assert reason in found.refused[0].reason
    assert len(found.people) == 2


def test_two_pins_that_contradict_each_other_are_both_named() -> None:
    pins = [
        b'{"at":"2026-11-01T09:00:00Z","assert":"%b","identifiers":[{"namespace":"member_id","value":"M1"},'
        b'{"namespace":"phone","value":"0922333444"}]}' % kind
        for kind in (b"cut", b"join")
    ]

    found = people_in(pins, KEY, "TW")

    assert [one.row for one in found.refused] == [2]
    assert "row 1" in found.refused[0].reason


def pin(kind: str, day: int, *names: str) -> bytes:
    """Return a line that cuts or joins identifiers: "M1" is a member, "0922333444" a phone."""
    ids = [{"namespace": "member_id" if one.startswith("M") else "phone", "value": one} for one in names]
    at = f"2026-11-{day:02d}T09:00:00Z"
    return msgspec.json.encode(
        {"at": at, "assert": kind, "identifiers": ids, "author": "amy", "reason": "seen"}
    )


def seen(*names: str) -> bytes:
    ids = [{"namespace": "member_id" if one.startswith("M") else "phone", "value": one} for one in names]
    return msgspec.json.encode({"at": "2026-11-01T09:00:00Z", "source": "crm", "identifiers": ids})


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            [seen("M1"), seen("0922333444"), pin("join", 2, "M1", "0922333444"), pin("cut", 3, "M1", "0922333444")],
            {3: "Row 4 cuts the same two apart later; that holds."},
        ),
        (
            [seen("M1"), seen("0922333444"), pin("cut", 2, "M1", "0922333444"), pin("join", 3, "M1", "0922333444")],
            {3: "Row 4 joins the same two later; that holds."},
        ),
        (
            [seen("M1"), seen("0922333444"), seen("0955111222"),
             pin("join", 2, "M1", "0922333444"), pin("join", 3, "0922333444", "0955111222"), pin("cut", 4, "M1", "0955111222")],
            {5: "This joins nobody: row 6 cuts apart whom it would bring together."},
        ),
        (
            [seen("M1"), seen("M2"), pin("join", 2, "M1", "M2")],
            {3: "This joins nobody: Together they would hold 2 of: member number; the rule allows 1."},
        ),
        ([seen("M1"), seen("0922333444"), pin("join", 2, "M1", "0922333444")], {}),
        ([pin("join", 2, "M1", "0922333444")], {}),
    ],
)  # fmt: skip
def test_a_pin_that_another_fact_or_a_rule_overrules_names_both(
    lines: list[bytes], told: dict[int, str]
) -> None:
    found = people_in(lines, KEY, "TW")

    assert {one.row: one.reason for one in found.partly} == told
    assert found.refused == []


def test_the_command_prints_one_line_of_json_per_person(tmp_path: Path) -> None:
    file = tmp_path / "facts.jsonl"
    file.write_bytes(b"\n".join([*LINES, b"nonsense"]))
    done = subprocess.run(
        [sys.executable, "-m", "tieline.cli", "identity", "replay", str(file), "--json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    first = msgspec.json.decode(done.stdout.splitlines()[0])
    assert first["identifiers"][-1] == ["phone", "+886912345678"]
    assert len(done.stdout.splitlines()) == 6
    assert f"Row {len(LINES) + 1}:" in done.stderr
