"""Take the pictures of docs/console: every page of the console in zh-TW and English, light and dark, from a fresh demonstration.

`python tools/pictures.py` plays `tieline demo` and takes all of them; `--printed FILE` uses one that is open already and
whose terminal writes to FILE. The list of pages in docs/console/pages.md is written anew.
"""

import argparse
import base64
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
for room in ("end_to_end", "console"):
    sys.path.insert(0, str(ROOT / "tests" / room))

from demonstrated import Addresses, Demonstration, addresses, come_in  # noqa: E402 - tests are no package
from window import chromium  # noqa: E402 - tests are no package

OUT = ROOT / "docs/console/pages"
INDEX = ROOT / "docs/console/pages.md"
BRAND = "衣著A"
LANGUAGES = ("zh-TW", "en")
SCHEMES = ("light", "dark")
QUALITY = 45
PATIENCE_MS = 60_000
SETTLES_MS = 20_000


class Shot(NamedTuple):
    """A page: the name of its picture, what it is, and where; `{person}` and `{account}` are filled in."""

    name: str
    title: str
    path: str


PAGES = (
    Shot("home", "The first page", "/"),
    Shot("people", "People", "/people"),
    Shot("person", "A person's timeline", "/people/{person}"),
    Shot("graph", "A person's identity graph", "/people/{person}?tab=graph"),
    Shot("identity", "Identity: what waits for a person to decide", "/identity"),
    Shot("identity-rules", "Identity: the rules", "/identity?tab=rules"),
    Shot("identity-doctor", "Identity: the doctor's report", "/identity?tab=doctor"),
    Shot("sources", "Sources", "/sources"),
    Shot("source", "A source", "/sources/pos"),
    Shot("quality", "Data quality", "/quality"),
    Shot("imports", "Imports", "/imports"),
    Shot("import-new", "The import wizard", "/imports/new"),
    Shot("segments", "Segments", "/segments"),
    Shot("segment", "A segment", "/segments/vip-clicked"),
    Shot("segment-builder", "The builder of segments", "/segments/vip-clicked/edit"),
    Shot("tags", "Tags", "/tags"),
    Shot("traits", "Computed traits", "/traits"),
    Shot("lifecycle", "Lifecycle", "/lifecycle"),
    Shot("journeys", "Journeys", "/journeys"),
    Shot("journey-templates", "Templates of journeys", "/journeys/templates"),
    Shot("journey", "A journey with its live counts", "/journeys/cart"),
    Shot("journey-canvas", "The canvas of a journey", "/journeys/cart/edit"),
    Shot("broadcasts", "Broadcasts", "/broadcasts"),
    Shot("broadcast-calendar", "The calendar of broadcasts", "/broadcasts?view=calendar"),
    Shot("broadcast-composer", "Composing a broadcast", "/broadcasts/edit?from=winter-coats"),
    Shot("broadcast-audience", "Audience and cost of a broadcast", "/broadcasts/edit?from=winter-coats&step=audience"),
    Shot("broadcast-report", "The report of a broadcast", "/broadcasts/winter-coats"),
    Shot("narrowcasts", "Narrowcasts", "/narrowcasts"),
    Shot("narrowcast-form", "Writing a narrowcast", "/narrowcasts/new"),
    Shot("messages", "Messages", "/messages"),
    Shot("message-composer", "The composer of messages", "/messages/new"),
    Shot("line-accounts", "LINE accounts", "/accounts"),
    Shot("line-menus", "Rich menus", "/menus"),
    Shot("line-replies", "Auto-replies", "/replies"),
    Shot("line-joins", "Join sources", "/joins"),
    Shot("line-coupons", "LINE coupons", "/coupons"),
    Shot("reports", "Reports", "/reports"),
    Shot("destinations", "Other systems that are told of segments", "/destinations"),
    Shot("settings", "Settings", "/settings"),
    Shot("members", "Members and roles", "/members"),
    Shot("keys", "Keys", "/keys"),
    Shot("audit", "The audit log", "/audit"),
)  # fmt: skip


