"""Each house rule finds its own bad examples, lets its good ones pass, and yields to a written escape."""

import house
import pytest
from longer import LONGER
from rule import Example, Rule, check

BAD = [
    pytest.param(rule, one, id=f"{rule.name}-{i}") for rule in house.RULES for i, one in enumerate(rule.bad)
]
GOOD = [
    pytest.param(rule, one, id=f"{rule.name}-{i}") for rule in house.RULES for i, one in enumerate(rule.good)
]
CLOCK = "datetime.now(UTC)"


def complaints(rule: Rule, example: Example) -> list[str]:
    tree = {**example.beside, example.path: example.text}
    return [one.rule for one in check(tree, [rule]) if one.path == example.path]


@pytest.mark.parametrize(("rule", "example"), BAD)
def test_a_rule_finds_its_bad_example(rule, example):
    assert complaints(rule, example) == [rule.name]


@pytest.mark.parametrize(("rule", "example"), GOOD)
def test_a_rule_passes_its_good_example(rule, example):
    assert complaints(rule, example) == []


def test_rules_have_different_names():
    names = [rule.name for rule in house.RULES]

    assert len(names) == len(set(names))


def test_every_rule_shows_a_good_and_a_bad_example():
    assert [rule.name for rule in house.RULES if not rule.good or not rule.bad] == []


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("house: allow clock - waits for another process", []),
        ("house: allow clock", ["clock", "escape"]),
        ("house: allow chance - wrong name", ["clock", "escape"]),
    ],
)
def test_an_escape_needs_the_rule_and_a_reason(comment, expected):
    found = check({"src/tieline/a.py": f"{CLOCK}  # {comment}"}, house.RULES)

    assert sorted(one.rule for one in found) == expected


def test_an_escape_without_need_is_reported():
    found = check({"src/tieline/a.py": "x = 1  # house: allow clock - it was there once"}, house.RULES)

    assert [one.rule for one in found] == ["escape"]


def test_a_complaint_names_the_place_and_the_way_out():
    (found,) = check({"src/tieline/a.py": f"\n{CLOCK}"}, house.RULES)

    assert str(found) == (
        "src/tieline/a.py:2: clock: datetime.now() reads the machine's time: "
        "take a Clock, or the moment itself, as an argument"
    )


def test_a_file_that_does_not_parse_is_reported():
    assert [one.rule for one in check({"src/tieline/a.py": "def ("}, house.RULES)] == ["syntax"]


def test_the_list_of_longer_files_has_reasons_and_does_not_grow():
    assert len(LONGER) == 0
    assert all(entry.reason for entry in LONGER.values())


def test_an_entry_of_a_longer_file_must_shrink_with_it(monkeypatch):
    monkeypatch.setitem(LONGER, "src/tieline/a.py", type("Entry", (), {"lines": 410, "reason": "why"}))
    text = "x = 1\n"

    assert check({"src/tieline/a.py": text * 410}, house.RULES) == []
    assert [one.rule for one in check({"src/tieline/a.py": text * 405}, house.RULES)] == ["file-length"]
    assert [one.rule for one in check({"src/tieline/a.py": text * 411}, house.RULES)] == ["file-length"]
