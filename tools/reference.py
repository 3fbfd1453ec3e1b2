"""Write the reference pages that come from tables in the code: settings, errors, and the tables of both engines.

`python tools/reference.py` writes them; with `--check` it only says which are stale, and exits with 1 if any is.
"""

import ast
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import line_endpoints
import openapi

from tieline import errors, settings
from tieline.access import table as access
from tieline.store import migrate

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path("docs/reference")
PROBLEMS = "src/tieline/api/problem.py"
NOTE = "<!-- Written by tools/reference.py from {}; change it there. -->"
NAMES = {"str": "text", "int": "whole number", "float": "number", "bool": "true or false", "Path": "path"}


def settings_page() -> str:
    """Return the page of settings."""
    rows = [
        f"| `TIELINE_{one.name}` | {NAMES[one.type.__name__]} | {_default(one.default)} | {one.meaning} |"
        for one in settings.TABLE
    ]
    return _page(
        "Settings",
        "src/tieline/settings.py",
        "Every setting is an environment variable. A value that does not fit its type, or a name that begins with\n"
        "`TIELINE_` and is not in this table, stops the start with one sentence. `tieline settings` prints the same list.",
        ["| name | type | default | meaning |", "| --- | --- | --- | --- |", *rows],
    )


def errors_page() -> str:
    """Return the page of error codes."""
    ours = {one.code: (one.status, _first_line(one)) for one in every_error()}
    others = {code: ("", "Raised by the HTTP layer itself.") for code in http_codes() if code not in ours}
    rows = [
        f"| `{code}` | {status} | {meaning} |" for code, (status, meaning) in sorted((ours | others).items())
    ]
    return _page(
        "Errors",
        f"src/tieline/errors.py and {PROBLEMS}",
        "The API answers an error as `application/problem+json` (RFC 9457): `title`, one sentence; `status`; `code`, one of\n"
        "these; `field`, where the offending value stands, if there is one; `way_out`, what to do, if we know. Codes are\n"
        "stable; titles are not. The command line prints the sentence and the way out, and exits with 1.",
        ["| code | status | meaning |", "| --- | --- | --- |", *rows],
    )


def schema_page() -> str:
    """Return the page of tables."""
    lines: list[str] = []
    for engine, title in (("postgres", "PostgreSQL"), ("clickhouse", "ClickHouse")):
        lines += [f"## {title}", "", "| table | columns |", "| --- | --- |"]
        lines += [
            f"| `{table}` | {', '.join(columns)} |" for table, columns in sorted(tables(engine).items())
        ]
        lines.append("")
    return _page(
        "Tables",
        "the migrations of src/tieline/store",
        "The data is the brand's own: both engines can be read with any client. Keys begin with `workspace_id`, times are\n"
        "UTC and end in `at`, ids are 16 bytes. What each table is for stands beside it in\n"
        "`src/tieline/store/<engine>/migrations`. Read what you like; write through the API alone.",
        lines[:-1],
    )


def access_page() -> str:
    """Return the page of roles and permissions."""
    roles = [f"| `{name}` | {meaning} |" for name, meaning in access.ROLES.items()]
    rows = [
        f"| `{one.name}` | {one.meaning} | {', '.join(one.roles)} | {'yes' if one.audited else ''} | "
        f"{', '.join(f'`{route}`' for route in one.routes)} |"
        for one in access.TABLE
    ]
    return _page(
        "Roles and permissions",
        "src/tieline/access/table.py",
        "Every route under `/api` needs one permission; the narrowest pattern decides, and a route without a row is closed\n"
        "to everybody. A secret key has the permissions that its scopes name, `*` stands for all. What is audited is written\n"
        "into the audit log before its answer leaves.",
        [
            "| role | may |", "| --- | --- |", *roles, "",
            "| permission | means | roles | audited | routes |", "| --- | --- | --- | --- | --- |", *rows,
        ],
    )  # fmt: skip


def line_page() -> str:
    """Return the page of LINE's endpoints."""
    return _page(
        "LINE endpoints",
        "src/tieline/simulator/endpoints.py",
        "Everything LINE can be asked for. *Tieline* says whether the product asks for it today; *simulated* whether\n"
        "`tieline simulate-line` answers it, with LINE's rules, limits and sentences. Calls are per channel and endpoint.",
        line_endpoints.rows(),
    )


PAGES: Mapping[str, Callable[[], str]] = {
    "settings.md": settings_page,
    "errors.md": errors_page,
    "schema.md": schema_page,
    "access.md": access_page,
    "line-endpoints.md": line_page,
    "openapi.json": openapi.contract,
}


def every_error(of: type[errors.TielineError] = errors.TielineError) -> Iterator[type[errors.TielineError]]:
    """Yield every kind of deliberate error that is meant to be raised."""
    for kind in of.__subclasses__():
        yield kind
        yield from every_error(kind)


def http_codes() -> set[str]:
    """Return the codes that the HTTP layer gives to what did not come from us."""
    found: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / PROBLEMS).read_text("utf-8"))):
        match node:
            case ast.Dict(keys=keys, values=values):
                pairs = zip(keys, values, strict=True)
                found |= {
                    value.value
                    for key, value in pairs
                    if isinstance(key, ast.Constant)
                    and isinstance(value, ast.Constant)
                    and isinstance(value.value, str)
                    if key.value == "code" or isinstance(key.value, int)
                }
            case ast.Call(func=ast.Attribute(attr="get"), args=[_, ast.Constant(value=str(code))]):
                found.add(code)
    return {code for code in found if re.fullmatch(r"[a-z]+(_[a-z]+)+", code)}


def tables(engine: str) -> dict[str, list[str]]:
    """Return the columns of every table of `engine`, as its migrations leave them."""
    found: dict[str, list[str]] = {}
    for statement in (part for step in migrate.load(engine) for part in migrate.statements(step.sql)):
        if created := re.match(r"create table (?:if not exists )?(\w+) \(\n(.*?)\n\)", statement, re.DOTALL):
            found[created[1]] = [name for line in created[2].splitlines() if (name := _column(line))]
        elif added := re.match(r"alter table (\w+)\s+add column (?:if not exists )?(\w+)", statement):
            found[added[1]].append(added[2])
        elif dropped := re.match(r"alter table (\w+)\s+drop column (?:if exists )?(\w+)", statement):
            found[dropped[1]].remove(dropped[2])
        elif gone := re.match(r"drop table (?:if exists )?(\w+)", statement):
            found.pop(gone[1], None)
    return found


def _column(line: str) -> str:
    word = line.strip().partition(" ")[0]
    return (
        word
        if re.fullmatch(r"[a-z_0-9]+", word)
        and word not in {"primary", "unique", "check", "foreign", "constraint", "index"}
        else ""
    )


def _default(value: object) -> str:
    return f"`{value}`" if value != "" else "none"


def _first_line(kind: type) -> str:
    return (kind.__doc__ or "").strip().splitlines()[0]


def _page(title: str, source: str, introduction: str, lines: list[str]) -> str:
    return "\n".join([f"# {title}", "", NOTE.format(source), "", introduction, "", *lines, ""])


def main(arguments: list[str]) -> int:
    """Write or check the pages; return the exit status."""
    stale = []
    for name, page in PAGES.items():
        path, text = ROOT / FOLDER / name, page()
        if not path.exists() or path.read_text("utf-8") != text:
            stale.append(name)
            if "--check" not in arguments:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, "utf-8")
    if "--check" in arguments:
        for name in stale:
            print(f"{FOLDER / name} is stale: run python tools/reference.py")
        return 1 if stale else 0
    print(f"{len(PAGES)} pages, {len(stale)} written.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
