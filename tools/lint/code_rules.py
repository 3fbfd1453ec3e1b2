"""Rules about Python: where time and chance come from, what SQL is made of, how long a function may be."""

import ast
from collections.abc import Iterator

from longer import LONGER
from rule import Example, File, Found, Rule, Tree

FUNCTION_LINES_MAX = 70
TEST_WORDS_MIN = 3

TIME_CALLS = {
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "time": {
        "time",
        "time_ns",
        "monotonic",
        "monotonic_ns",
        "perf_counter",
        "perf_counter_ns",
        "localtime",
        "gmtime",
    },
}
CLOCKS = {
    "src/tieline/clock.py": "the clock",
    "src/tieline/simulator/simulation.py": "the clock of the simulator, which imports nothing of Tieline",
}
CHANCE_MODULES = {"random", "secrets"}
CHANCE_NAMES = {("uuid", "uuid1"), ("uuid", "uuid4"), ("os", "urandom")}
CHANCES = {
    "src/tieline/ids.py": "the source of ids and chance",
    "src/tieline/setup.py": "creates the first keys of an installation",
    "src/tieline/channel/line/secrets.py": "makes the key of the vault and the nonces of its seals",
    "src/tieline/store/postgres/workspaces.py": "creates the keys of a workspace",
    "src/tieline/simulator/": "seeded; it imports nothing of Tieline",
    "src/tieline/demo/": "seeded",
}
PRINTERS = ("src/tieline/cli.py", "src/tieline/cli/")
EXECUTES = {"execute", "executemany", "query", "command", "copy"}
OWN_NAMES = "# sql: own names"
MOMENTS = {"at", "now"}
VALUES = {"Struct", "NamedTuple", "TypedDict", "dataclass"}


def source(path: str) -> bool:
    """Say whether `path` is Python of the product."""
    return path.startswith("src/tieline/") and path.endswith(".py")


def python(path: str) -> bool:
    """Say whether `path` is Python at all."""
    return path.endswith(".py")


def test(path: str) -> bool:
    """Say whether `path` is a file of tests."""
    return path.startswith("tests/") and path.rpartition("/")[2].startswith("test_") and python(path)


def clock(file: File, _: Tree) -> Iterator[Found]:
    """Find readings of the machine's time."""
    for node in file.nodes:
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=name)
            ):
                if name in TIME_CALLS.get(owner, ()):
                    yield Found(node.lineno, f"{owner}.{name}() reads the machine's time")
            case ast.ImportFrom(module="time", names=names):
                taken = [one.name for one in names if one.name in TIME_CALLS["time"]]
                yield from (Found(node.lineno, f"time.{name} reads the machine's time") for name in taken)


def chance(file: File, _: Tree) -> Iterator[Found]:
    """Find imports that bring chance."""
    for node in file.nodes:
        match node:
            case ast.Import(names=names):
                taken = [one.name for one in names if one.name in CHANCE_MODULES]
            case ast.ImportFrom(module=module, names=names):
                taken = [
                    one.name
                    for one in names
                    if module in CHANCE_MODULES or (module, one.name) in CHANCE_NAMES
                ]
            case ast.Attribute(value=ast.Name(id=module), attr=name) if (module, name) in CHANCE_NAMES:
                taken = [f"{module}.{name}"]
            case _:
                continue
        yield from (Found(node.lineno, f"{name} brings chance") for name in taken)


def printing(file: File, _: Tree) -> Iterator[Found]:
    """Find calls of print."""
    for node in file.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            yield Found(node.lineno, "print() outside the command line")


def sql(file: File, _: Tree) -> Iterator[Found]:
    """Find statements put together from names that are not constants."""
    for node in file.nodes:
        match node:
            case ast.Call(func=ast.Attribute(attr=name), args=[ast.JoinedStr(values=parts), *_]) if (
                name in EXECUTES
            ):
                foreign = [
                    ast.unparse(part.value)
                    for part in parts
                    if isinstance(part, ast.FormattedValue) and not _is_constant(part.value)
                ]
                marked = any(OWN_NAMES in line for line in file.lines[node.lineno - 1 : node.end_lineno])
                if foreign and not marked:
                    yield Found(node.lineno, f"{name}() of SQL that contains {', '.join(foreign)}")


def _is_constant(value: ast.expr) -> bool:
    match value:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.isupper()
    return False


def moments(file: File, _: Tree) -> Iterator[Found]:
    """Find fields of values that are times and do not say so."""
    for node in file.nodes:
        if not isinstance(node, ast.ClassDef):
            continue
        made_of = {word for part in (*node.bases, *node.decorator_list) for word in _words(part)}
        if not made_of & VALUES:
            continue
        for item in node.body:
            match item:
                case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
                    if _is_moment(annotation) and name not in MOMENTS and not name.endswith("_at"):
                        yield Found(item.lineno, f"the time {name!r} does not end in _at")


def _is_moment(annotation: ast.expr) -> bool:
    match annotation:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name == "datetime"
        case ast.BinOp(left=left, right=right):
            return _is_moment(left) or _is_moment(right)
    return False


def _words(node: ast.AST) -> set[str]:
    names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    return names | {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}


