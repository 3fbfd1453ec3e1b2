"""No page of the router stays without the check of overflow, of words that are not translated, and of axe."""

import ast
import re
from pathlib import Path

HERE = Path(__file__).parent
APP = HERE.parents[1] / "web/console/src/app"
CHECKED_ALONE = {"/login", "/join", "/imports/:id", "/*"}
"""Pages before the log-in and that of an import have tests of their own; what is nowhere has an address of its own."""


def routes() -> set[str]:
    """Return every address of the router, with `*` where a name stands."""
    found: set[str] = set()
    for file in (APP / "router.tsx", *APP.glob("*-routes.tsx")):
        text = file.read_text("utf-8")
        found |= set(re.findall(r'path: "([^"]+)"', text))
        for listed in re.findall(r"\.\.\.\[([^\]]+)\]\.map\(\(path\)", text):
            found |= set(re.findall(r'"([^"]+)"', listed))
    return {f"/{path.strip('/')}" for path in found}


def checked() -> set[str]:
    """Return every address in a list PAGES of the browser tests, without its query."""
    found: set[str] = set()
    for file in HERE.glob("test_console_*.py"):
        for node in ast.parse(file.read_text("utf-8")).body:
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "PAGES":
                found |= {path.partition("?")[0] for path in ast.literal_eval(node.value)}
    return found


def shape(route: str) -> re.Pattern[str]:
    """Return what addresses of a route look like."""
    some = re.sub(r"/:\w+\?", "(/[^/]+)?", route)
    return re.compile(re.sub(r":\w+", "[^/]+", some) + "$")


def test_every_route_has_a_page_that_is_looked_at() -> None:
    known = routes()
    pages = checked()

    missing = {
        route
        for route in known - CHECKED_ALONE
        if route not in pages and not any(shape(route).match(page) for page in pages - known)
    }

    assert missing == set()
