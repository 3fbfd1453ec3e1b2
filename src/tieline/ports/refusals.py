"""LINE's own judgement of messages, and where its refusals are kept."""

from datetime import datetime
from typing import NamedTuple, Protocol

from tieline.model.send import Answer


class Refusal(NamedTuple):
    """What LINE would not take, where it stands in the messages (LINE's own path), and LINE's words."""

    workspace_id: int
    account: str
    origin: str
    step: str
    pointer: str
    sentence: str


class RefusalStore(Protocol):
    """What LINE would not take."""

    async def refused(self, refusal: Refusal, at: datetime) -> None:
        """Keep it, and stop what it comes from where that can be stopped: a broadcast."""
        ...


class Validator(Protocol):
    """LINE's own judgement of messages."""

    async def validate(self, workspace_id: int, account: str, kind: str, body: bytes) -> Answer:
        """Return whether LINE would take these messages for a kind of sending."""
        ...
