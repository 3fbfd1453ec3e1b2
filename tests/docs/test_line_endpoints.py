"""The page of LINE's endpoints says what the source asks for and what the simulator answers."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import line_endpoints  # noqa: E402 - the tools stand beside the source

from tieline.simulator.endpoints import DOORS, TABLE  # noqa: E402 - same

PAGE = ROOT / "docs/reference/line-endpoints.md"


def test_the_page_has_every_endpoint_once() -> None:
    page = PAGE.read_text("utf-8")
    for one in (*TABLE, *DOORS):
        assert page.count(f"| {one.method} `{one.path}` |") == 1


def test_what_the_client_sends_is_found_in_use() -> None:
    written = set(line_endpoints.addresses())
    known = {one.name: one for one in TABLE}
    for name in ("push", "multicast", "reply", "profile", "link-token", "content", "quota"):
        assert line_endpoints.used(known[name], written)
    assert not line_endpoints.used(known["group-summary"], written)


def test_whatever_is_in_use_is_simulated() -> None:
    written = set(line_endpoints.addresses())
    assert not [
        one.path for one in (*TABLE, *DOORS) if one.answer is None and line_endpoints.used(one, written)
    ]