def function_length(file: File, _: Tree) -> Iterator[Found]:
    """Find long functions; lines of functions inside them count for those alone."""
    for node in file.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = _own_lines(node)
            allowed = LONGER.get(f"{file.path}:{node.name}")
            if allowed is None and lines > FUNCTION_LINES_MAX:
                yield Found(node.lineno, f"{node.name} has {lines} lines, {FUNCTION_LINES_MAX} are allowed")
            elif allowed is not None and lines != allowed.lines:
                yield Found(
                    node.lineno, f"{node.name} has {lines} lines, tools/lint/longer.py says {allowed.lines}"
                )


def _own_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    whole = (node.end_lineno or node.lineno) - node.lineno + 1
    inner = [part for part in node.body if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)]
    return whole - sum((part.end_lineno or part.lineno) - part.lineno + 1 for part in inner)


def short_names(file: File, _: Tree) -> Iterator[Found]:
    """Find tests whose name is no sentence."""
    for node in file.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            words = [word for word in node.name.split("_")[1:] if word]
            if len(words) < TEST_WORDS_MIN:
                yield Found(node.lineno, f"{node.name} says too little")


_LONG = "def long():\n" + "    x = 1\n" * FUNCTION_LINES_MAX
_NESTED = "def outer():\n    def inner():\n" + "        x = 1\n" * 50 + "    x = 1\n" * 50

RULES = (
    Rule(
        "clock",
        "take a Clock, or the moment itself, as an argument",
        lambda path: source(path) and path not in CLOCKS,
        clock,
        good=(
            Example("src/tieline/a.py", "now = clock.now()"),
            Example("src/tieline/clock.py", "datetime.now(UTC)"),
            Example("tests/unit/test_a.py", "time.time()"),
        ),
        bad=(
            Example("src/tieline/a.py", "datetime.now(UTC)"),
            Example("src/tieline/a.py", "datetime.datetime.utcnow()"),
            Example("src/tieline/a.py", "date.today()"),
            Example("src/tieline/a.py", "time.monotonic()"),
            Example("src/tieline/a.py", "from time import perf_counter"),
        ),
    ),
    Rule(
        "chance",
        "take Ids as an argument",
        lambda path: source(path) and not path.startswith(tuple(CHANCES)),
        chance,
        good=(
            Example("src/tieline/a.py", "from uuid import UUID, uuid5"),
            Example("src/tieline/ids.py", "import secrets"),
            Example("src/tieline/simulator/people.py", "import random"),
        ),
        bad=(
            Example("src/tieline/a.py", "import random"),
            Example("src/tieline/a.py", "from secrets import token_bytes"),
            Example("src/tieline/a.py", "from uuid import uuid4"),
            Example("src/tieline/a.py", "import uuid\nuuid.uuid4()"),
            Example("src/tieline/a.py", "os.urandom(16)"),
        ),
    ),
    Rule(
        "print",
        "write a log line with structlog, or return the text to cli.py",
        lambda path: source(path) and not path.startswith(PRINTERS),
        printing,
        good=(
            Example("src/tieline/cli.py", "print(1)"),
            Example("src/tieline/a.py", "printer.print(1)"),
            Example("tools/a.py", "print(1)"),
        ),
        bad=(Example("src/tieline/a.py", "print(1)"),),
    ),
    Rule(
        "sql",
        f"bind what people type; if every name in the text is ours, write `{OWN_NAMES}` on the line of the call",
        source,
        sql,
        good=(
            Example("src/tieline/a.py", "c.execute('select %s', (typed,))"),
            Example("src/tieline/a.py", "c.execute(f'select 1 from {TABLE}')"),
            Example("src/tieline/a.py", "c.execute(f'lock {table}')  # sql: own names"),
        ),
        bad=(
            Example("src/tieline/a.py", "c.execute(f'select 1 from {table}')"),
            Example("src/tieline/a.py", "await engine.query(f'select {name()}', {})"),
        ),
    ),
    Rule(
        "at",
        "call it `at` or `<something>_at`",
        source,
        moments,
        good=(
            Example("src/tieline/a.py", "class A(msgspec.Struct, frozen=True):\n    due_at: datetime | None"),
            Example("src/tieline/a.py", "class A(NamedTuple):\n    at: datetime\n    now: datetime"),
            Example("src/tieline/a.py", "class A(NamedTuple):\n    seen: Mapping[str, datetime]"),
            Example("src/tieline/a.py", "class A:\n    now: datetime"),
        ),
        bad=(
            Example("src/tieline/a.py", "class A(Struct):\n    due: datetime"),
            Example(
                "src/tieline/a.py", "@dataclass(frozen=True)\nclass A:\n    expires: datetime.datetime | None"
            ),
        ),
    ),
    Rule(
        "function-length",
        "give a part of it a name of its own; entries of tools/lint/longer.py may only become smaller",
        python,
        function_length,
        good=(
            Example("src/tieline/a.py", "def short():\n    return 1"),
            Example("src/tieline/a.py", _NESTED),
        ),
        bad=(Example("src/tieline/a.py", _LONG), Example("tests/unit/test_a.py", f"async {_LONG}")),
    ),
    Rule(
        "test-name",
        "name the fact that the test shows, as in test_merge_keeps_the_older_profile",
        test,
        short_names,
        good=(
            Example("tests/unit/test_a.py", "def test_merge_keeps_the_older_profile(): ..."),
            Example("tests/conftest.py", "def test_x(): ..."),
        ),
        bad=(
            Example("tests/unit/test_a.py", "def test_merge(): ..."),
            Example("tests/unit/test_a.py", "async def test_it_works(): ..."),
        ),
    ),
)
