"""Other systems that are kept told who is in a segment."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from tieline.model.destination import Change, Destination, Waiting

Identifiers = Mapping[bytes, Mapping[str, Sequence[str]]]


class DestinationStore(Protocol):
    """Destinations, what they have not been told yet, and the calls that tell it."""

    async def wanting_full(self) -> Sequence[Destination]:
        """Return live destinations that are to be told everybody, of segments that are computed; locked."""
        ...

    async def everybody(self, destination: Destination) -> Identifiers:
        """Return the members of its segment with the identifiers it is told."""
        ...

    async def told_in_full(self, destination: Destination, at: datetime) -> None:
        """Note that the calls that tell everybody are written."""
        ...

    async def changed(self) -> Sequence[tuple[Destination, Sequence[Change], Identifiers]]:
        """Take the changes of live destinations, in order, with the identifiers of who changed."""
        ...

    async def drop_calls(self, destination: Destination) -> None:
        """Forget calls that wait: what tells everybody makes them pointless."""
        ...

    async def put(self, destination: Destination, body: Mapping[str, Any], at: datetime) -> None:
        """Queue a call behind those that wait."""
        ...

    async def due(self, now: datetime, lease_until: datetime, most: int) -> Sequence[Waiting]:
        """Return the first waiting call of each live destination if it is due, and put it off while it is made."""
        ...

    async def done(self, waiting: Waiting, at: datetime) -> None:
        """Forget a call that was taken."""
        ...

    async def again(self, waiting: Waiting, at: datetime, reason: str) -> None:
        """Try a call again later."""
        ...

    async def failing(self, destination: Destination, reason: str, at: datetime) -> None:
        """Stop telling; who switches it on again has everybody told anew."""
        ...
