"""What a house rule is: a name, a way out, a check, and examples that prove the check."""

import ast
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

Tree = Mapping[str, str]
"""Text of every file of the repository by its path."""

ESCAPE = re.compile(r"house: allow (?P<rule>[a-z-]+)(?: - (?P<reason>\S.*))?")


@dataclass(frozen=True)
class File:
    """One file of the repository.

    Attributes:
        path: Relative to the root of the repository, with forward slashes.
    """

    path: str
    text: str

    @cached_property
    def lines(self) -> list[str]:
        """The text, line by line."""
        return self.text.splitlines()

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Every node of the syntax tree of a Python file."""
        return list(ast.walk(ast.parse(self.text)))


class Found(NamedTuple):
    """A place where a rule is broken, and what is wrong there."""

    line: int
    message: str


@dataclass(frozen=True)
class Example:
    """A file that keeps a rule or breaks it.

    Attributes:
        beside: Other files that the check needs to see.
    """

    path: str
    text: str
    beside: Tree = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """One rule of the house.

    Attributes:
        name: What stands in the report and in an escape.
        way_out: What to do instead, in one sentence.
        applies: Says by its path whether a file is under this rule.
        find: Yields the places of one file that break it.
    """

    name: str
    way_out: str
    applies: Callable[[str], bool]
    find: Callable[[File, Tree], Iterable[Found]]
    good: tuple[Example, ...]
    bad: tuple[Example, ...]


class Complaint(NamedTuple):
    """A broken rule as it is reported."""

    path: str
    line: int
    rule: str
    message: str
    way_out: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.message}: {self.way_out}"


def check(tree: Tree, rules: Iterable[Rule]) -> list[Complaint]:
    """Return every complaint about `tree`, by path and line."""
    chosen = tuple(rules)
    complaints = [one for path, text in tree.items() for one in _check_file(File(path, text), tree, chosen)]
    return sorted(complaints)


def _check_file(file: File, tree: Tree, rules: tuple[Rule, ...]) -> Iterable[Complaint]:
    try:
        broken = [
            Complaint(file.path, found.line, rule.name, found.message, rule.way_out)
            for rule in rules
            if rule.applies(file.path)
            for found in rule.find(file, tree)
        ]
    except SyntaxError as error:
        yield Complaint(file.path, error.lineno or 1, "syntax", "this is not Python", "make it parse")
        return
    allowed = {(number, found["rule"]) for number, found in _escapes(file) if found["reason"]}
    yield from (one for one in broken if (one.line, one.rule) not in allowed)
    needed = {(one.line, one.rule) for one in broken}
    for number, found in _escapes(file):
        if not found["reason"]:
            message = "an escape without a reason"
        elif (number, found["rule"]) not in needed:
            message = f"nothing here breaks the rule {found['rule']!r}"
        else:
            continue
        yield Complaint(file.path, number, "escape", message, "say why after ' - ', or delete the escape")


def _escapes(file: File) -> list[tuple[int, re.Match[str]]]:
    if file.path.startswith(("tools/lint/", "tests/unit/tools/")):
        return []  # they quote escapes
    return [(number, found) for number, line in enumerate(file.lines, 1) if (found := ESCAPE.search(line))]
