"""What keeps Tieline from starting is said in one plain sentence, with a non-zero exit and no traceback."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import CLI, Served

NOWHERE = "127.0.0.1:1"


def refused(*arguments: str, **settings: str) -> str:
    """Run the command, and return the one sentence it ends with."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TIELINE_")}
    done = subprocess.run(
        [*CLI, *arguments],
        env={**clean, **settings},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode != 0
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("tieline: ")
    return lines[0]


def test_a_folder_in_use_names_the_process(served: Served) -> None:
    assert served.process is not None
    said = refused("serve", "--data", str(served.data), "--port", "1")
    assert f"in use by process {served.process.pid}" in said


def test_a_folder_without_a_tieline_says_how_to_make_one(tmp_path: Path) -> None:
    assert "tieline init" in refused("serve", "--data", str(tmp_path))


def test_a_folder_that_cannot_be_written_is_named() -> None:
    assert "/proc/tieline" in refused("init", "--data", "/proc/tieline")


def test_data_of_another_postgresql_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("15\n")
    assert "written by PostgreSQL 15" in refused("init", "--data", str(tmp_path))


def test_a_postgresql_that_does_not_answer_is_said(tmp_path: Path) -> None:
    said = refused("init", "--data", str(tmp_path), TIELINE_POSTGRES_URL=f"postgresql://{NOWHERE}/x")
    assert "PostgreSQL does not answer" in said
    assert "TIELINE_POSTGRES_URL" in said


def test_a_clickhouse_that_does_not_answer_ends_serve(tmp_path: Path) -> None:
    tieline = Served(tmp_path)
    said = refused(
        "serve",
        "--data",
        str(tieline.data),
        "--port",
        str(tieline.port),
        TIELINE_CLICKHOUSE_URL=f"http://{NOWHERE}/x",
    )
    tieline.stop()
    assert "ClickHouse does not answer" in said
    assert "TIELINE_CLICKHOUSE_URL" in said


def test_a_setting_with_a_typing_error_is_named(tmp_path: Path) -> None:
    assert "TIELINE_COMIT_WAIT_MS" in refused("serve", "--data", str(tmp_path), TIELINE_COMIT_WAIT_MS="3")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 6 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    if mount is None or os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    done = subprocess.run([mount, "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(disk)], check=False)
    if done.returncode:
        pytest.skip("this machine does not let a small disk be mounted")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_is_said(small_disk: Path) -> None:
    assert "is full: " in refused("init", "--data", str(small_disk / "data"))
