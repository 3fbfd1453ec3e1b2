"""ID tokens: HS256 with the channel secret for the web, ES256 with LINE's key inside LIFF.

Source: https://developers.line.biz/en/docs/line-login/verify-id-token/
"""

import base64
import hashlib
import hmac
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

CURVE = ec.SECP256R1()
ORDER_BYTES = 32


class SigningKey:
    """LINE's key for ES256; the same seed makes the same one."""

    def __init__(self, seed: int) -> None:
        digest = hashlib.sha512(f"es256:{seed}".encode()).digest()
        self._key = ec.derive_private_key(int.from_bytes(digest[:31], "big") + 1, CURVE)
        self.kid = digest[32:48].hex()

    def jwk(self) -> dict[str, str]:
        """Return the public key as the JWKS shows it."""
        numbers = self._key.public_key().public_numbers()
        x, y = (_text(number.to_bytes(ORDER_BYTES, "big")) for number in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": self.kid, "x": x, "y": y}

    def sign(self, claims: dict[str, Any]) -> str:
        """Return a JWT signed with ES256."""
        head = _joined({"typ": "JWT", "alg": "ES256", "kid": self.kid}, claims)
        r, s = decode_dss_signature(self._key.sign(head.encode(), ec.ECDSA(SHA256())))
        return f"{head}.{_text(r.to_bytes(ORDER_BYTES, 'big') + s.to_bytes(ORDER_BYTES, 'big'))}"

    def right(self, head: str, signature: bytes) -> bool:
        """Tell whether a signature is ours."""
        if len(signature) != 2 * ORDER_BYTES:
            return False
        r, s = (int.from_bytes(part, "big") for part in (signature[:ORDER_BYTES], signature[ORDER_BYTES:]))
        try:
            self._key.public_key().verify(encode_dss_signature(r, s), head.encode(), ec.ECDSA(SHA256()))
        except InvalidSignature:
            return False
        return True


def sign_hs256(secret: str, claims: dict[str, Any]) -> str:
    """Return a JWT signed with the channel secret."""
    head = _joined({"typ": "JWT", "alg": "HS256"}, claims)
    return f"{head}.{_text(hmac.digest(secret.encode(), head.encode(), hashlib.sha256))}"


def opened(token: str, secret: str, key: SigningKey) -> dict[str, Any] | None:
    """Return the claims of a JWT whose signature is right; None otherwise."""
    head, _, signature = token.rpartition(".")
    try:
        header = msgspec.json.decode(_bytes(head.partition(".")[0]))
        claims = msgspec.json.decode(_bytes(head.partition(".")[2]))
        given = _bytes(signature)
    except (ValueError, msgspec.DecodeError):
        return None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        return None
    if header.get("alg") == "HS256":
        right = hmac.compare_digest(hmac.digest(secret.encode(), head.encode(), hashlib.sha256), given)
    else:
        right = header.get("alg") == "ES256" and header.get("kid") == key.kid and key.right(head, given)
    return claims if right else None


def _joined(header: dict[str, Any], claims: dict[str, Any]) -> str:
    return f"{_text(msgspec.json.encode(header))}.{_text(msgspec.json.encode(claims))}"


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
