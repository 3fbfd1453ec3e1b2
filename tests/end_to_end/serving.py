"""Start the real thing: `tieline init`, `tieline serve` and the simulated LINE, as processes of their own."""

import atexit
import functools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

PATIENCE_SECONDS = 90.0
CLI = [sys.executable, "-m", "tieline.cli"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(what: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> Any:
    """Return the first true answer of `what`; connection failures are asked again."""
    deadline = time.monotonic() + seconds
    last: Exception | None = None
    while time.monotonic() < deadline:
        try:
            if answer := what():
                return answer
        except (httpx.HTTPError, OSError) as error:
            last = error
        time.sleep(0.1)
    raise AssertionError(f"nothing after {seconds} s (last: {last!r})")


def run(environment: dict[str, str], *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*CLI, *arguments], env=environment, check=False, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0 or not check, f"{arguments[0]} ended with {done.returncode}: {done.stderr}"
    return done


@functools.cache
def initialised() -> tuple[Path, dict[str, str]]:
    """Return a data folder as `tieline init` leaves it, and its keys: made once, for every test copies it."""
    folder = Path(tempfile.mkdtemp(prefix="tl-init-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TIELINE_")}
    made = run(environment, "init", "--data", str(folder / "data"), "--json")
    run(environment, "stop", "--data", str(folder / "data"))
    return folder / "data", json.loads(made.stdout)


class Served:
    """A Tieline that runs in a folder of its own."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.data = folder / "data"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("TIELINE_")},
            "TIELINE_PUBLIC_URL": self.url,
            **{f"TIELINE_{name}": value for name, value in settings.items()},
        }
        template, keys = initialised()
        subprocess.run(
            ["cp", "-a", str(template), str(self.data)], check=True
        )  # its owners and modes with it
        self.keys: dict[str, str] = dict(keys)
        self.process: subprocess.Popen[bytes] | None = None
        self.http = httpx.Client(
            base_url=self.url, timeout=30, headers={"Authorization": f"Bearer {self.keys['secret_key']}"}
        )

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return run(self.environment, *arguments, check=check)

    def start(self) -> None:
        with (self.data.parent / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*CLI, "serve", "--data", str(self.data), "--port", str(self.port)],
                env=self.environment, stdout=log, stderr=log,
            )  # fmt: skip
        wait_for(lambda: httpx.get(f"{self.url}/readyz", timeout=2).status_code == 200)

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        self.http.close()
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.run("stop", "--data", str(self.data), check=False)

    def log(self) -> str:
        path = self.data.parent / "serve.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def post(self, path: str, body: Any) -> Any:
        answer = self.http.post(path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def get(self, path: str, **query: Any) -> Any:
        answer = self.http.get(path, params=query)
        assert answer.is_success, answer.text
        return answer.json()

    def collect(self, *items: dict[str, Any], key: str = "write_key") -> None:
        answer = self.http.post(
            "/v1/batch", json={"batch": list(items)}, auth=(self.keys[key], ""), headers={"Authorization": ""}
        )
        assert answer.json() == {"success": True}, answer.text

    def settled(self) -> bool:
        """Whether nothing waits in any stage."""
        backlog = self.get("/api/report")["backlog"]
        return backlog["head"] == backlog["stream"] and not any(
            backlog[name] for name in ("history_waiting", "signals_waiting", "sends_waiting")
        )


class Simulated:
    """A simulated LINE that runs as a process."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [*CLI, "simulate-line", "--port", str(self.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.http = httpx.Client(base_url=f"{self.url}/_sim", timeout=30)
        wait_for(lambda: self.http.get("/health").status_code == 200)

    def settings(self) -> dict[str, str]:
        return {"LINE_API_URL": self.url, "LINE_DATA_API_URL": self.url, "LINE_ACCESS_URL": self.url}

    def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.http.request(method, path, json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def stop(self) -> None:
        self.http.close()
        self.process.terminate()
        self.process.wait(timeout=20)


def befriended(served: Served, simulated: Simulated, secret: str, friends: int) -> None:
    """Open channel 100 of provider 900 at the simulated LINE, connect it as `main`, and let so many become friends."""
    opened = simulated.call(
        "POST", "/accounts",
        {"channel_id": "100", "channel_secret": secret, "provider_id": "900", "name": "A",
         "webhook_url": f"{served.url}/line/main/webhook"},
    )  # fmt: skip
    served.post(
        "/api/line/accounts",
        {"key": "main", "name": "A", "provider_id": "900", "channel_id": "100", "channel_secret": secret,
         "bot_user_id": opened["bot_user_id"]},
    )  # fmt: skip
    simulated.call("POST", "/accounts/100/friends", {"count": friends, "seed": 1, "announce": True})
