"""Transactions over things in memory that see what PostgreSQL's see: what is committed, and what they wrote themselves.

Several loops share the stores, and may be anywhere in their transactions when another commits. That is the level
"read committed", at which the platform runs; what only a serial database forgives is found out here.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, MutableMapping
from contextlib import asynccontextmanager
from typing import Any, Self, TypeAlias, TypeVar, cast

from tieline.store.memory.unit import Recoverable

S = TypeVar("S")
Pace: TypeAlias = Callable[[str], Awaitable[None]]
_GONE = object()

# What PostgreSQL locks until the transaction ends: statements that take the same lock wait for each other.
LOCKS = {
    "MemoryLog.append": "log",
    "MemoryLog.position": "position",
    "MemoryIdentity.lock": "identity",
    "MemoryJourneys.take_signals": "signal",
    "MemorySends.add": "send",
    "MemorySends.claim": "send",
    "MemorySends.settle": "send",
}


class Table(MutableMapping[Any, Any]):
    """A dictionary."""

    def __init__(self, database: "Database", rows: dict[Any, Any]) -> None:
        self._database = database
        self.committed = rows

    __hash__ = object.__hash__

    def __getitem__(self, key: Any) -> Any:
        mine = self._database.written(self)
        value = mine[key] if mine and key in mine else self.committed[key]
        if value is _GONE:
            raise KeyError(key)
        return value

    def __setitem__(self, key: Any, value: Any) -> None:
        self._database.write(self)[key] = value

    def __delitem__(self, key: Any) -> None:
        self[key]
        self._database.write(self)[key] = _GONE

    def __iter__(self) -> Iterator[Any]:
        return iter([key for key, _ in self.items()])

    def __len__(self) -> int:
        return len(self.items())

    def __contains__(self, key: object) -> bool:
        return self.get(key, _GONE) is not _GONE

    def get(self, key: Any, default: Any = None) -> Any:
        """Return the value of `key`, or `default`."""
        mine = self._database.written(self)
        value = mine[key] if mine and key in mine else self.committed.get(key, default)
        return default if value is _GONE else value

    def items(self) -> Any:
        """Return all pairs; of changed keys the new value in the old place."""
        mine = self._database.written(self)
        if not mine:
            return list(self.committed.items())
        return [pair for pair in (self.committed | mine).items() if pair[1] is not _GONE]

    def values(self) -> Any:
        """Return all values."""
        return [value for _, value in self.items()]

    def __ior__(self, more: dict[Any, Any]) -> Self:
        self.update(more)
        return self

    def apply(self, written: dict[Any, Any]) -> None:
        """Take over what a transaction wrote."""
        for key, value in written.items():
            if value is _GONE:
                self.committed.pop(key, None)
            else:
                self.committed[key] = value


class Rows:
    """A list that grows."""

    def __init__(self, database: "Database", rows: Iterable[Any]) -> None:
        self._database = database
        self.committed = list(rows)

    def append(self, row: Any) -> None:
        """Add a row."""
        mine = self._database.write(self)
        mine[len(mine)] = row

    def __iadd__(self, rows: Iterable[Any]) -> Self:
        for row in rows:
            self.append(row)
        return self

    def __getitem__(self, where: Any) -> Any:
        return self._all()[where]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self.committed) + len(self._database.written(self) or ())

    def _all(self) -> list[Any]:
        mine = self._database.written(self)
        return [*self.committed, *mine.values()] if mine else self.committed

    def apply(self, written: dict[Any, Any]) -> None:
        """Take over what a transaction wrote."""
        self.committed += written.values()


class Marks:
    """A set that grows."""

    def __init__(self, database: "Database", marks: set[Any]) -> None:
        self._table = Table(database, dict.fromkeys(marks))

    def __rand__(self, asked: set[Any]) -> set[Any]:
        return {one for one in asked if one in self._table}

    def __ior__(self, more: set[Any]) -> Self:
        self._table.update(dict.fromkeys(more))
        return self


class Database:
    """The committed state of adopted stores, and who is writing.

    Attributes:
        version: Grows with every commit.
        heard: Called after every commit with the session and everything it wrote, by collection.
    """

    def __init__(self) -> None:
        self.version = 0
        self.heard: Callable[[Session, dict[Any, dict[Any, Any]]], None] = lambda _session, _written: None
        self.running: Session | None = None
        self.locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def collection(self, value: Any) -> Any:
        """Return `value` as a collection of which each transaction sees its own version."""
        if isinstance(value, dict):
            return Table(self, value)
        if isinstance(value, set):
            return Marks(self, value)
        return Rows(self, value) if isinstance(value, list) else value

    def adopt(self, store: Recoverable) -> None:
        """Let a store of dictionaries, lists and sets take part in transactions."""
        store.restore({name: self.collection(value) for name, value in store.snapshot().items()})

    def written(self, collection: Any) -> dict[Any, Any] | None:
        """Return what the running statement's transaction wrote into `collection`."""
        return self.running.written.get(collection) if self.running else None

    def write(self, collection: Any) -> dict[Any, Any]:
        """Return where a write to `collection` goes."""
        if self.running is None:
            return cast("dict[Any, Any]", _Direct(collection))
        return self.running.written.setdefault(collection, {})


