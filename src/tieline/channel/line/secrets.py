"""Channel secrets at rest: AES-256-GCM, bound to the account they belong to, so that rows cannot be swapped."""

import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tieline.errors import StartError

KEY_BYTES = 32
NONCE_BYTES = 12
VERSION = b"\x01"


class Vault:
    """Seals and opens secrets.

    Args:
        key: 32 bytes; seals, and opens what it sealed.
        older: Keys that only open, while the key is being replaced.
    """

    def __init__(self, key: bytes, *older: bytes) -> None:
        self._ciphers = [AESGCM(one) for one in (key, *older)]

    def seal(self, secret: str, workspace_id: int, account: str) -> bytes:
        """Return `secret` encrypted for this account alone."""
        nonce = os.urandom(NONCE_BYTES)
        return (
            VERSION + nonce + self._ciphers[0].encrypt(nonce, secret.encode(), _owner(workspace_id, account))
        )

    def open(self, sealed: bytes, workspace_id: int, account: str) -> str:
        """Return what was sealed.

        Raises:
            StartError: No key fits, the bytes were changed, or they belong to another account.
        """
        nonce, content = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        for cipher in self._ciphers if sealed[:1] == VERSION else ():
            try:
                return cipher.decrypt(nonce, content, _owner(workspace_id, account)).decode()
            except (InvalidTag, ValueError):
                continue
        raise StartError(
            f"The channel secret of the LINE account {account} cannot be decrypted.",
            way_out="Restore the key file that was in use when it was stored, or enter the secret again.",
        )


def load_key(path: Path) -> bytes:
    """Return the key in `path`; the first call makes one, readable by its owner alone.

    Raises:
        StartError: The file cannot be read or made, or does not hold 32 bytes.
    """
    try:
        if not path.exists():
            _make_key(path)
        key = path.read_bytes()
    except OSError as error:
        raise StartError(
            f"The key file {path} cannot be used: {error.strerror or error}.",
            way_out="Make it readable for the user who runs Tieline, or name another with TIELINE_SECRET_FILE.",
        ) from error
    if len(key) != KEY_BYTES:
        raise StartError(
            f"The key file {path} holds {len(key)} bytes instead of {KEY_BYTES}.",
            way_out="Restore it from where you keep it; without it no channel secret can be read.",
        )
    return key


def _make_key(path: Path) -> None:
    """Make the key under another name first, so that two starts at once end with one whole key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_name(f"{path.name}.{os.getpid()}")
    with open(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123 - mode at birth
        file.write(os.urandom(KEY_BYTES))
    try:
        os.link(made, path)
    except FileExistsError:
        pass
    finally:
        made.unlink()


def _owner(workspace_id: int, account: str) -> bytes:
    return f"tieline:channel-secret:{workspace_id}:{account}".encode()
