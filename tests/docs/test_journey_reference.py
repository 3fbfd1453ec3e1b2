"""The reference of journey steps says what the code accepts."""

import re
from pathlib import Path
from typing import get_args

import msgspec

from tieline.journey.definition import Step
from tieline.journey.reference import STEP_KINDS, TRIGGER_KINDS, markdown

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "journey-steps.md"


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text() == markdown(), "write it again: python -m tieline.journey.reference"


def test_every_kind_of_step_has_a_row_and_builds_another_step() -> None:
    built = []
    for name, kind in STEP_KINDS.items():
        assert kind.example["kind"] == name
        assert f"## {name}\n" in markdown()
        made = {field.attribute: None for field in kind.fields}
        built.append(type(kind.make(id="x", **made)))
    assert sorted(made.__name__ for made in built) == sorted(made.__name__ for made in get_args(Step))


def test_every_field_of_every_step_is_described() -> None:
    for kind in STEP_KINDS.values():
        made = kind.make(id="x", **{field.attribute: None for field in kind.fields})
        told = {field.attribute for field in kind.fields} - {"event", "where"}
        held = set(made.__struct_fields__) - {"id", "awaited"}
        assert told == held


def test_every_example_on_the_page_is_json() -> None:
    blocks = re.findall(r"```json\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
    kinds = [*TRIGGER_KINDS.values(), *STEP_KINDS.values()]
    assert [msgspec.json.decode(block) for block in blocks] == [kind.example for kind in kinds]
