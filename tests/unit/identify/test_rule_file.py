"""The file of rules is read as people wrote it: every mistake with its line and the nearest word, and nothing half."""

import pytest
from msgspec.structs import replace

from tieline.errors import InvalidRulesError
from tieline.identify.rule_file import check, parse, shipped, written
from tieline.identify.rules import RULES, Rules


def ranked(rules: Rules) -> Rules:
    """The same rules with tiers counted from 0, and no version."""
    order = sorted((*rules.table, rules.other), key=lambda rule: rule.tier)
    tier = {rule.namespace: index for index, rule in enumerate(order)}
    table = tuple(
        sorted((replace(one, tier=tier[one.namespace]) for one in rules.table), key=lambda one: one.tier)
    )
    return replace(rules, table=table, other=replace(rules.other, tier=tier[""]), version=0)


def problems(text: str) -> list[str]:
    found, mistakes = check(text, "TW")
    assert (found is None) == bool(mistakes)
    return [str(one) for one in mistakes]


def changed(old: str, new: str) -> str:
    assert old in shipped()
    return shipped().replace(old, new, 1)


def line(text: str, word: str) -> int:
    return next(
        number for number, one in enumerate(text.splitlines(), 1) if word in one and not one.startswith("#")
    )


def test_the_shipped_file_says_the_rules_of_the_house() -> None:
    assert ranked(parse(shipped(), "TW").rules) == ranked(RULES)


def test_the_shipped_file_explains_every_property() -> None:
    for name in (
        "names_a_person",
        "passes_on_after_days",
        "latest_account_holds",
        "expires_after_days",
        "own",
    ):
        assert f"#   {name}" in shipped()


def test_what_is_written_is_read_again() -> None:
    text = """
identifiers:
  line: {limit: 2, names_a_person: true, latest_account_holds: true}
  phone: {limit: 3, shared_above: 4, passes_on_after_days: 180, blocked: ["02-2711-1234"], allowed: ["0912345678"]}
  loyalty_id: {own: true, limit: 1, verified_only: true}
  other: {limit: 9, expires_after_days: 400}
never_together: [given_name, birth_date]
largest_profile: 50
largest_zone: 2000
line_providers_apart: yes
linking_basis:
  - {providers: ["1", "2"], page_url: "https://brand.example/line", attested_by: amy, at: 2026-05-01}
ask_when_merging_percent: 0.5
"""
    found = parse(text, "TW", 7)
    phone = found.rules.of("phone")

    assert (phone.blocked, phone.allowed) == (("+886227111234",), ("+886912345678",))
    assert found.rules.of("line:9").replaced
    assert found.rules.bases[0].at == "2026-05-01"
    assert (found.merges_percent, found.rules.version) == (0.5, 7)
    assert parse(written(found.rules, 0.5), "TW", 7) == found


@pytest.mark.parametrize(
    ("old", "new", "word", "says"),
    [
        ("    limit: 3\n    shared_above: 5\n    passes", "    limti: 3\n    shared_above: 5\n    passes", "limti", "did you mean 'limit'?"),
        ("  phone:", "  phon:", "phon:", "'phon' is no identifier that Tieline knows; did you mean 'phone'? If it is yours"),
        ("    limit: 5", "    limit: five", "five", "email: limit is 'five'; it must be a whole number"),
        ("    limit: 5", "    limit: 0", "limit: 0", "between 1 and"),
        ("    limit: 5", "    limit: true", "limit: true", "it must be a whole number"),
        ("    changes_hands: true", "    changes_hands: perhaps", "perhaps", "it must be yes or no"),
        ("never_together: [given_name, ", "never_together: [givenname, ", "givenname", "did you mean 'given_name'?"),
        ("largest_zone: 2000", "largest_zones: 0", "largest_zones", "did you mean 'largest_zone'?"),
        ("  email:", "  phone:", "", "'phone' stands in line"),
        ("  email:", "  E-Mail:", "E-Mail", "no name for an identifier"),
        ("    passes_on_after_days: 180", "    blocked: [hello]", "hello", "'hello' can be no phone: not_a_phone"),
        ("    limit: 5", "    limit: 5\n    blocked: [a@b.tw]\n    allowed: [A@b.tw]", "allowed", "is blocked and allowed"),
        ("    changes_hands: true", "    changes_hands: true\n    names_a_person: true", "changes_hands", "does not change hands"),
        ("    names_a_person: true\n  line", "    names_a_person: true\n    shared_above: 3\n  line", "shared_above", "not shared"),
        ("linking_basis: []", "linking_basis: [{providers: [a, b], page_url: 'http://x.tw', attested_by: y, at: 2026-01-01}]",
         "http:", "must begin with https"),
        ("linking_basis: []", "linking_basis: [{providers: [a], page_url: 'http://x.tw', attested_by: y, at: soon}]",
         "soon", "two providers at least"),
        ("largest_profile: 200", "largest_profile: 1", "", "nothing could ever be joined"),
        ("ask_when_merging_percent: 1.0", "ask_when_merging_percent: all", "ask_when", "from 0 to 100"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(old: str, new: str, word: str, says: str) -> None:
    text = changed(old, new)

    found = problems(text)

    (about,) = [one for one in found if says in one]
    if word:
        assert about.startswith(f"line {line(text, word)}: ")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the file is empty"),
        ("identifiers: [", "this is no YAML"),
        ("a: &x 1\nb: *x", "references"),
        ("- 1", "the file must be names with values"),
        ("identifiers: {other: {limit: 1}}\n" + "#" * 300_000, "more than 256 kB"),
        ("identifiers:\n  phone: {limit: 1}", "'other' is missing"),
        ("never_together: []", "the part 'identifiers' is missing"),
        ("identifiers: {other: {}}", "'limit' is missing"),
        ("identifiers: 3", "identifiers must be names with values"),
        ("identifiers: {other: {limit: 1}}\nnever_together: given_name", "never_together must be a list"),
        ("[" * 3_000 + "]" * 3_000, "this is no YAML"),
        ("identifiers: {other: {limit: 2026-99-99}}", "whole number"),
        ("\x00", "this is no YAML"),
    ],
)
def test_what_is_no_file_of_rules_is_refused_plainly(text: str, says: str) -> None:
    assert any(says in one for one in problems(text))


def test_a_basis_without_the_rule_it_is_an_exception_to_is_refused() -> None:
    basis = "linking_basis: [{providers: [a, b], page_url: 'https://x.tw', attested_by: y, at: 2026-01-01}]"

    found = problems(changed("line_providers_apart: true\nlinking_basis: []", basis))

    assert any("which is not true" in one for one in found)


def test_every_mistake_is_named_at_once() -> None:
    text = (
        changed("    limit: 5", "    limit: five")
        .replace("  phone:", "  phon:")
        .replace("largest_zone:", "largest_zoo:")
    )

    assert len(problems(text)) == 3
    with pytest.raises(InvalidRulesError) as refused:
        parse(text, "TW")
    assert all(str(one)[6:] in str(refused.value) for one in problems(text))
