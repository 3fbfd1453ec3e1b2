"""The page of what broke elsewhere has its fifteen rows, each with tests that exist and run."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/broken-elsewhere.md").read_text("utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@cache
def named_in(path: str) -> dict[str, list[str]]:
    """Return the tests of a file, each with what is written above it."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {
        node.name: [ast.unparse(one) for one in node.decorator_list]
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test_")
    }


def rows() -> dict[int, str]:
    found = re.findall(r"^\| (\d+) \|(.*)$", PAGE, re.MULTILINE)
    assert len(found) == len({number for number, _ in found})
    return {int(number): rest for number, rest in found}


def test_there_are_fifteen_each_with_a_test() -> None:
    assert sorted(rows()) == list(range(1, 16))
    assert [number for number, rest in rows().items() if not NAMED.search(rest)] == []


def test_every_test_that_is_named_exists_and_is_not_left_out() -> None:
    named = NAMED.findall(PAGE)
    assert [f"{path}::{name}" for path, name in named if name not in named_in(path)] == []
    assert [
        name for path, name in named if any("skip" in one or "xfail" in one for one in named_in(path)[name])
    ] == []


def test_a_test_with_a_number_stands_in_its_row() -> None:
    for path in (ROOT / "tests").rglob("test_*.py"):
        for name in named_in(str(path.relative_to(ROOT))):
            if number := re.match(r"test_(\d\d)_", name):
                assert name in rows()[int(number[1])], name
