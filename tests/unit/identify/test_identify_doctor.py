"""The doctor's report."""

from hypothesis import given
from hypothesis import strategies as st

from tieline.identify.doctor import Findings, Held, masked, report


def test_only_namespaces_that_may_hold_several_are_near_a_limit() -> None:
    held = [Held("member_id", 1, 900), Held("phone", 1, 50), Held("phone", 3, 7), Held("email", 4, 2)]

    found = report(Findings([], [], held), [])

    assert found["at_limit"] == [{"namespace": "phone", "limit": 3, "profiles": 7}]


@given(st.text(max_size=300))
def test_a_masked_value_keeps_its_length_and_hides_a_third_at_least(value: str) -> None:
    shown = masked(value)

    assert len(shown) == len(value)
    assert shown.count("*") >= len(value) / 3
