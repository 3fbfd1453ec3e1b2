"""Tags, their rules, and who carries them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from tieline.model.tag import ExpiredTag, TagRule


class TagStore(Protocol):
    """Rules of tags, and what they need to know of people."""

    async def rules(self) -> Sequence[TagRule]:
        """Return every live rule."""
        ...

    async def named(self, nodes: Iterable[tuple[int, bytes]]) -> Mapping[tuple[int, bytes], tuple[str, str]]:
        """Return namespace and value of (workspace, node); unknown ones are left out."""
        ...

    async def people(
        self, profiles: Iterable[tuple[int, bytes]]
    ) -> Mapping[tuple[int, bytes], tuple[str, str]]:
        """Return namespace and value of one node of each (workspace, profile); those that are gone are left out."""
        ...

    async def expired(self, now: datetime, most: int) -> Sequence[ExpiredTag]:
        """Return tags whose time is over: nothing newer is known about that tag on that node."""
        ...
