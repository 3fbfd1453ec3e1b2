from tieline.identify.rules import RULES, Rule, RuleBook, Rules


def test_no_two_rules_share_a_tier():
    tiers = [rule.tier for rule in (*RULES.table, RULES.other)]
    assert len(set(tiers)) == len(tiers)


def test_each_line_provider_has_a_limit_of_its_own():
    assert RULES.exceeded({"line:1": 1, "line:2": 1}) == []
    assert RULES.exceeded({"line:1": 2, "line:2": 1}) == ["line:1"]


def test_an_unnamed_namespace_has_the_rule_for_others():
    rules = Rules((Rule("member_id", 0, 1),), Rule("", 5, 2), version=1)
    assert rules.exceeded({"shopify_id": 2}) == []
    assert rules.exceeded({"shopify_id": 3, "member_id": 2}) == ["shopify_id", "member_id"]


def test_a_workspace_without_rules_has_those_of_the_house():
    own = Rules((Rule("member_id", 0, 1),), Rule("", 5, 2), version=7)
    book = RuleBook({1: own})
    assert (book.of(1), book.of(2)) == (own, RULES)


def test_the_limits_are_those_of_the_handbook():
    limits = {
        name: RULES.of(name).limit
        for name in ("member_id", "line:1", "pos_card", "phone", "email", "anonymous_id")
    }
    assert limits == {"member_id": 1, "line:1": 1, "pos_card": 3, "phone": 3, "email": 5, "anonymous_id": 60}


def test_only_what_changes_hands_is_weak():
    assert RULES.of("anonymous_id").weak
    assert not any(
        RULES.of(name).weak for name in ("member_id", "line:1", "pos_card", "phone", "email", "shopify_id")
    )
