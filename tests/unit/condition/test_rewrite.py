import pytest

from tieline.condition.node import Tag
from tieline.condition.parse import parse
from tieline.condition.reads import Reads, reads
from tieline.condition.rewrite import rewrite
from tieline.condition.tree import All, AnyOf, Not
from tieline.errors import InvalidConditionError

A, B = {"tag": "a"}, {"tag": "b"}


def test_a_reference_becomes_the_definition() -> None:
    assert rewrite(parse({"not": {"segment": "x"}}), {"x": parse({"any": [A, B]})}) == Not(
        AnyOf((Tag("a"), Tag("b")))
    )


def test_references_go_through_references() -> None:
    segments = {"x": parse({"segment": "y"}), "y": parse(A)}
    assert rewrite(parse({"segment": "x"}), segments) == Tag("a")


def test_the_same_segment_may_be_named_twice() -> None:
    assert rewrite(parse({"any": [{"segment": "x"}, {"not": {"segment": "x"}}]}), {"x": parse(A)}) == AnyOf(
        (Tag("a"), Not(Tag("a")))
    )


def test_a_circle_is_refused_with_its_members() -> None:
    segments = {"x": parse({"not": {"segment": "y"}}), "y": parse({"all": [A, {"segment": "x"}]})}
    with pytest.raises(InvalidConditionError, match="x -> y -> x"):
        rewrite(parse({"segment": "x"}), segments)


def test_an_unknown_segment_is_refused() -> None:
    with pytest.raises(InvalidConditionError, match="nobody"):
        rewrite(parse({"segment": "nobody"}), {})


def test_definitions_that_double_each_other_are_stopped() -> None:
    segments = {"s0": parse(A)} | {
        f"s{n}": parse({"any": [{"segment": f"s{n - 1}"}, {"not": {"segment": f"s{n - 1}"}}]})
        for n in range(1, 60)
    }
    with pytest.raises(InvalidConditionError, match="more than"):
        rewrite(parse({"segment": "s59"}), segments)


def test_double_negation_goes() -> None:
    assert rewrite(parse({"not": {"not": {"not": A}}})) == Not(Tag("a"))


def test_lists_of_the_same_kind_are_lifted_and_repetitions_dropped() -> None:
    assert rewrite(parse({"all": [A, {"all": [B, A]}, {"not": {"not": {"all": [B]}}}]})) == All(
        (Tag("a"), Tag("b"))
    )
    assert rewrite(parse({"any": [A, A]})) == Tag("a")


def test_reads_names_everything_a_condition_looks_at() -> None:
    tree = {
        "all": [
            {"trait": "address.city", "op": "exists"},
            A,
            {"not": {"consent": {"purpose": "marketing", "channel": "line"}}},
            {"line_friend": "@a"},
            {"identified_by": "email"},
            {"segment": "x"},
            {"event": "Order"},
        ]
    }
    assert reads(parse(tree)) == Reads(
        events=frozenset({"Order"}),
        traits=frozenset({"address"}),
        tags=frozenset({"a"}),
        consents=frozenset({"marketing:line"}),
        friends=frozenset({"@a"}),
        identifiers=frozenset({"email"}),
        segments=frozenset({"x"}),
        relative_time=False,
    )


@pytest.mark.parametrize(
    ("tree", "relative"),
    [
        ({"event": "O", "window": {"last": "P1D"}}, True),
        ({"event": "O", "window": {"from": "2026-01-01"}}, False),
        ({"trait": "t", "op": "within_last", "value": "P1D"}, True),
        ({"trait": "t", "op": "month_is", "value": "current"}, True),
        ({"trait": "t", "op": "month_is", "value": 3}, False),
        ({"trait": "t", "op": "before", "value": "2026-01-01"}, False),
    ],
)
def test_relative_time_says_whether_time_alone_changes_the_answer(
    tree: dict[str, object], *, relative: bool
) -> None:
    assert reads(parse({"not": tree})).relative_time is relative
