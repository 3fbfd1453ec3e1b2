"""Start and stop the programs that take part, each with its own log file."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tieline.errors import StartError

STOP_SECONDS = 30
LOG_LINES_SHOWN = 15


def free_port() -> int:
    """Return a port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(given: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, str]:
    """Return `given` with these settings of Tieline and no other: what is set outside must not change the numbers."""
    kept = {name: value for name, value in given.items() if not name.startswith("TIELINE_")}
    return {**kept, **{f"TIELINE_{name}": value for name, value in settings.items()}}


class Child:
    """A `tieline` command that runs beside this one.

    Args:
        name: Names its log file.
        arguments: Of the command.
        settings: Its settings, without the prefix.
        logs: Folder of the log files; a second child of this name continues the file.
    """

    def __init__(self, name: str, arguments: list[str], settings: Mapping[str, str], logs: Path) -> None:
        self.log = logs / f"{name}.log"
        self._name = name
        self._file = self.log.open("ab")
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "tieline.cli", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=self._file,
            stderr=self._file,
            env=environment(os.environ, settings),
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def check(self) -> None:
        """Do nothing while it runs.

        Raises:
            StartError: It ended; with the end of its log.
        """
        if self._process.poll() is not None:
            lines = self.log.read_text("utf-8", "replace").splitlines()[-LOG_LINES_SHOWN:]
            raise StartError(
                f"`tieline {self._name}` ended with {self._process.returncode}:\n" + "\n".join(lines)
            )

    @property
    def killed(self) -> bool:
        """Whether a signal ended it that nobody here sent."""
        code = self._process.poll()
        return code is not None and code < 0

    def stop(self) -> None:
        """Ask it to end, and see that it did."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        self._file.close()


async def told(arguments: list[str], settings: Mapping[str, str]) -> dict[str, Any]:
    """Run a command that prints one line of JSON, and return it.

    It comes to its end even if nobody waits for it any more: half of it would leave a database running.

    Raises:
        StartError: It failed; with what it said.
    """
    running = asyncio.ensure_future(asyncio.to_thread(_told, arguments, settings))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise


def _told(arguments: list[str], settings: Mapping[str, str]) -> dict[str, Any]:
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "tieline.cli", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=environment(os.environ, settings),
        check=False,
        text=True,
    )
    if done.returncode:
        raise StartError(f"`tieline {' '.join(arguments)}` failed: {done.stderr.strip()[-2000:]}")
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer
