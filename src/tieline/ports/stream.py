"""The log, what was seen of it, and what it makes known."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from typing import Protocol

from tieline.model.event import LogRow, NewLogRow, Parked, Source
from tieline.model.signal import Signal


class Transaction(Protocol):
    """State, output and offset commit together or not at all."""

    def transaction(self) -> AbstractAsyncContextManager[None]:
        """Open a transaction; leaving it normally commits, an exception rolls back."""
        ...


class LogStore(Protocol):
    """The log of raw requests: append-only, in commit order, without holes."""

    async def append(self, rows: Sequence[NewLogRow]) -> int:
        """Store `rows` and return the last offset given; they are durable once the transaction commits."""
        ...

    async def read(self, after: int, items_max: int) -> list[LogRow]:
        """Return rows above offset `after` in order, up to `items_max` events but at least one row."""
        ...

    async def head(self) -> int:
        """Return the highest committed offset, 0 if the log is empty."""
        ...

    async def position(self, consumer: str) -> int:
        """Return how far `consumer` has come, and lock that position until the transaction ends."""
        ...

    async def save_position(self, consumer: str, log_offset: int, at: datetime) -> None:
        """Note how far `consumer` has come."""
        ...


class Backlog(Protocol):
    """What is stored in the log and not yet absorbed."""

    async def absorbed(self) -> int:
        """Return how far the stream has come."""
        ...

    async def may_withdraw(self, since: int | None = None) -> set[int]:
        """Return the workspaces of which a request may take back a permission to write to somebody.

        Looked at are the requests after `since`, or those that wait. Ask how far the stream has come, then read the
        permissions, then ask this since there: a withdrawal that was answered by now is in the one or in the other,
        whatever came in between.
        """
        ...


class MessageStore(Protocol):
    """Which messages were seen, and which could not be read."""

    async def claim(self, keys: Mapping[int, Sequence[bytes]], on: date) -> set[tuple[int, bytes]]:
        """Remember message keys per workspace and return those that were seen before."""
        ...

    async def park(self, items: Sequence[Parked], at: datetime) -> None:
        """Keep what could not be processed, with its reason."""
        ...


class SourceStore(Protocol):
    """The sources of all workspaces."""

    async def sources(self) -> dict[int, Source]:
        """Return every source by its id."""
        ...


class Directory(Protocol):
    """What is known about workspaces and sources between two readings."""

    def knows(self, source_ids: Iterable[int]) -> bool:
        """Say whether all of these sources are known."""
        ...

    async def learn(self) -> None:
        """Read workspaces, sources and accounts anew."""
        ...


class SignalStore(Protocol):
    """Signals for journeys, in the order in which they were said."""

    async def put(self, signals: Sequence[Signal]) -> None:
        """Queue signals in the transaction that caused them."""
        ...
