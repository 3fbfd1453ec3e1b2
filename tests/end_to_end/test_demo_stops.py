"""Whoever ends the demonstration, by whatever word, ends everything that it started."""

import os
import signal
import subprocess
from pathlib import Path

import pytest
from serving import CLI, wait_for


@pytest.mark.parametrize("shell", ["", "trap '' INT; "], ids=["in front", "in the background"])
@pytest.mark.parametrize("word", [signal.SIGTERM, signal.SIGINT])
def test_a_demo_that_is_told_to_end_leaves_no_database_running(
    word: signal.Signals, shell: str, tmp_path: Path
) -> None:
    """What a shell starts in the background ignores SIGINT, if nothing is done about it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TIELINE_")}
    running = tmp_path / "data" / "postgres" / "postmaster.pid"
    demo = subprocess.Popen(
        ["sh", "-c", f'{shell}exec "$@"', "sh", *CLI, "demo", "--once", "--data", str(tmp_path / "data")],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(running.exists)
        pid = int(running.read_text().splitlines()[0])
        demo.send_signal(word)
        demo.wait(timeout=90)
    finally:
        demo.kill()
    assert not running.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
