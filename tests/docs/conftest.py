"""Tests of the documentation read the pages with the program that writes them."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))


@pytest.fixture
def reference() -> ModuleType:
    """The program that writes the reference pages."""
    import reference as program

    return program
