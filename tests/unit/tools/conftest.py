"""The tools are programs, not a package: their folders are put where imports look."""

import sys
from pathlib import Path

TOOLS = Path(__file__).parents[3] / "tools"
sys.path[:0] = [str(TOOLS / "lint"), str(TOOLS)]
