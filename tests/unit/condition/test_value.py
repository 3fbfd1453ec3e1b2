from decimal import Decimal
from typing import Any

import pytest

from tieline.condition.value import number, text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3000, "3000"),
        (3000.5, "3000.5"),
        ("3000", "3000"),
        ("-3000.50", "-3000.5"),
        (1e-7, "0"),
        (0.1234567, "0.123456"),
        (33.333333333333336, "33.333333"),
        (-0.0, "0"),
        (999999999999999, "999999999999999"),
        ("999999999999999.999999", "999999999999999.999999"),
    ],
)
def test_a_number_is_exact_to_six_places(value: Any, expected: str) -> None:
    assert number(value) == Decimal(expected)


@pytest.mark.parametrize(
    "value", [True, False, None, "", " 7", "7\n", "+7", "1,000", "１", "0x10", "1e5", "nan", 1e15, 10**15, float("inf"), [], {}]
)  # fmt: skip
def test_this_is_no_number(value: Any) -> None:
    assert number(value) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("007", "007"),
        (7, "7"),
        (7.0, "7"),
        (0.5, "0.5"),
        (True, "true"),
        (False, "false"),
        (10**15, None),
        (10**25, "1" + "0" * 25),
        (1e300, None),
        (None, None),
        (["a"], None),
    ],
)
def test_the_text_of_a_value(value: Any, expected: str | None) -> None:
    assert text(value) == expected
