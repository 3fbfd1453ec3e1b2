"""Log-in with LINE, as the brand set it up and as people take it back."""

from typing import NamedTuple


class LoginChannel(NamedTuple):
    """The brand's login channel for one account."""

    channel_id: str
    channel_secret: bytes
    provider_id: str
    liff_id: str


class Deauthorization(NamedTuple):
    """Somebody who took back what they allowed; LINE has to be told."""

    workspace_id: int
    account: str
    line_user: str
    user_token: bytes
    attempts: int
