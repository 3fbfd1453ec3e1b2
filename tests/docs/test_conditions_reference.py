"""The reference of conditions says what the code accepts."""

import re
from pathlib import Path

import msgspec

from tieline.condition.parse import LEAVES, parse
from tieline.condition.reference import EXAMPLES, STARTS, markdown

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "conditions.md"


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text() == markdown(), "write it again: python -m tieline.condition.reference"


def test_every_leaf_is_described() -> None:
    assert list(STARTS) == list(LEAVES)
    assert all(next(iter(start.example)) == key for key, start in STARTS.items())


def test_every_example_on_the_page_is_a_condition() -> None:
    blocks = re.findall(r"```json\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
    assert len(blocks) == len(LEAVES) + len(EXAMPLES)
    for block in blocks:
        parse(msgspec.json.decode(block))
