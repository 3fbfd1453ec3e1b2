"""A browser's window that is logged in to a console."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page
from serving import Served, Simulated

BUILT = Path(__file__).parents[2] / "src/tieline/api/static/console/index.html"
PATIENCE_MS = 45_000
"""Two browsers, two servers and two workers share a machine of two cores while all tests run."""
Open = Callable[..., Page]


def chromium() -> str | None:
    named = os.environ.get("CHROMIUM", "")
    return (
        shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome") or named
    )


@contextmanager
def served_beside(line: Simulated, folder: Path) -> Iterator[Served]:
    """Run a Tieline, with its console, whose LINE is the simulated one."""
    if not BUILT.exists() or not chromium():
        pytest.skip("no console, or no Chromium on this machine")
    served = Served(folder, **line.settings())
    try:
        served.start()
        yield served
    finally:
        served.stop()


def log_in(context: BrowserContext, tieline: Served) -> None:
    """Give a window the session of the workspace's owner."""
    answer = context.request.post(
        f"{tieline.url}/api/session",
        data={"email": tieline.keys["admin_email"], "password": tieline.keys["admin_password"]},
        headers={"Origin": tieline.url},
    )
    assert answer.ok, answer.text()
