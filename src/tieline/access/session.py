"""How long a log-in lives, and the token against requests that another site sends."""

import hashlib
import hmac
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from tieline.model.access import Session

IDLE = timedelta(hours=8)
"""A session that was not used for so long has ended."""
LIFE = timedelta(days=7)
"""No session lives longer, however much it is used."""
TOUCH = timedelta(minutes=1)
"""A session's last use is written at most this often."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def token_hash(token: str) -> bytes:
    """Return what is stored of a token; 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).digest()


def csrf_token(token: str) -> str:
    """Return the token that unsafe requests of this session must carry in X-CSRF-Token."""
    return hashlib.blake2b(b"csrf", key=token.encode()[:64], digest_size=24).hexdigest()


def same_csrf(token: str, given: str) -> bool:
    """Tell whether `given` is the session's."""
    return hmac.compare_digest(csrf_token(token).encode(), given.encode())


def alive(session: Session, now: datetime) -> bool:
    """Tell whether a session still opens the door."""
    return now - session.seen_at < IDLE and now - session.started_at < LIFE


def same_origin(origin: str | None, fetch_site: str | None, host: str, public_url: str) -> bool:
    """Tell whether a browser says that the request comes from the console itself.

    Args:
        origin: The header Origin, None if there is none: then the other one and the token decide.
        fetch_site: The header Sec-Fetch-Site.
        host: The header Host.
        public_url: The address that Tieline is known by, for when a proxy changes Host.
    """
    if fetch_site is not None and fetch_site not in {"same-origin", "none"}:
        return False
    if origin is None:
        return True
    return urlsplit(origin).netloc in {host, urlsplit(public_url).netloc} - {""}