def settle(page: Page) -> None:
    """Wait until the page has its answers; a page that keeps asking is taken as it is."""
    page.get_by_role("heading", level=1).wait_for()
    try:
        page.wait_for_load_state("networkidle", timeout=SETTLES_MS)
        page.wait_for_function(
            "() => !document.querySelector('[role=status][aria-label]')", timeout=SETTLES_MS
        )
    except Error:
        print(f"{page.url} had not settled", file=sys.stderr)


def taken(page: Page, file: Path) -> None:
    """Write the window as WebP, which Playwright itself does not."""
    devtools = page.context.new_cdp_session(page)
    shot = devtools.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    file.write_bytes(base64.b64decode(shot["data"]))
    devtools.detach()


def person(context: BrowserContext, at: Addresses) -> str:
    """Return the profile of the person the demonstration's pages tell of first."""
    answer = context.request.get(
        f"{at.console}/api/profiles/lookup", params={"namespace": "member_id", "value": "A900000"}
    )
    found: str = answer.json()["profile_id"]
    return found


def take(browser: Browser, at: Addresses, only: set[str]) -> None:
    """Take every page, or only those named, in every language and scheme."""
    OUT.mkdir(exist_ok=True)
    for language in LANGUAGES:
        context = browser.new_context(
            locale=language, timezone_id="Asia/Taipei", viewport={"width": 1280, "height": 800}
        )
        context.set_default_timeout(PATIENCE_MS)
        page = come_in(context, at)
        who = person(context, at)
        for shot in PAGES:
            if only and shot.name not in only:
                continue
            page.emulate_media(color_scheme="light")
            page.goto(at.console + shot.path.format(person=who))
            settle(page)
            for scheme in SCHEMES:
                page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                page.wait_for_timeout(300)  # colours fade
                taken(page, OUT / f"{shot.name}-{language}-{scheme}.webp")
        context.close()


def index() -> str:
    """Return the page that lists the pictures."""
    lines = [
        "# Every page of the console",
        "",
        "Made by `python tools/pictures.py` from a fresh `make demo`; every person is made up. A tour with words: [the console in pictures](README.md).",
    ]
    for shot in PAGES:
        lines += ["", f"## {shot.title}", "", "| | 繁體中文 | English |", "|---|---|---|"]
        for scheme in SCHEMES:
            cells = [
                f"![{shot.title}, {language}, {scheme}](pages/{shot.name}-{language}-{scheme}.webp)"
                for language in LANGUAGES
            ]
            lines.append(f"| {scheme} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


@contextmanager
def demonstration(printed: Path | None) -> Iterator[Addresses]:
    """Play the demonstration, or find the one whose terminal wrote a file."""
    if printed is not None:
        found = addresses(printed.read_text("utf-8"), BRAND)
        if found is None:
            raise SystemExit(f"{printed} does not say where the demonstration is open.")
        yield found
        return
    with tempfile.TemporaryDirectory(prefix="tieline-pictures-") as folder:
        playing = Demonstration(Path(folder))
        try:
            yield playing.played(BRAND)
        finally:
            playing.stop()


def main() -> None:
    arguments = argparse.ArgumentParser(description="Take the pictures of docs/console/pages.")
    arguments.add_argument("--printed", type=Path, help="what an open demonstration wrote to its terminal")
    arguments.add_argument("--only", nargs="*", default=[], help="names of pictures")
    given = arguments.parse_args()
    program = chromium()
    if program is None:
        raise SystemExit("There is no Chromium on this machine; name one in CHROMIUM.")
    with demonstration(given.printed) as at, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        take(browser, at, set(given.only))
        browser.close()
    INDEX.write_text(index(), "utf-8")


if __name__ == "__main__":
    main()
