"""What leaves as one request to LINE, be it a call of sends or a chunk: what pace, quota and budgets ask of it."""

from collections.abc import Sequence
from typing import Protocol

from tieline.deliver.pace import Account
from tieline.model.chunk import Chunk
from tieline.model.send import Claimed, Leaving


class Parcel(Protocol):
    """One request to LINE."""

    @property
    def leaves_from(self) -> Account:
        """Workspace and account."""
        ...

    @property
    def endpoint(self) -> str:
        """Name of LINE's endpoint: push or multicast."""
        ...

    @property
    def sample(self) -> Leaving:
        """What all of its messages share."""
        ...

    @property
    def size(self) -> int:
        """Messages that LINE counts."""
        ...

    @property
    def earlier(self) -> int:
        """How many earlier attempts are in doubt."""
        ...

    @property
    def units(self) -> Sequence[Claimed | Chunk]:
        """What is written down each on its own."""
        ...
