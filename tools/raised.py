"""Every sentence that an answer of the API can carry, as a template: read out of the source, each hole as `{}`.

A sentence is what is given to an error of `tieline.errors`, to a `Problem` of a message or of a rule file, and to any
function that hands it on to one of these: the way is followed back to the text itself, through variables, parameters,
constants and what other functions return.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tieline.deliver import narrowcast_words

SOURCE = Path(__file__).parents[1] / "src/tieline"

# These speak on a command line, or to tests; no answer of the API comes from here.
SILENT = (
    "demo",
    "simulator",
    "testing",
    "steward",
    "cli.py",
    "setup.py",
    "imports.py",
    "serve.py",
    "folder.py",
)

# Functions whose text comes into the hole of a sentence: each mistake of a file, what is lacking, what is wrong with a URL.
ANSWERS = (
    ("identify/rule_reader.py", "__str__"),
    ("api/costing.py", "_lacks"),
    ("deliver/urls.py", "problem"),
)

# Attributes that carry a text which was read where it was made, or no text: the line of a file.
PASSED_ON = {"message", "sentence", "way_out", "line"}

# No words of ours: what a library says of a template, the answer to a program that collects, lines of a file, and what
# is put together of sentences that were read.
UNREADABLE = {
    ("api/collect.py", "str(refused[0]['detail'])"),
    (
        "api/narrowcast_plan.py",
        "narrowcast_words.refusal(planned.reason, withdrawn(planned.said.recipient, planned.known))",
    ),
    ("deliver/liquid.py", "str(error).strip().splitlines()"),
    ("deliver/liquid.py", "type(error).__name__"),
    ("identify/rule_file.py", "lines.get('allowed', lines[''])"),
    ("identify/rule_reader.py", "int(part.start_mark.line) + 1"),
    ("identify/rule_reader.py", "mark.line + 1"),
    ("identify/rule_file.py", "' '.join((str(one)[:1].upper() + str(one)[1:] for one in problems))"),
}

Function = ast.FunctionDef | ast.AsyncFunctionDef
Argument = tuple[int | None, str]
"""Where a call takes a sentence: the place, None if it is by name alone, and the name."""


class Reader:
    """Follows expressions to the texts they may be; `seen` keeps a circle from being followed for ever."""

    def __init__(self, source: dict[str, ast.Module]) -> None:
        self.source = source
        self.parents = {
            child: node
            for tree in source.values()
            for node in ast.walk(tree)
            for child in ast.iter_child_nodes(node)
        }
        self.takes = _takers(source["errors.py"])
        self.unreadable: set[tuple[str, str]] = set()
        self.found: dict[str, str] = {}

    def collect(self) -> None:
        """Read every call that takes a sentence, until no function turns up any more that hands one on."""
        done: set[tuple[ast.AST, str]] = set()
        for module, name in ANSWERS:
            for _, function in self._functions(module, name):
                self._keep(module, self._results(module, function, None, frozenset()))
        while True:
            before = len(done), sum(map(len, self.takes.values()))
            for module, tree in self.source.items():
                for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
                    for place, name in sorted(self.takes.get(_called(call), ()), key=str):
                        if (call, name) not in done:
                            done.add((call, name))
                            for given in _given(call, place, name):
                                self._keep(module, self.read(module, given))
            if before == (len(done), sum(map(len, self.takes.values()))):
                return

    def _keep(self, module: str, templates: Iterator[str]) -> None:
        for one in templates:
            whole = re.sub(r"(\{\})+(?!\})", "{}", one)
            if re.search(r"[A-Za-z]{2}", whole):
                self.found.setdefault(whole, module)

    def read(
        self, module: str, node: ast.AST, index: int | None = None, seen: frozenset[ast.AST] = frozenset()
    ) -> Iterator[str]:
        """Yield the templates that an expression may be; of a tuple the part at `index`."""
        if node in seen or (isinstance(node, ast.Attribute) and node.attr in PASSED_ON):
            return
        seen |= {node}
        match node:
            case ast.Constant(value=said):
                yield from [said] if isinstance(said, str) else ()
            case ast.JoinedStr(values=parts):
                yield from self._joined(module, parts, seen)
            case ast.Call():
                yield from self._call(module, node, index, seen)
            case ast.Name(id=name):
                yield from self._name(module, node, name, index, seen)
            case ast.Tuple(elts=parts) if index is not None:
                yield from self.read(module, parts[index], None, seen)
            case _ if inner := _inner(node):
                for one in inner:
                    yield from self.read(module, one, index, seen)
            case _:
                self.unreadable.add((module, ast.unparse(node)))

    def _joined(self, module: str, parts: list[ast.expr], seen: frozenset[ast.AST]) -> Iterator[str]:
        """Yield an f-string, with what a function says in one of its holes written out."""
        said = [""]
        for part in parts:
            ends = [part.value] if isinstance(part, ast.Constant) else self._hole(module, part, seen)
            said = [f"{begin}{end}" for begin in said for end in ends]
        yield from said

    def _hole(self, module: str, part: ast.expr, seen: frozenset[ast.AST]) -> list[str]:
        value = part.value if isinstance(part, ast.FormattedValue) else part
        if isinstance(value, ast.IfExp) and all(
            isinstance(arm, ast.Constant) for arm in (value.body, value.orelse)
        ):
            return [str(arm.value) for arm in (value.body, value.orelse) if isinstance(arm, ast.Constant)]
        if isinstance(value, ast.Name) and (said := self._fixed(module, value)):
            return [said]
        known = set(self.unreadable), {name: set(places) for name, places in self.takes.items()}
        inner = list(dict.fromkeys(self.read(module, value, None, seen))) if self._worded(value) else []
        whole = (self.unreadable, self.takes) == known
        self.unreadable, self.takes = known
        return [*inner, *([] if whole else ["{}"])] if any(" " in one for one in inner) else ["{}"]

    def _fixed(self, module: str, name: ast.Name) -> str:
        """Return the text of a constant of the module, "" if it is something else."""
        said = next((value for _, value in self._constants(module, name.id)), None)
        return said.value if isinstance(said, ast.Constant) and isinstance(said.value, str) else ""

    def _worded(self, value: ast.expr) -> bool:
        """Tell whether a hole may hold words of ours: a call, or a variable that a call has filled."""
        if isinstance(value, ast.Call):
            return True
        if not isinstance(value, ast.Name):
            return False
        function = self._around(value)
        return function is not None and any(
            isinstance(given, ast.Call | ast.IfExp | ast.JoinedStr)
            for given, _ in _assigned(function, value.id)
        )

    def _call(
        self, module: str, call: ast.Call, index: int | None, seen: frozenset[ast.AST]
    ) -> Iterator[str]:
        if _called(call) == "format" and isinstance(call.func, ast.Attribute):
            for said in self.read(module, call.func.value, index, seen):
                yield re.sub(r"\{[^}]*\}", "{}", said)
            return
        for home, function in self._functions(module, _called(call)):
            yield from self._results(home, function, index, seen)
            return
        self.unreadable.add((module, ast.unparse(call)))

    def _results(
        self, module: str, function: Function, index: int | None, seen: frozenset[ast.AST]
    ) -> Iterator[str]:
        for node in ast.walk(function):
            if (
                isinstance(node, ast.Return | ast.Yield | ast.YieldFrom)
                and self._around(node) is function
                and node.value
            ):
                yield from self.read(module, node.value, index, seen)

    def _name(
        self, module: str, node: ast.Name, name: str, index: int | None, seen: frozenset[ast.AST]
    ) -> Iterator[str]:
        function = self._around(node)
        if function is not None and (place := self._parameter(function, name)) is not None:
            owner = self.parents.get(function)
            called = (
                owner.name
                if function.name == "__init__" and isinstance(owner, ast.ClassDef)
                else function.name
            )
            self.takes.setdefault(called, set()).add(place)
            return
        given = list(_assigned(function, name)) if function is not None else []
        for value, part in given:
            yield from self.read(module, value, index if part is None else part, seen)
        if given:
            return
        for home, value in self._constants(module, name):
            rows = value.elts if index is not None and isinstance(value, ast.Tuple) else [value]
            for row in rows:
                yield from self.read(home, row, index, seen)
            return
        self.unreadable.add((module, name))

    def _parameter(self, function: Function, name: str) -> Argument | None:
        places = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
        if name in places:
            return places.index(name) - isinstance(self.parents.get(function), ast.ClassDef), name
        return (None, name) if name in {one.arg for one in function.args.kwonlyargs} else None

    def _around(self, node: ast.AST) -> Function | None:
        while (node := self.parents.get(node)) is not None:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                return node
        return None

    def _functions(self, module: str, name: str) -> Iterator[tuple[str, Function]]:
        for node in ast.walk(self.source[module]):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
                yield module, node
        for home, there in self._imported(module, name):
            yield from self._functions(home, there)

    def _constants(self, module: str, name: str) -> Iterator[tuple[str, ast.expr]]:
        for node in self.source[module].body:
            targets = (
                node.targets
                if isinstance(node, ast.Assign)
                else [node.target]
                if isinstance(node, ast.AnnAssign)
                else []
            )
            if any(isinstance(target, ast.Name) and target.id == name for target in targets):
                yield module, node.value
        for home, there in self._imported(module, name):
            yield from self._constants(home, there)

    def _imported(self, module: str, name: str) -> Iterator[tuple[str, str]]:
        for node in self.source[module].body:
            for one in node.names if isinstance(node, ast.ImportFrom) else ():
                home = f"{(node.module or '').removeprefix('tieline.').replace('.', '/')}.py"
                if (one.asname or one.name) == name and home in self.source:
                    yield home, one.name


def _takers(errors: ast.Module) -> dict[str, set[Argument]]:
    """Return what takes a sentence to begin with: every error, but those of a start, which answers nobody."""
    kinds = {node.name for node in errors.body if isinstance(node, ast.ClassDef)} - {"StartError"}
    ours: dict[str, set[Argument]] = {kind: {(0, "message"), (None, "way_out")} for kind in kinds}
    return ours | {
        "Problem": {(1, "sentence")},
        "RenderError": {(0, "message")},
        "__init__": {(None, "way_out")},
    }


def _inner(node: ast.AST) -> list[ast.expr]:
    """Return the expressions one of which this one is."""
    match node:
        case ast.IfExp(body=one, orelse=other):
            return [one, other]
        case ast.BoolOp(values=parts) | ast.Dict(values=parts):
            return parts
        case ast.Subscript(value=one) | ast.NamedExpr(value=one) | ast.Await(value=one):
            return [one]
    return []


def _called(call: ast.Call) -> str:
    return getattr(call.func, "id", None) or getattr(call.func, "attr", "")


def _given(call: ast.Call, place: int | None, name: str) -> Iterator[ast.expr]:
    if place is not None and 0 <= place < len(call.args):
        yield call.args[place]
    yield from (one.value for one in call.keywords if one.arg == name)


def _assigned(function: Function, name: str) -> Iterator[tuple[ast.expr, int | None]]:
    """Yield what a local variable is set to; of something unpacked, the place in it."""
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=targets, value=value):
                pass
            case ast.AnnAssign(target=target, value=value) | ast.NamedExpr(target=target, value=value):
                targets = [target]
            case ast.For(target=target, iter=value) | ast.AsyncFor(target=target, iter=value):
                targets = [target]
            case ast.comprehension(target=target, iter=value):
                targets = [target]
            case _:
                continue
        for target in targets if value is not None else ():
            if isinstance(target, ast.Name) and target.id == name:
                yield value, None
            for place, part in enumerate(target.elts if isinstance(target, ast.Tuple) else ()):
                if isinstance(part, ast.Name) and part.id == name:
                    yield value, place


@cache
def templates() -> tuple[dict[str, str], set[tuple[str, str]]]:
    """Return every template with the module it stands in, and the expressions that could not be followed."""
    paths = {path.relative_to(SOURCE).as_posix(): path for path in sorted(SOURCE.rglob("*.py"))}
    spoken = {name: path for name, path in paths.items() if name.split("/")[0] not in SILENT}
    reader = Reader({name: ast.parse(path.read_text("utf-8")) for name, path in spoken.items()})
    reader.collect()
    # These stand in the source in every language, because a narrowcast that is over says them too.
    for said in narrowcast_words.refusals():
        reader.found.setdefault(said, "deliver/narrowcast_words.py")
    return reader.found, reader.unreadable - UNREADABLE
