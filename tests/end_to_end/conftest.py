"""Real processes for tests that look at Tieline from outside."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from serving import Served, Simulated


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    tieline = Served(tmp_path)
    tieline.start()
    yield tieline
    tieline.stop()


@pytest.fixture
def simulated() -> Iterator[Simulated]:
    line = Simulated()
    yield line
    line.stop()
