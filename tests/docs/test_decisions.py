"""A decision is one page: what forced it, what was decided, what follows."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs/decisions"
PAGES = sorted(FOLDER.glob("[0-9]*.md"))
LINES_MAX = 60


def test_decisions_are_numbered_without_a_gap():
    assert [int(page.name[:4]) for page in PAGES] == list(range(1, len(PAGES) + 1))
    assert PAGES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_decision_has_its_three_parts_on_one_page(page):
    text = page.read_text("utf-8")
    headings = re.findall(r"^#+ .+$", text, re.MULTILINE)

    assert headings[0].startswith(f"# {int(page.name[:4])}. ")
    assert headings[1:] == ["## Context", "## Decision", "## Consequences"]
    assert len(text.splitlines()) <= LINES_MAX


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_decision_stands_in_the_list(page):
    title = page.read_text("utf-8").splitlines()[0].partition(". ")[2]
    row = f"| [{page.name[:4]}]({page.name}) | {title} |"

    assert row in (FOLDER / "README.md").read_text("utf-8")
