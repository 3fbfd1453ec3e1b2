"""Measure Tieline on this machine: `make bench`, or `python benchmarks/run.py [names] [--quick] [--vast] [--markdown FILE]`.

Each figure stands beside the best that the machine does in the same run. Every benchmark has a process of its own, so
that memory and the embedded engines of one do not weigh on the next.
"""

import argparse
import faulthandler
import importlib
import os
import platform
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from rich.console import Console
from table import Figure, markdown, show

NAMES = (
    "collect_batch",
    "collect_single",
    "stream",
    "latency",
    "live_segments",
    "segment",
    "segment_vast",
    "webhook",
    "deliver",
    "sender",
    "broadcast",
    "identify",
    "rebuild",
    "suggest",
    "journey",
    "processes",
    "simulated_line",
    "memory",
)
ONLY_WHOLE = ("memory",)
ONLY_VAST = ("segment_vast",)
_TIMEOUT_SECONDS = 600


def main() -> int:
    """Run what was asked for; 1 if something could not be measured."""
    asked = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # unwinds, so that every server is stopped
    if asked.one:
        faulthandler.register(signal.SIGUSR1)  # whoever waits too long for this asks where it stands
        figures = importlib.import_module(asked.one).measure(quick=asked.quick)
        sys.stdout.buffer.write(msgspec.json.encode(figures))
        return 0
    console = Console(width=None if sys.stdout.isatty() else 160)
    names = asked.names or chosen(quick=asked.quick, vast=asked.vast)
    figures, failed = [], False
    for name in names:
        began = time.perf_counter()
        console.print(f"{name} ...", end=" ")
        found = _run(name, quick=asked.quick)
        failed |= not found
        figures += found
        console.print(f"{time.perf_counter() - began:.0f} s" if found else "failed")
    show(figures, machine(), console)
    if asked.markdown:
        asked.markdown.write_text(markdown(figures, machine()), "utf-8")
    return int(failed)


def chosen(*, quick: bool, vast: bool) -> list[str]:
    """Return what runs where nothing is named: what takes long only where it is asked for."""
    left_out = (*(ONLY_WHOLE if quick else ()), *(() if vast else ONLY_VAST))
    return [name for name in NAMES if name not in left_out]


def machine() -> str:
    """Return what was measured on, and when."""
    processor = platform.processor() or platform.machine()
    about = Path("/proc/cpuinfo")
    if about.exists():
        lines = (line.partition(":") for line in about.read_text("utf-8").splitlines())
        processor = next(
            (value.strip() for key, _, value in lines if key.startswith("model name")), processor
        )
    cores = os.cpu_count()
    return f"{cores} cores of {processor}, Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "names", nargs="*", choices=[*NAMES, []], help="which benchmarks; all of them if none is named"
    )
    parser.add_argument(
        "--quick", action="store_true", help="small sizes, one round: does it run, about how fast"
    )
    parser.add_argument("--vast", action="store_true", help="also what needs a history of 100 million events")
    parser.add_argument("--markdown", type=Path, help="write the table to this file too")
    parser.add_argument("--one", choices=NAMES, help=argparse.SUPPRESS)
    return parser.parse_args()


def _run(name: str, *, quick: bool) -> list[Figure]:
    command = [sys.executable, __file__, "--one", name, *(["--quick"] if quick else [])]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            told = process.communicate(timeout=_TIMEOUT_SECONDS)[0]
        except subprocess.TimeoutExpired:
            print(f"\n{name} did not end in {_TIMEOUT_SECONDS} s; it stands here:", file=sys.stderr)
            process.send_signal(signal.SIGUSR1)
            time.sleep(1)
            process.terminate()
            return []
        except BaseException:  # an interruption too: whoever started servers has to stop them
            process.terminate()
            raise
    return msgspec.json.decode(told, type=list[Figure]) if process.returncode == 0 else []


if __name__ == "__main__":
    sys.exit(main())
