"""What is longer than the house allows. An entry has a reason and may only become smaller; none may be added.

The key is the path of a file, or `path:function`.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Longer(NamedTuple):
    """How many lines it has, and why they are together."""

    lines: int
    reason: str


LONGER: Mapping[str, Longer] = {}
