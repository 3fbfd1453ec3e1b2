"""An account that is shared with other tools."""

from typing import NamedTuple


class Forward(NamedTuple):
    """A tool that gets the account's webhooks too. `log_offset`: everything up to there is on its way."""

    workspace_id: int
    account: str
    key: str
    url: str
    log_offset: int


class Delivery(NamedTuple):
    """One webhook on its way to a tool."""

    workspace_id: int
    delivery_id: int
    account: str
    forward: str
    url: str
    body: bytes
    attempts: int
