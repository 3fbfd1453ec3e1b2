"""The page of settings says what the table says, and the table is what the program reads."""

import re
from pathlib import Path

import msgspec
import pytest

from tieline import settings

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/reference/settings.md"


def test_the_settings_page_is_fresh(reference):
    assert PAGE.read_text("utf-8") == reference.settings_page()


def test_every_setting_has_its_row():
    text = PAGE.read_text("utf-8")

    assert [one.name for one in settings.TABLE if f"| `TIELINE_{one.name}` |" not in text] == []


def test_every_setting_explains_itself_in_a_sentence():
    assert [one.name for one in settings.TABLE if not one.meaning.endswith(".")] == []


def test_the_table_and_the_settings_in_force_have_the_same_names():
    fields = {one.name for one in msgspec.structs.fields(settings.Settings)} - {"data"}

    assert fields == {one.name.lower() for one in settings.TABLE}


@pytest.mark.parametrize(
    "page", [*sorted((ROOT / "docs").rglob("*.md")), *sorted(ROOT.glob("*.md"))], ids=lambda p: p.name
)
def test_pages_name_only_settings_that_exist(page):
    known = {f"TIELINE_{one.name}" for one in settings.TABLE}

    assert set(re.findall(r"TIELINE_[A-Z_]+[A-Z]", page.read_text("utf-8"))) - known == set()
