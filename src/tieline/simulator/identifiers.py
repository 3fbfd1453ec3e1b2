"""Ids in the shapes LINE uses, all drawn from one seed."""

import base64
import hashlib
import random
import re
from datetime import datetime

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
USER_ID = re.compile(r"U[0-9a-f]{32}")
FIRST_MESSAGE_ID = (
    461_230_966_842_064_897  # beyond 2**53, so that readers who treat ids as numbers are found out
)


class Identifiers:
    """Makes request ids, tokens, message ids and event ids; the same seed makes the same ones."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self._message_id = FIRST_MESSAGE_ID + self.chance.getrandbits(56)

    def request_id(self) -> str:
        """Return a UUID."""
        return spelled(self.chance.getrandbits(128).to_bytes(16, "big"))

    def token(self) -> str:
        """Return 32 hexadecimal digits."""
        return f"{self.chance.getrandbits(128):032x}"

    def message_id(self) -> str:
        """Return the next message id, digits only."""
        self._message_id += 1
        return str(self._message_id)

    def quote_token(self) -> str:
        """Return a token by which a message can be quoted."""
        return base64.urlsafe_b64encode(self.chance.randbytes(18)).decode()

    def event_id(self, at: datetime) -> str:
        """Return a ULID: 48 bits of milliseconds, 80 bits of chance."""
        number = (int(at.timestamp() * 1000) << 80) | self.chance.getrandbits(80)
        return "".join(CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))


def raw(request_id: str) -> bytes:
    """Return the 16 bytes of a request id, to keep many of them."""
    return bytes.fromhex(request_id.replace("-", ""))


def spelled(request_id: bytes) -> str:
    """Return a request id from its 16 bytes."""
    digits = request_id.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def user_id(*, provider_id: str, seed: int, index: int) -> str:
    """Return the id of a person at a provider: stable per seed, different at each provider, as at LINE."""
    digest = hashlib.blake2b(f"user:{provider_id}:{seed}:{index}".encode(), digest_size=16)
    return "U" + digest.hexdigest()


def bot_user_id(channel_id: str) -> str:
    """Return the user id of an account's bot: what its webhooks carry as `destination`."""
    return "U" + hashlib.blake2b(f"bot:{channel_id}".encode(), digest_size=16).hexdigest()
