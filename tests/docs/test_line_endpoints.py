"""The page of LINE's endpoints says what the source asks for and what the simulator answers."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import line_endpoints  # noqa: E402 - the tools stand beside the source

from tieline.simulator.endpoints import DOORS, TABLE, WEBHOOK_TEST  # noqa: E402 - same

PAGE = ROOT / "docs/reference/line-endpoints.md"


def test_the_page_has_every_endpoint_once() -> None:
    page = PAGE.read_text("utf-8")
    for one in (*TABLE, *DOORS):
        assert page.count(f"| {one.method} `{one.path}` |") == 1


def used(name: str, written: set[tuple[str, str]]) -> bool:
    return any(line_endpoints.used(one, written) for one in TABLE if one.name == name)


def test_what_the_client_sends_is_found_in_use() -> None:
    written = set(line_endpoints.calls())
    for name in ("push", "multicast", "reply", "profile", "link-token", "content", "quota", "pnp"):
        assert used(name, written), name
    assert not used("group-summary", written)


def test_an_address_is_followed_through_constants_and_both_ways_of_a_choice() -> None:
    written = set(line_endpoints.calls())
    assert {
        ("POST", "/v2/bot/richmenu"),
        ("POST", "/v2/bot/richmenu/{}/content"),
        ("POST", "/v2/bot/richmenu/bulk/link"),
        ("POST", "/v2/bot/richmenu/bulk/unlink"),
        ("POST", "/v2/bot/audienceGroup/upload"),
        ("PUT", "/v2/bot/audienceGroup/upload"),
        ("GET", "/v2/bot/audienceGroup/{}"),
    } <= written


def test_a_method_that_nothing_calls_is_not_in_use() -> None:
    written = set(line_endpoints.calls())
    for method, path in (
        ("PUT", "/v2/bot/channel/webhook/endpoint"),
        ("GET", "/v2/bot/user/all/richmenu"),
        ("GET", "/v2/bot/message/delivery/pnp"),
        ("POST", "/v2/bot/message/validate/reply"),
    ):
        (one,) = [each for each in TABLE if (each.method, each.path) == (method, path)]
        assert not line_endpoints.used(one, written), path


def test_every_call_of_the_source_stands_in_the_table() -> None:
    table = {(one.method, line_endpoints.blank(one.path)) for one in (*TABLE, WEBHOOK_TEST, *DOORS)}
    choices = {("POST", "/v2/bot/message/validate/{}"), ("GET", "/v2/bot/message/delivery/{}")}
    assert set(line_endpoints.calls()) - table - choices == set()


def test_whatever_is_in_use_is_simulated() -> None:
    written = set(line_endpoints.calls())
    assert not [
        one.path for one in (*TABLE, *DOORS) if one.answer is None and line_endpoints.used(one, written)
    ]


def test_whatever_is_not_in_use_says_why() -> None:
    written = set(line_endpoints.calls())
    assert not [
        f"{one.method} {one.path}"
        for one in (*TABLE, *DOORS)
        if one.answer is not None and not line_endpoints.used(one, written) and not line_endpoints.why(one)
    ]
