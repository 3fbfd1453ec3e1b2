"""What a look at the set-up of a LINE account finds."""

from typing import NamedTuple

OK, WARNING, PROBLEM, UNKNOWN = "ok", "warning", "problem", "unknown"


class Found(NamedTuple):
    """One thing that was looked at. `way_out`: what to do about it, for people of the brand."""

    check: str
    state: str
    sentence: str
    way_out: str = ""
