import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from tieline.channel.line.id_token import UntrustedTokenError, verify_liff, verify_web
from tieline.simulator.signing import SigningKey, sign_hs256

NOW = datetime(2026, 11, 20, tzinfo=UTC)
SECRET = "s" * 32
USER = "U" + "a" * 32
KEY = SigningKey(1)


def claims(**changes: Any) -> dict[str, Any]:
    at = int(NOW.timestamp())
    whole = {
        "iss": "https://access.line.me",
        "sub": USER,
        "aud": "555",
        "exp": at + 3_600,
        "iat": at,
        "nonce": "n-1",
    }
    return {name: value for name, value in {**whole, **changes}.items() if value is not ...}


def web(token: str) -> str:
    return verify_web(token, SECRET, channel_id="555", nonce="n-1", now=NOW)


def liff(token: str, key: SigningKey = KEY) -> str:
    return verify_liff(token, [key.jwk()], channel_id="555", now=NOW)


def unsigned(alg: str) -> str:
    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(msgspec.json.encode(value)).decode().rstrip("=")

    return f"{part({'alg': alg, 'typ': 'JWT'})}.{part(claims())}."


def test_a_token_of_each_way_in_proves_who_somebody_is() -> None:
    assert web(sign_hs256(SECRET, claims())) == USER
    assert liff(KEY.sign(claims())) == USER


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"iss": "https://evil.test"}, "issuer"),
        ({"aud": "556"}, "audience"),
        ({"aud": ["555"]}, "audience"),
        ({"exp": int((NOW - timedelta(minutes=1)).timestamp())}, "expired"),
        ({"exp": ...}, "expired"),
        ({"exp": "9999999999"}, "expired"),
        ({"iat": int((NOW + timedelta(minutes=5)).timestamp())}, "not_yet"),
        ({"nonce": "n-2"}, "nonce"),
        ({"nonce": ...}, "nonce"),
        ({"sub": "someone"}, "subject"),
        ({"sub": ...}, "subject"),
    ],
)
def test_a_token_that_is_not_for_this_log_in_proves_nothing(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(UntrustedTokenError, match=why):
        web(sign_hs256(SECRET, claims(**changes)))


def test_a_token_says_nothing_about_how_it_is_to_be_checked() -> None:
    public = msgspec.json.encode(KEY.jwk()).decode()
    forged = [
        unsigned("none"),
        unsigned("HS256"),
        KEY.sign(claims()),
        sign_hs256("another secret of 32 characters!", claims()),
        sign_hs256(SECRET, claims())[:-2] + "AA",
        "x.y.z",
        "",
        "a" * 5_000,
    ]
    for token in forged:
        with pytest.raises(UntrustedTokenError):
            web(token)
    for token in (
        unsigned("none"),
        sign_hs256(SECRET, claims()),
        sign_hs256(public, claims()),
        SigningKey(2).sign(claims()),
    ):
        with pytest.raises(UntrustedTokenError):
            liff(token)


def test_the_signature_is_compared_with_what_the_secret_gives() -> None:
    token = sign_hs256(SECRET, claims())
    head, _, signature = token.rpartition(".")

    made = (
        base64.urlsafe_b64encode(hmac.digest(SECRET.encode(), head.encode(), hashlib.sha256))
        .decode()
        .rstrip("=")
    )

    assert made == signature
