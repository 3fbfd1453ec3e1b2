"""The console in a real browser: the first page with nothing in the cache, then from page to page as people click."""

import os
import shutil
import statistics

import harness
from playwright.sync_api import Page, sync_playwright
from table import Figure

FIRST_MS = 1_500
CHANGE_MS = 300
PAGES = (
    "/people", "/segments", "/tags", "/lifecycle", "/traits", "/identity", "/broadcasts", "/messages", "/journeys",
    "/sources", "/reports", "/",
)  # fmt: skip
ROUNDS = 3
# A page is there when it has a title of its own and, for two frames, nothing in it that is still loading.
_THERE = """
  const there = (path, before) => new Promise((done) => {
    let calm = 0;
    const look = () => {
      const ready = location.pathname === path && document.title !== before && document.querySelector('h1')
        && !document.querySelector('[role=status][aria-label]');
      calm = ready ? calm + 1 : 0;
      calm > 1 ? done() : requestAnimationFrame(look);
    };
    look();
  });
"""
_CHANGE = f"""
async (path) => {{
  {_THERE}
  const began = performance.now(), before = document.title;
  document.querySelector(`a[href="${{path}}"]`).click();
  await there(path, before);
  return performance.now() - began;
}}
"""
_FIRST = f"""
async (path) => {{
  {_THERE}
  await there(path, "Tieline");
  return performance.now();
}}
"""


def measure(running: harness.Tieline, people: int) -> list[Figure]:
    """Open the console and walk through it; nothing where there is no Chromium."""
    program = shutil.which("chromium") or shutil.which("google-chrome") or os.environ.get("CHROMIUM", "")
    if not program:
        return []
    url = f"http://{harness.HOST}:{running.port}"
    full = max(running.api("GET", "/api/segments")["segments"], key=lambda one: one["members"])["key"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        firsts, changes = [], dict[str, list[float]]()
        for _ in range(ROUNDS):
            context = browser.new_context(locale="zh-TW", viewport={"width": 1280, "height": 800})
            said = {"email": running.keys["admin_email"], "password": running.keys["admin_password"]}
            context.request.post(f"{url}/api/session", data=said, headers={"Origin": url})
            page = context.new_page()
            page.goto(url)
            firsts.append(page.evaluate(_FIRST, "/"))
            for path in PAGES:
                changes.setdefault(path, []).append(page.evaluate(_CHANGE, path))
            changes.setdefault("a person", []).append(_to_a_person(page, full))
            context.close()
        browser.close()
    typical = {path: statistics.median(times) for path, times in changes.items()}
    slow = sorted(typical, key=lambda path: -typical[path])[:3]
    return [
        Figure(
            name=f"console: the first page with an empty cache, {people:,} people",
            value=statistics.median(firsts),
            unit="ms",
            limit=FIRST_MS,
            limit_is="the target",
            less_is_better=True,
            remarks=f"{ROUNDS} rounds: {min(firsts):,.0f} to {max(firsts):,.0f}; until nothing on it is loading any more",
        ),
        Figure(
            name=f"console: the slowest of {len(typical)} changes of page, {people:,} people",
            value=typical[slow[0]],
            unit="ms",
            limit=CHANGE_MS,
            limit_is="the target",
            less_is_better=True,
            remarks=f"{', '.join(f'{path} {typical[path]:,.0f}' for path in slow)}; the median page takes {statistics.median(typical.values()):,.0f} ms; data and code of each page are asked for the first time",
        ),
    ]


def _to_a_person(page: Page, segment: str) -> float:
    """Go to the members of a segment, and measure the way to the first of them."""
    page.locator("a[href='/segments']").click()
    page.locator(f"main a[href='/segments/{segment}']").first.click()
    link = page.locator("main a[href^='/people/']").first
    link.wait_for()
    return float(page.evaluate(_CHANGE, link.get_attribute("href")))
