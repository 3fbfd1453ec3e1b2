"""A shop whose pages carry the snippet, the collector it sends to, and a browser that visits."""

import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page

SCRIPT = Path(__file__).parents[3] / "src/tieline/api/static/tieline.js"
CHROMIUM = next(
    filter(
        None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"))
    ),
    None,
)
ARGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
QUIET_S = 2.6  # longer than the 2 s a batch may wait
STORED = "Object.keys(localStorage)"
QUEUED = "Object.keys(localStorage).filter(k => k.includes('/queue.')).length"


@dataclass(frozen=True)
class Answer:
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b"{}"
    after: threading.Event | None = None


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    answered: int
    at_s: float


class Web(ThreadingHTTPServer):
    """A shop page at every path, the snippet at its own, and a collector that records what it is sent."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server_port}"
        self.html = ""
        self.answer = Answer()
        self.next_answers: list[Answer] = []
        self.requests: list[Request] = []
        self.changed = threading.Condition()

    @property
    def events(self) -> list[dict[str, Any]]:
        """What was accepted, repeats included."""
        return [
            event
            for request in list(self.requests)
            if request.answered == 200
            for event in request.body["batch"]
        ]

    def named(self, name: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event.get("event") == name]

    def wait_for(self, reached: Callable[[], bool], seconds: float = 8) -> None:
        with self.changed:
            assert self.changed.wait_for(reached, seconds), [(r.answered, r.body) for r in self.requests]


class Handler(BaseHTTPRequestHandler):
    server: Web

    def do_GET(self) -> None:
        is_script = self.path == "/tieline.js"
        body = SCRIPT.read_bytes() if is_script else self.server.html.encode()
        self._reply(
            Answer(
                200, (("Content-Type", "text/javascript" if is_script else "text/html; charset=utf-8"),), body
            )
        )

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        web = self.server
        with web.changed:
            answer = web.next_answers.pop(0) if web.next_answers else web.answer
            web.requests.append(
                Request("POST", self.path, dict(self.headers), body, answer.status, time.monotonic())
            )
            web.changed.notify_all()
        if answer.after:
            answer.after.wait(10)
        self._reply(answer)

    def do_OPTIONS(self) -> None:
        self.server.requests.append(
            Request("OPTIONS", self.path, dict(self.headers), {"batch": []}, 403, time.monotonic())
        )
        self._reply(Answer(403))

    def _reply(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Expose-Headers", "Retry-After")
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, *_: object) -> None:
        """Keep the test's output quiet."""


@contextmanager
def served() -> Iterator[Web]:
    with Web() as web:
        thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield web
        web.shutdown()
        thread.join()


def visit(page: Page, shop: Web, path: str = "/") -> None:
    page.goto(shop.origin + path)
    page.wait_for_function("window.tieline && window.tieline.version")


def send_now(page: Page) -> None:
    """What the snippet does as a page goes, so that a fact about content need not wait for a batch."""
    page.evaluate("dispatchEvent(new Event('pagehide'))")


def everything_stored(page: Page, context: BrowserContext) -> list[Any]:
    state = context.storage_state(indexed_db=True)
    return [*state["cookies"], *state["origins"], *page.evaluate("Object.keys(sessionStorage)")]


def ids(events: list[dict[str, Any]]) -> list[str]:
    return [event["messageId"] for event in events]
