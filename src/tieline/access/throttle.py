"""How often a password may be tried, so that guessing fails and the owner is not locked out by who guesses.

Attempts are counted per account, per address, and apart from both per device that has logged in before (OWASP's
device cookie): whoever floods an account from elsewhere uses up the count of strangers, never that of its owner's own
browser.
"""

from datetime import timedelta
from typing import NamedTuple

WINDOW = timedelta(minutes=15)


class Bucket(NamedTuple):
    """Attempts that are counted together, and how many of them may fail in a window."""

    name: str
    most: int


def buckets(workspace: str, email: str, address: str, device: str) -> tuple[Bucket, ...]:
    """Return what an attempt counts towards.

    Args:
        workspace: Key of the workspace, or "".
        email: As typed, lower case.
        address: Where the request comes from.
        device: Name of a device that logged in as this account before, or "".
    """
    if device:
        return (Bucket(f"device\x1f{device}", 10),)
    return (Bucket(f"account\x1f{workspace}\x1f{email}", 10), Bucket(f"address\x1f{address}", 40))
