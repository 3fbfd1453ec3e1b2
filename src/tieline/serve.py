"""Start and supervise the processes of one data folder."""

import errno
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

import structlog

from tieline import settings
from tieline.app.restored import refuse_older_than_erasures
from tieline.clock import monotonic
from tieline.errors import StartError, TielineError
from tieline.store.postgres import engine as postgres

_log = structlog.get_logger()
_RESTART_SECONDS = 1.0
_LOCK_PATIENCE_SECONDS = 15.0
CANNOT_START = 78  # EX_CONFIG: the sentence is on standard error


class FolderLock:
    """Holds a data folder for one Tieline; the operating system lets go when the process dies, however it dies.

    Raises:
        StartError: Another process holds it, or the folder cannot be written.
    """

    def __init__(self, data: Path, name: str = "lock", patience_seconds: float = 0.0) -> None:
        self._data = data
        self._name = name
        self._patience_seconds = patience_seconds
        self._descriptor = -1

    def __enter__(self) -> Self:
        try:
            self._data.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(self._data / self._name, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StartError(
                f"The data folder {self._data} cannot be written: {error.strerror}.",
                way_out="Choose a folder you may write to with --data, or free disk space.",
            ) from error
        deadline = monotonic() + self._patience_seconds
        while True:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if monotonic() < deadline:
                    time.sleep(0.05)
                    continue
                holder = os.read(self._descriptor, 32).decode("ascii", "replace").strip() or "another process"
                raise StartError(
                    f"The data folder {self._data} is in use by process {holder}.",
                    way_out="Stop that Tieline, or choose another folder with --data.",
                ) from None
            break
        try:
            os.ftruncate(self._descriptor, 0)
            os.write(self._descriptor, str(os.getpid()).encode())
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise StartError(
                    f"The disk that holds {self._data} is full.", way_out="Free space on it."
                ) from error
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._descriptor)


def postgres_url(chosen: settings.Settings) -> str:
    """Return the address of PostgreSQL, started and migrated."""
    if chosen.postgres_url:
        url = chosen.postgres_url
    else:
        folder = chosen.data / "postgres"
        folder.mkdir(parents=True, exist_ok=True)
        url = postgres.start_embedded(folder)
    postgres.prepare(url)
    return url


def serve(data: Path, host: str, port: int) -> None:
    """Run everything until a signal comes.

    With two processes, this one answers HTTP and a child owns history, the stream, journeys and delivery. The child
    ends with its parent, and is started again if it fails.
    """
    import uvloop

    from tieline.app import run

    chosen = settings.load(data)
    if not (data / "tieline.json").exists() and not chosen.postgres_url:
        raise StartError(f"{data} holds no Tieline.", way_out=f"Create one with: tieline init --data {data}")
    with FolderLock(data):
        url = postgres_url(chosen)
        uvloop.run(refuse_older_than_erasures(chosen, url))
        stop, failed = threading.Event(), threading.Event()
        worker = threading.Thread(target=_supervise, args=(data, url, stop, failed), daemon=True)
        if chosen.processes > 1:
            worker.start()
        try:
            uvloop.run(run.serve_http(chosen, url, host, port, alone=chosen.processes == 1))
        finally:
            stop.set()
            if chosen.processes > 1:
                worker.join(timeout=20)
            if not chosen.postgres_url:
                postgres.stop_embedded(data / "postgres")
    if failed.is_set():
        sys.exit(1)


def work(data: Path) -> None:
    """Run the stream, journeys and delivery until told to stop, or until the parent is gone."""
    import uvloop

    from tieline.app import run

    chosen = settings.load(data)
    if not sys.stdin.isatty() and os.environ.get("TIELINE_SUPERVISED"):
        threading.Thread(target=_die_with_parent, daemon=True).start()
    with FolderLock(data, "history.lock", _LOCK_PATIENCE_SECONDS):
        try:
            uvloop.run(run.work(chosen, chosen.postgres_url or postgres_url(chosen)))
        except TielineError as error:
            sys.stderr.write(f"tieline: {error}\n")
            _end(CANNOT_START)
        except Exception as error:  # noqa: BLE001 - the last word before the process ends
            _log.error("worker failed", error=type(error).__name__, exc_info=error)
            _end(1)


def _end(code: int) -> NoReturn:
    """End at once: the engine's own threads would keep a failed process, and with it the folder, for ever."""
    sys.stderr.flush()
    os._exit(code)


def _supervise(data: Path, url: str, stop: threading.Event, failed: threading.Event) -> None:
    environment = {**os.environ, "TIELINE_POSTGRES_URL": url, "TIELINE_SUPERVISED": "1"}
    while not stop.is_set():
        child = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "tieline.cli", "work", "--data", str(data)],
            stdin=subprocess.PIPE,
            env=environment,
        )
        while child.poll() is None and not stop.wait(0.2):
            pass
        if stop.is_set():
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(timeout=15)
            except subprocess.TimeoutExpired:
                child.kill()
            return
        if child.returncode == CANNOT_START:  # it has said why; trying again would only say it again
            os.kill(os.getpid(), signal.SIGTERM)
            failed.set()
            return
        _log.error("worker ended", exit_code=child.returncode, again_in_seconds=_RESTART_SECONDS)
        stop.wait(_RESTART_SECONDS)


def _die_with_parent() -> None:
    """End at once when the pipe from the parent closes: a worker without its parent would keep the folder."""
    os.read(0, 1)  # not sys.stdin: its lock would be held for ever, and the interpreter could not end
    os.kill(os.getpid(), signal.SIGKILL)
