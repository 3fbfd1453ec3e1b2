from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tieline.model.identity import Node
from tieline.model.profile import ConsentEvent, Fact, FactKind, granted
from tieline.profile.fold import GoldenRule, fold

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
NODE = Node(b"n" * 16, "member_id", "M1", NOON)


def fact(name="tier", value="VIP", hours=0, source="crm", kind=FactKind.TRAIT) -> Fact:
    return Fact(NODE.node_id, kind, name, source, value, NOON + timedelta(hours=hours))


def consent(granted: bool, hours: int = 0, channel: str = "line", method: str = "form") -> ConsentEvent:
    at = NOON + timedelta(hours=hours)
    return ConsentEvent(NODE.node_id, "marketing", channel, granted, method, "1", {}, "crm", b"", at, at)


def folded(facts, consents=(), golden=None):
    return fold(1, NODE.node_id, [NODE], facts, consents, golden)


def test_the_newest_word_about_a_trait_wins_and_names_its_source() -> None:
    tier = folded([fact(value="VIP", hours=1), fact(value="新客", hours=0, source="web")]).traits["tier"]
    assert (tier.value, tier.source) == ("VIP", "crm")


def test_a_golden_rule_trusts_a_source_over_a_newer_word() -> None:
    facts = [fact(value="怡君", source="crm"), fact(value="Joan", hours=9, source="web")]
    assert folded(facts, golden={"tier": GoldenRule(("crm",))}).traits["tier"].value == "怡君"


def test_a_trait_that_was_set_to_nothing_is_gone() -> None:
    assert "tier" not in folded([fact(), fact(value=None, hours=1)]).traits


def test_a_tag_that_was_taken_off_later_is_off() -> None:
    on, off = fact("vip", True, 0, kind=FactKind.TAG), fact("vip", False, 1, kind=FactKind.TAG)
    assert folded([on, off]).tags == ()
    assert folded([off, fact("vip", True, 2, kind=FactKind.TAG)]).tags == ("vip",)


def test_an_older_grant_does_not_revive_a_withdrawn_consent() -> None:
    assert granted([consent(True, 0), consent(False, 1)]) == ()
    assert granted([consent(False, 1), consent(True, 0)]) == ()


def test_of_two_words_at_once_the_refusal_counts() -> None:
    assert granted([consent(True), consent(False)]) == ()


def test_consent_for_one_channel_says_nothing_about_another() -> None:
    assert granted([consent(True, channel="line"), consent(False, channel="email")]) == ("marketing:line",)


def test_an_imported_list_never_overrides_a_refusal() -> None:
    assert granted([consent(False, 0), consent(True, 9, method="import")]) == ()
    assert granted([consent(False, 0), consent(True, 9, method="import"), consent(True, 10)]) == (
        "marketing:line",
    )
    assert granted([consent(True, 9, method="import")]) == ("marketing:line",)


@given(
    st.lists(
        st.builds(fact, st.sampled_from("ab"), st.integers(0, 3), st.integers(0, 3), st.sampled_from("xy"))
    ),
    st.lists(st.builds(consent, st.booleans(), st.integers(0, 3))),
    st.randoms(use_true_random=False),
)
def test_the_order_of_facts_does_not_matter(facts, consents, chance) -> None:
    before = folded(facts, consents)
    chance.shuffle(facts)
    chance.shuffle(consents)
    assert folded(facts, consents) == before
