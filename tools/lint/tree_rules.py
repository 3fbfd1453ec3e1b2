"""Rules about files: what a folder may be called, how long a file may be, how decisions are numbered."""

import re
from collections.abc import Iterator

from code_rules import python, source
from longer import LONGER
from rule import Example, File, Found, Rule, Tree

FILE_LINES_MAX = 400
NAMED_AFTER_NOTHING = {
    "utils",
    "util",
    "common",
    "helpers",
    "helper",
    "core",
    "base",
    "services",
    "manager",
    "misc",
}
DECISION = re.compile(r"docs/decisions/(?P<number>\d{4})-[a-z0-9-]+\.md")


def package_names(file: File, _: Tree) -> Iterator[Found]:
    """Find folders and modules named after nothing."""
    for part in file.path.removesuffix(".py").split("/"):
        if part in NAMED_AFTER_NOTHING:
            yield Found(1, f"{part!r} names no idea")


def file_length(file: File, _: Tree) -> Iterator[Found]:
    """Find long files."""
    lines = len(file.lines)
    allowed = LONGER.get(file.path)
    if allowed is None and lines > FILE_LINES_MAX:
        yield Found(1, f"{lines} lines, {FILE_LINES_MAX} are allowed")
    elif allowed is not None and lines != allowed.lines:
        yield Found(1, f"{lines} lines, tools/lint/longer.py says {allowed.lines}")


def decisions(file: File, tree: Tree) -> Iterator[Found]:
    """Find decisions that share a number, leave one out, or are not called NNNN-words.md."""
    named = DECISION.fullmatch(file.path)
    if named is None:
        yield Found(1, "the name is not NNNN-words.md")
        return
    others = {found["number"] for path in tree if path != file.path and (found := DECISION.fullmatch(path))}
    number = int(named["number"])
    if named["number"] in others:
        yield Found(1, f"the number {named['number']} is given twice")
    if number > 1 and f"{number - 1:04}" not in others:
        yield Found(1, f"there is no decision {number - 1:04}")


RULES = (
    Rule(
        "package-name",
        "name it after the noun it holds",
        source,
        package_names,
        good=(Example("src/tieline/segment/stage.py", ""), Example("tests/common/a.py", "")),
        bad=(
            Example("src/tieline/utils/a.py", ""),
            Example("src/tieline/segment/helpers.py", ""),
            Example("src/tieline/core.py", ""),
        ),
    ),
    Rule(
        "file-length",
        "split it by idea; entries of tools/lint/longer.py may only become smaller",
        python,
        file_length,
        good=(Example("src/tieline/a.py", "x = 1\n" * FILE_LINES_MAX),),
        bad=(Example("tests/unit/test_a.py", "x = 1\n" * (FILE_LINES_MAX + 1)),),
    ),
    Rule(
        "decision",
        "take the next free number",
        lambda path: path.startswith("docs/decisions/") and not path.endswith("/README.md"),
        decisions,
        good=(
            Example("docs/decisions/0001-a.md", ""),
            Example("docs/decisions/0002-b.md", "", {"docs/decisions/0001-a.md": ""}),
            Example("docs/decisions/README.md", ""),
        ),
        bad=(
            Example("docs/decisions/0001-a.md", "", {"docs/decisions/0001-b.md": ""}),
            Example("docs/decisions/0003-c.md", "", {"docs/decisions/0001-a.md": ""}),
            Example("docs/decisions/notes.md", ""),
        ),
    ),
)
