"""A browser's window that is logged in to a console."""

import os
import shutil
from pathlib import Path

from playwright.sync_api import BrowserContext
from serving import Served

BUILT = Path(__file__).parents[2] / "src/tieline/api/static/console/index.html"
PATIENCE_MS = 15_000


def chromium() -> str | None:
    named = os.environ.get("CHROMIUM", "")
    return (
        shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome") or named
    )


def log_in(context: BrowserContext, tieline: Served) -> None:
    """Give a window the session of the workspace's owner."""
    answer = context.request.post(
        f"{tieline.url}/api/session",
        data={"email": tieline.keys["admin_email"], "password": tieline.keys["admin_password"]},
        headers={"Origin": tieline.url},
    )
    assert answer.ok, answer.text()
