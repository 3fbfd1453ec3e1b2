"""Whether an ID token is LINE's, for us, for this log-in, and still good. Pure.

Each way of logging in has one algorithm: the web signs with the channel's secret, LIFF with LINE's own key. A token says
nothing about which to use.

Source: https://developers.line.biz/en/docs/line-login/verify-id-token/
"""

import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OctKey

ISSUER = "https://access.line.me"
TOKEN_MAX = 4_000
LEEWAY_SECONDS = 30
USER = re.compile(r"U[0-9a-f]{32}")


class UntrustedTokenError(Exception):
    """An ID token that proves nothing; the word says why."""


def verify_web(token: str, secret: str, *, channel_id: str, nonce: str, now: datetime) -> str:
    """Return the LINE user id that a token of a web log-in proves.

    Raises:
        UntrustedTokenError: It proves nothing.
    """
    return _verify(token, OctKey.import_key(secret), ["HS256"], channel_id, nonce, now)


def verify_liff(token: str, keys: Sequence[Mapping[str, Any]], *, channel_id: str, now: datetime) -> str:
    """Return the LINE user id that a token of a LIFF page proves; LINE gives such a token no nonce.

    Raises:
        UntrustedTokenError: It proves nothing.
    """
    wanted = [dict(key) for key in keys if key.get("kty") == "EC" and key.get("crv") == "P-256"]
    if not wanted:
        raise UntrustedTokenError("no_key")
    return _verify(token, KeySet.import_key_set({"keys": wanted}), ["ES256"], channel_id, None, now)


def _verify(
    token: str, key: OctKey | KeySet, algorithms: list[str], channel_id: str, nonce: str | None, now: datetime
) -> str:
    if len(token) > TOKEN_MAX:
        raise UntrustedTokenError("too_long")
    try:
        claims = jwt.decode(token, key, algorithms=algorithms).claims
    except (JoseError, ValueError, TypeError, KeyError):
        raise UntrustedTokenError("signature") from None
    if claims.get("iss") != ISSUER:
        raise UntrustedTokenError("issuer")
    if claims.get("aud") != channel_id:
        raise UntrustedTokenError("audience")
    expires, issued = _seconds(claims.get("exp")), _seconds(claims.get("iat"))
    if expires is None or expires + LEEWAY_SECONDS <= now.timestamp():
        raise UntrustedTokenError("expired")
    if issued is None or issued - LEEWAY_SECONDS > now.timestamp():
        raise UntrustedTokenError("not_yet")
    if nonce is not None and not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise UntrustedTokenError("nonce")
    user = claims.get("sub")
    if not isinstance(user, str) or not USER.fullmatch(user):
        raise UntrustedTokenError("subject")
    return user


def _seconds(value: Any) -> float | None:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None
