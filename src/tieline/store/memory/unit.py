"""A transaction over things in memory: what was inside is undone as a whole when it fails."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol


class Recoverable(Protocol):
    """A store that can be put back as it was."""

    def snapshot(self) -> Any:
        """Return the state, independent of later changes."""
        ...

    def restore(self, state: Any) -> None:
        """Become what `snapshot` returned."""
        ...


class MemoryUnit:
    """Transaction over several stores in memory."""

    def __init__(self, *stores: Recoverable) -> None:
        self._stores = stores

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Commit what happens inside, or put every store back as it was."""
        before = [store.snapshot() for store in self._stores]
        try:
            yield
        except BaseException:
            for store, state in zip(self._stores, before, strict=True):
                store.restore(state)
            raise


class Dictionaries:
    """A store whose whole state is dictionaries, lists and sets of values that never change."""

    _state: dict[str, Any]

    def snapshot(self) -> dict[str, Any]:
        """Copy one level of every collection; the values inside are frozen."""
        return {
            name: value.copy() if hasattr(value, "copy") else value for name, value in self._state.items()
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Become what `snapshot` returned."""
        self._state = dict(state)