class _Direct(dict[Any, Any]):
    """Writes outside every transaction, as when a world is furnished."""

    def __init__(self, collection: Any) -> None:
        super().__init__()
        self._collection = collection

    def __setitem__(self, key: Any, value: Any) -> None:
        self._collection.apply({key: value})


class Session:
    """Transaction: one connection, one transaction at a time.

    Args:
        database: Whose stores it works on.
        name: Of the process that opened it.
        pace: Awaited before every statement and around every commit; may let others go first, or raise.
        on_rollback: Called after a transaction that did not commit.
    """

    def __init__(
        self, database: Database, name: str, pace: Pace, on_rollback: Callable[[], None] = lambda: None
    ) -> None:
        self.name = name
        self.written: dict[Any, dict[Any, Any]] = {}
        self.began_at_version = 0
        self._database = database
        self._pace = pace
        self._on_rollback = on_rollback
        self._held: list[str] = []
        self._open = False

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Commit what happens inside, or leave everything as it was."""
        if self._open:
            raise RuntimeError(f"{self.name} is in a transaction already.")
        self._open, self.written = True, {}
        self.began_at_version = self._database.version
        try:
            yield
            await self._pace("commit")
            self._commit()
        finally:
            if self._open:
                self._open, self.written = False, {}
                self._on_rollback()
            for lock in self._held:
                self._database.locks[lock].release()
            self._held.clear()
        await self._pace("committed")

    def _commit(self) -> None:
        written, self.written, self._open = self.written, {}, False
        for collection, values in written.items():
            collection.apply(values)
        if written:
            self._database.version += 1
            self._database.heard(self, written)

    def through(self, store: S) -> S:
        """Return `store` with every asynchronous method as a statement of this session."""
        return cast("S", _Statements(self, store))

    async def statement(self, name: str, call: Callable[[], Awaitable[Any]]) -> Any:
        """Run one statement: nobody else runs between its beginning and its end."""
        await self._pace(name)
        if not self._open:
            raise RuntimeError(f"{name} outside a transaction")
        lock = LOCKS.get(name)
        if lock is not None and lock not in self._held:
            await self._database.locks[lock].acquire()
            self._held.append(lock)
        self._database.running = self
        try:
            return await call()
        finally:
            self._database.running = None


def paced(pace: Pace, store: S) -> S:
    """Return `store`, which is no part of any transaction, with `pace` before each of its asynchronous methods."""
    return cast("S", _Paced(pace, store))


class _Paced:
    def __init__(self, pace: Pace, store: object) -> None:
        self._pace = pace
        self._store = store

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)
        full = f"{type(self._store).__name__}.{name}"

        async def call(*given: Any, **named: Any) -> Any:
            await self._pace(full)
            return await method(*given, **named)

        self.__dict__[name] = call
        return call


class _Statements:
    def __init__(self, session: Session, store: object) -> None:
        self._session = session
        self._store = store

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)
        full = f"{type(self._store).__name__}.{name}"

        async def statement(*given: Any, **named: Any) -> Any:
            return await self._session.statement(full, lambda: method(*given, **named))

        self.__dict__[name] = statement
        return statement
