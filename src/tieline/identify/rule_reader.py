"""Read a YAML document that a person wrote: every mistake with its line and the nearest valid word. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

import yaml

BYTES_MAX = 256 * 1024
SAID_MAX = 40
_KINDS: Mapping[type, str] = {
    bool: "yes or no (true, false)",
    int: "a whole number",
    str: "a text",
    list: "a list",
    dict: "names with values",
}


class Problem(NamedTuple):
    """One mistake in a file. `line`: counted from 1."""

    line: int
    sentence: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.sentence}"


class Entry(NamedTuple):
    """A name in a mapping, with what stands behind it."""

    name: str
    line: int
    node: yaml.Node


class Reader:
    """Reads parts of a document and remembers every mistake, so that a person sees all of them at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def refuse(self, line: int, sentence: str) -> None:
        """Remember a mistake."""
        self.problems.append(Problem(line, sentence))

    def document(self, text: str) -> yaml.Node | None:
        """Return the root of a document, None if it is no YAML or empty."""
        if len(text.encode("utf-8", "replace")) > BYTES_MAX:
            self.refuse(1, f"the file has more than {BYTES_MAX // 1024} kB.")
            return None
        try:
            for token in yaml.scan(text, Loader=yaml.SafeLoader):
                if isinstance(token, (yaml.AliasToken, yaml.AnchorToken)):
                    self.refuse(line_of(token), "references (& and *) are not read here; write it out.")
                    return None
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.refuse(mark.line + 1 if mark else 1, f"this is no YAML: {error.problem or error.context}.")
            return None
        except (yaml.YAMLError, RecursionError, ValueError) as error:
            self.refuse(1, f"this is no YAML: {type(error).__name__}.")
            return None
        if root is None:
            self.refuse(1, "the file is empty.")
        return root

    def entries(self, node: yaml.Node, what: str) -> Iterator[Entry]:
        """Yield the names of a mapping in their order; one that comes twice is refused."""
        if not isinstance(node, yaml.MappingNode):
            self.refuse(line_of(node), f"{what} must be {_KINDS[dict]}.")
            return
        seen: dict[str, int] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
            if name in seen:
                self.refuse(line_of(key), f"{name!r} stands in line {seen[name]} already.")
                continue
            seen[name] = line_of(key)
            yield Entry(name, line_of(key), value)

    def items(self, node: yaml.Node, what: str) -> list[yaml.Node]:
        """Return the elements of a list."""
        if isinstance(node, yaml.SequenceNode):
            return list(node.value)
        self.refuse(line_of(node), f"{what} must be {_KINDS[list]}.")
        return []

    def value(self, node: yaml.Node, kind: type, what: str) -> Any:
        """Return a scalar of one kind, None if it is something else."""
        found = _plain(node)
        if (
            kind is str
            and isinstance(node, yaml.ScalarNode)
            and not isinstance(found, bool)
            and found is not None
        ):
            return str(node.value)  # what looks like a number was written as a name
        if type(found) is kind:
            return found
        said = node.value if isinstance(node, yaml.ScalarNode) else "something longer"
        self.refuse(line_of(node), f"{what} is {said[:SAID_MAX]!r}; it must be {_KINDS[kind]}.")
        return None

    def number(self, node: yaml.Node, what: str, least: int, most: int) -> int | None:
        """Return a whole number within limits."""
        found: int | None = self.value(node, int, what)
        if found is not None and not least <= found <= most:
            self.refuse(line_of(node), f"{what} is {found}; it must be between {least:,} and {most:,}.")
            return None
        return found

    def unknown(self, entry: Entry, what: str, known: Iterable[str]) -> None:
        """Refuse a name, with the nearest valid one."""
        self.refuse(entry.line, f"{entry.name!r} is no {what}{nearest(entry.name, known)}")


def nearest(said: str, known: Iterable[str]) -> str:
    """Return the end of a sentence that names the nearest valid word, or all of them."""
    words = sorted(known)
    close = get_close_matches(said.lower(), words, n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else f"; it must be one of {', '.join(words)}."


def line_of(part: Any) -> int:
    """Return the line in which something begins."""
    return int(part.start_mark.line) + 1


def _plain(node: yaml.Node) -> Any:
    try:
        return yaml.SafeLoader("").construct_object(node) if isinstance(node, yaml.ScalarNode) else node
    except (yaml.YAMLError, ValueError):
        return None
