"""Rules about text: nothing unfinished, no silent suppression, nothing of one machine, links that lead somewhere."""

import posixpath
import re
from collections.abc import Iterator

from rule import Example, File, Found, Rule, Tree

UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX)\b")
SUPPRESSION = re.compile(r"#\s*(?P<what>noqa|type: ignore|ruff: noqa|pragma: no cover)(?P<rest>[^\n]*)")
REASON = re.compile(r" (-|#) \S+")
CODES = re.compile(r"[A-Z]+[0-9]+|\[[a-z-]+\]")
HOST = re.compile(
    r"https?://[\w.-]*(pypi|pythonhosted|npmjs|registry|artifactory|nexus|proxy\.golang)[\w.-]*",
    re.IGNORECASE,
)
MACHINE_PATH = re.compile(r"(?<![\w./~-])/(home|Users|root|work)/\w")
LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
FENCE = re.compile(r"^(```|~~~).*?^\1\s*$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`[^`\n]*`")
QUOTES_RULES = ("tools/lint/", "tests/unit/tools/")


def ours(path: str) -> bool:
    """Say whether people write this file, and it does not quote what the rules forbid."""
    return not path.startswith(QUOTES_RULES) and not path.endswith((".lock", "package-lock.json", ".min.js"))


def unfinished(file: File, _: Tree) -> Iterator[Found]:
    """Find notes about work that was not done."""
    for number, line in enumerate(file.lines, 1):
        if found := UNFINISHED.search(line):
            yield Found(number, f"{found[0]} stands here")


def reasons(file: File, _: Tree) -> Iterator[Found]:
    """Find suppressions without a reason; a code whose reason stands further up needs no second one."""
    explained: set[str] = set()
    for number, line in enumerate(file.lines, 1):
        found = SUPPRESSION.search(line)
        if found is None:
            continue
        codes = set(CODES.findall(found["rest"]))
        if REASON.search(found["rest"]):
            explained |= codes
        elif not codes or codes - explained:
            yield Found(number, f"{found['what']} without a reason")


def machine(file: File, _: Tree) -> Iterator[Found]:
    """Find addresses of package registries and paths of somebody's machine."""
    for number, line in enumerate(file.lines, 1):
        if found := HOST.search(line) or MACHINE_PATH.search(line):
            yield Found(number, f"{found[0]!r} belongs to one machine or network")


def links(file: File, tree: Tree) -> Iterator[Found]:
    """Find links to files and headings that do not exist."""
    prose = INLINE.sub(_blank, FENCE.sub(_blank, file.text))
    for number, line in enumerate(prose.splitlines(), 1):
        for found in LINK.finditer(line):
            target = found["target"]
            if re.match(r"[a-z]+:", target):
                continue
            name, _, anchor = target.partition("#")
            path = (
                posixpath.normpath(posixpath.join(posixpath.dirname(file.path), name)) if name else file.path
            )
            if not _exists(path, tree):
                yield Found(number, f"{target} leads nowhere")
            elif anchor and path.endswith(".md") and anchor not in _anchors(tree.get(path, file.text)):
                yield Found(number, f"{target} names no heading")


def _exists(path: str, tree: Tree) -> bool:
    return path in tree or path == "." or any(other.startswith(f"{path}/") for other in tree)


def _anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", FENCE.sub(_blank, text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def _blank(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")


RULES = (
    Rule(
        "unfinished",
        "finish it, or open an issue",
        ours,
        unfinished,
        good=(Example("src/tieline/a.py", "# todos los clientes"),),
        bad=(
            Example("src/tieline/a.py", "# TODO later"),
            Example("docs/a.md", "FIXME"),
            Example("web/a.ts", "// XXX"),
        ),
    ),
    Rule(
        "reason",
        "say why after ' - '",
        lambda path: path.endswith(".py") and ours(path),
        reasons,
        good=(
            Example("src/tieline/a.py", "x = 1  # noqa: S105 - a sentence"),
            Example("src/tieline/a.py", "a()  # noqa: N815 - Segment's name\nb()  # noqa: N815"),
            Example("src/tieline/a.py", "x()  # type: ignore[misc]  # the library has no types"),
        ),
        bad=(
            Example("src/tieline/a.py", "x = 1  # noqa"),
            Example("src/tieline/a.py", "x = 1  # noqa: S105"),
            Example("src/tieline/a.py", "a()  # noqa: N815 - Segment's name\nb()  # noqa: N818"),
            Example("tests/test_a.py", "x()  # type: ignore[misc]"),
        ),
    ),
    Rule(
        "machine",
        "leave it to the configuration of whoever installs",
        lambda path: not path.startswith(QUOTES_RULES),
        machine,
        good=(
            Example("docs/a.md", "https://api.line.me/v2 and /api/work/list"),
            Example("a.lock", "uv==1.0 --hash=sha256:00"),
        ),
        bad=(
            Example("requirements.lock", "--index-url https://pypi.org/simple"),
            Example("web/package-lock.json", '"resolved": "https://registry.example/a.tgz"'),
            Example("docs/a.md", "see /home/me/notes"),
            Example("Makefile", "cd /Users/me"),
        ),
    ),
    Rule(
        "link",
        "mend the link, or write what it promises",
        lambda path: path.endswith(".md"),
        links,
        good=(
            Example(
                "docs/a.md",
                "[b](b.md) [up](../README.md#how-to) [web](https://x.org) `[no](link.md)`",
                {"docs/b.md": "", "README.md": "# How to"},
            ),
            Example("README.md", "[docs](docs/) [here](#here)\n# Here\n```\n[x](y)\n```", {"docs/a.md": ""}),
        ),
        bad=(
            Example("docs/a.md", "[b](b.md)"),
            Example("docs/a.md", "[b](b.md#other)", {"docs/b.md": "# One"}),
            Example("docs/a.md", "[here](#there)"),
        ),
    ),
)
