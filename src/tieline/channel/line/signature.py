"""Whether a webhook really comes from LINE.

Source: https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable


def sign(body: bytes, secret: str) -> str:
    """Return the value of `x-line-signature` for a body."""
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def verify(body: bytes, signature: str, secrets: Iterable[str]) -> bool:
    """Tell whether one of `secrets` signed exactly these bytes, in the same time whatever the answer.

    Args:
        body: The body as it came, before anything is read from it.
        signature: The header's value, "" if there was none.
        secrets: The channel secret; two while it is being replaced.
    """
    given = signature.encode("utf-8", "replace")
    fits = False
    for secret in secrets:
        fits |= hmac.compare_digest(sign(body, secret).encode(), given)
    return fits
