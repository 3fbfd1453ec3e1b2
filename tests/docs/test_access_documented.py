"""The page of roles and permissions says what the table says."""

from pathlib import Path

from tieline.access import table

PAGE = Path(__file__).parents[2] / "docs/reference/access.md"


def test_the_access_page_is_fresh(reference):
    assert PAGE.read_text("utf-8") == reference.access_page()


def test_every_permission_explains_itself_in_a_sentence():
    assert [one.name for one in table.TABLE if not one.meaning.endswith(".")] == []
