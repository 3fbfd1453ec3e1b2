"""What would make a link join: as it can really be done."""

from tieline.identify.evidence import Obstacle
from tieline.identify.graph import Rejected
from tieline.identify.reason import remedies
from tieline.testing.build import name

A, B = name("a"), name("b")
BLOCKED = Rejected(A, B, (Obstacle("blocked", "phone", 0, (A,)),))
IN_RULES = {"unblock_in_rules": "phone", "a": A.hex()}
BY_A_PERSON = {"undo": "block", "a": A.hex()}


def test_a_block_of_a_person_is_undone() -> None:
    assert list(remedies(BLOCKED, (), {A})) == [BY_A_PERSON]


def test_what_the_rules_block_is_taken_out_of_the_rules() -> None:
    assert list(remedies(BLOCKED, {A}, ())) == [IN_RULES]


def test_what_both_block_wants_both() -> None:
    assert list(remedies(BLOCKED, {A}, {A})) == [IN_RULES, BY_A_PERSON]
