from datetime import UTC, datetime, timedelta

import pytest

from tieline.access import session
from tieline.access.password import check_new
from tieline.access.throttle import buckets
from tieline.errors import InvalidInputError
from tieline.model.access import Member, Session

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
AMY = Member(1, 1, "amy@example.com", "owner", "")


@pytest.mark.parametrize(
    ("started", "seen", "lives"),
    [
        (timedelta(0), timedelta(0), True),
        (timedelta(days=6), timedelta(hours=7, minutes=59), True),
        (timedelta(days=1), timedelta(hours=8), False),
        (timedelta(days=7), timedelta(0), False),
    ],
)
def test_a_session_ends_when_idle_or_old(started, seen, lives):
    assert session.alive(Session(AMY, NOON - started, NOON - seen), NOON) is lives


@pytest.mark.parametrize(
    ("origin", "site", "same"),
    [
        ("http://shop.test", "same-origin", True),
        ("https://cdp.example", None, True),
        (None, "none", True),
        (None, None, True),
        ("http://evil.test", None, False),
        ("http://shop.test", "cross-site", False),
        ("http://shop.test", "same-site", False),
        ("null", None, False),
        ("http://shop.test.evil.test", None, False),
        ("http://shop.test:81", None, False),
    ],
)
def test_only_the_console_itself_is_of_the_same_origin(origin, site, same):
    assert session.same_origin(origin, site, "shop.test", "https://cdp.example") is same


def test_a_csrf_token_belongs_to_one_session():
    assert session.same_csrf("a" * 44, session.csrf_token("a" * 44))
    assert not session.same_csrf("a" * 44, session.csrf_token("b" * 44))
    assert not session.same_csrf("a" * 44, "")


def test_strangers_do_not_use_up_the_attempts_of_a_known_device():
    strangers = {one.name for one in buckets("", "amy@example.com", "10.0.0.9", "")}
    own = {one.name for one in buckets("", "amy@example.com", "10.0.0.9", "d1")}
    assert strangers & own == set()


@pytest.mark.parametrize("password", ["short", "password123", "AMY@example.com", "aaaaaaaaaaaa", "x" * 257])
def test_a_password_that_would_be_guessed_is_refused(password):
    with pytest.raises(InvalidInputError):
        check_new(password, "amy@example.com", "/new")


def test_a_long_sentence_is_a_password():
    check_new("茶 和 咖啡 都 不 加 糖 也 可以", "amy@example.com", "/new")
