"""Who may send a narrowcast: who may send messages, and nobody else who may change LINE accounts."""

import pytest

from tieline.access.table import DEVELOPER, MARKETER, OWNER, needed


@pytest.mark.parametrize(
    ("method", "path", "permission"),
    [
        ("POST", "/api/line/narrowcasts", "messages.write"),
        ("POST", "/api/line/narrowcasts/spring/start", "messages.write"),
        ("POST", "/api/line/narrowcasts/spring/cancel", "messages.write"),
        ("POST", "/api/line/narrowcasts/spring/approve", "broadcasts.approve"),
        ("POST", "/api/line/narrowcasts/preview", "messages.read"),
        ("GET", "/api/line/narrowcasts", "messages.read"),
        ("GET", "/api/line/narrowcasts/spring", "messages.read"),
    ],
)
def test_a_narrowcast_needs_the_permission_of_messages(method: str, path: str, permission: str) -> None:
    row = needed(method, path)

    assert row is not None
    assert row.name == permission
    if method == "POST" and path != "/api/line/narrowcasts/preview":
        assert set(row.roles) == {OWNER, MARKETER}
        assert DEVELOPER not in row.roles
