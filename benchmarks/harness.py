"""Start the real programs on a temporary folder, and leave nothing behind."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import msgspec
import psutil

HOST = "127.0.0.1"
_START_SECONDS = 400
_STOP_SECONDS = 40


@contextmanager
def folder() -> Iterator[Path]:
    """Yield an empty data folder; its PostgreSQL is stopped and all of it removed at the end."""
    data = Path(tempfile.mkdtemp(prefix="tieline-bench-"))
    try:
        yield data
    finally:
        if (data / "postgres").exists():
            command("stop", "--data", str(data))
        shutil.rmtree(data, ignore_errors=True)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def command(*arguments: str) -> str:
    """Run a `tieline` command to its end and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "tieline.cli", *arguments],
        env=environment({}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"tieline {arguments[0]}: {done.stderr.strip()[-2000:]}")
    return done.stdout


def environment(settings: Mapping[str, object]) -> dict[str, str]:
    """Return this process's environment with no settings of Tieline but these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TIELINE_")}
    return {**kept, **{f"TIELINE_{name}": str(value) for name, value in settings.items()}}


class Child:
    """A program that runs until the block ends; what it says goes to a file."""

    def __init__(self, arguments: Sequence[str], settings: Mapping[str, object], log: Path) -> None:
        self.log = log
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                [sys.executable, *arguments],
                env=environment(settings),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )
        self.pid = self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            for process in [*psutil.Process(self.pid).children(recursive=True), self._process]:
                process.kill()
            self._process.wait()

    def answers(self, url: str) -> None:
        """Wait until `url` answers 200."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with suppress(OSError), urllib.request.urlopen(url, timeout=1):  # noqa: S310 - our own address
                return
            time.sleep(0.05)
        raise RuntimeError(f"{url} does not answer: {self.log.read_text('utf-8', 'replace')[-2000:]}")


class Tieline:
    """A running `tieline serve` with one workspace.

    Attributes:
        keys: What `tieline init --json` printed.
    """

    def __init__(self, data: Path, port: int, keys: Mapping[str, str], child: Child) -> None:
        self.data = data
        self.port = port
        self.keys = keys
        self.child = child

    @property
    def pids(self) -> list[int]:
        """The roots of its process trees: the program, and PostgreSQL that it left to itself."""
        return [self.child.pid, postmaster(self.data)]

    @property
    def url(self) -> str:
        """Address of its PostgreSQL."""
        return postgres_url(self.data)

    def worker(self) -> int:
        """Return the process that runs the stream."""
        found = [one.pid for one in psutil.Process(self.child.pid).children() if "work" in one.cmdline()]
        return found[0] if found else self.child.pid

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let the stream stand still inside the block, as if it were on another machine."""
        worker = psutil.Process(self.worker())
        worker.suspend()
        try:
            yield
        finally:
            worker.resume()

    def api(self, method: str, path: str, body: object = None) -> Any:
        """Call the admin API and return what it answers."""
        headers = {"Authorization": f"Bearer {self.keys['secret_key']}", "Content-Type": "application/json"}
        return call(f"http://{HOST}:{self.port}{path}", method, body, headers)

    def errors(self) -> int:
        """Count the failures in its log."""
        return self.child.log.read_text("utf-8", "replace").count('"level": "error"')


@contextmanager
def tieline(settings: Mapping[str, object] | None = None, data: Path | None = None) -> Iterator[Tieline]:
    """Yield a Tieline that is ready, on a folder of its own unless one is given."""
    if data is None:
        with folder() as made, tieline(settings, made) as running:
            yield running
        return
    keys = json.loads(command("init", "--data", str(data), "--json").splitlines()[-1])
    port = free_port()
    arguments = ["-m", "tieline.cli", "serve", "--data", str(data), "--port", str(port)]
    raised = {"RATE_PER_SECOND": 1_000_000, "PUBLIC_URL": f"http://{HOST}:{port}", **(settings or {})}
    with Child(arguments, raised, data / "serve.log") as child:
        child.answers(f"http://{HOST}:{port}/readyz")
        yield Tieline(data, port, keys, child)


def call(url: str, method: str = "GET", body: object = None, headers: Mapping[str, str] | None = None) -> Any:
    """Make one HTTP call and return the decoded JSON."""
    data = None if body is None else msgspec.json.encode(body)
    request = urllib.request.Request(url, data, dict(headers or {}), method=method)  # noqa: S310 - our own address
    with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310 - same
        return msgspec.json.decode(answer.read())


def postmaster(data: Path) -> int:
    """Return the process id of the PostgreSQL that runs in a data folder."""
    return int((data / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])


def postgres_url(data: Path) -> str:
    """Return the address of the PostgreSQL of a data folder, started if it does not run."""
    from tieline.store.postgres.engine import start_embedded

    return start_embedded(data / "postgres")
