"""A real `tieline demo`, read as a stranger reads it: from what it prints at the terminal."""

import os
import re
import signal
import subprocess
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import BrowserContext, Page
from serving import CLI, wait_for

PLAYED_SECONDS = 900
"""How long the story may take on a busy machine."""
_ADDRESS = r"(http://127\.0\.0\.1:\d+)/"


class Addresses(NamedTuple):
    """What the terminal shows when the story is over."""

    phones: str
    status: str
    console: str
    email: str
    password: str


def addresses(printed: str, brand: str) -> Addresses | None:
    """Return what a terminal shows; nothing while the story is still told."""
    shown = (
        re.search(rf"好友的手機（模擬的 LINE）：{_ADDRESS}", printed),
        re.search(rf"{_ADDRESS}\s+Ctrl-C", printed),
        re.search(rf"後台：{_ADDRESS}", printed),
        re.search(rf"{brand}：(\S+) / (\S+)", printed),
    )
    words = [word for found in shown if found for word in found.groups()]
    return Addresses(*words) if all(shown) else None


class Demonstration:
    """The command that `make demo` runs, until it is stopped."""

    def __init__(self, folder: Path) -> None:
        self._printed = folder / "printed.txt"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TIELINE_")}
        with self._printed.open("wb") as out:
            self._process = subprocess.Popen(
                [*CLI, "demo", "--data", str(folder / "data")],
                env={**environment, "COLUMNS": "200"},
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def played(self, brand: str) -> Addresses:
        """Wait until the story is over, and return where a brand's people go on."""

        def shown() -> Addresses | None:
            printed = self._printed.read_text("utf-8", "replace")
            assert self._process.poll() is None, f"the demonstration ended:\n{printed[-2_000:]}"
            return addresses(printed, brand)

        found: Addresses = wait_for(shown, PLAYED_SECONDS)
        return found

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(timeout=90)


def come_in(context: BrowserContext, at: Addresses) -> Page:
    """Log in with what the terminal shows."""
    page = context.new_page()
    page.goto(f"{at.console}/login")
    page.locator("input[autocomplete=username]").fill(at.email)
    page.locator("input[autocomplete=current-password]").fill(at.password)
    page.locator("button[type=submit]").click()
    page.wait_for_url(lambda url: not url.endswith("/login"))
    page.get_by_role("heading", level=1).wait_for()
    return page
