"""The page of faults names all of them once, and tests that exist."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/faults.md").read_text("utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@cache
def functions(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(
        node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    )


def rows() -> dict[int, str]:
    found = re.findall(r"^\| F(\d+) \|(.*)$", PAGE, re.MULTILINE)
    assert len(found) == len({number for number, _ in found})
    return {int(number): rest for number, rest in found}


def test_every_fault_has_its_row() -> None:
    assert sorted(rows()) == list(range(1, 43))


def test_every_test_that_is_named_exists() -> None:
    named = NAMED.findall(PAGE)
    assert named
    assert [f"{path}::{name}" for path, name in named if name not in functions(path)] == []


def test_no_fault_is_without_a_test() -> None:
    assert [number for number, rest in rows().items() if not NAMED.search(rest)] == []


def test_a_test_that_has_a_number_stands_in_its_row() -> None:
    for path in (ROOT / "tests").rglob("test_*.py"):
        for name in functions(str(path.relative_to(ROOT))):
            for number in re.findall(r"(?:^test|_)_?f(\d+)(?=_)", name) if name.startswith("test_f") else ():
                assert name in rows()[int(number)]
