"""Signals for journeys in memory."""

from collections.abc import Sequence
from datetime import datetime
from itertools import count, islice
from typing import Any

from msgspec.structs import replace

from tieline.model.signal import Signal, SignalKind
from tieline.store.memory.unit import Dictionaries


class MemorySignals(Dictionaries):
    """SignalStore."""

    def __init__(self) -> None:
        self._state: dict[str, Any] = {"signals": {}, "taken": {}}
        self._ids = count(1)

    async def put(self, signals: Sequence[Signal]) -> None:
        """Queue signals in the transaction that caused them."""
        for signal in signals:
            signal_id = next(self._ids)
            self._state["signals"][signal_id] = replace(signal, signal_id=signal_id)

    async def take(self, signals_max: int) -> list[Signal]:
        """Return the oldest signals that nobody has taken, in order."""
        waiting = self._state["signals"]
        taken = [waiting.pop(signal_id) for signal_id in list(islice(sorted(waiting), signals_max))]
        self._state["taken"] |= {signal.signal_id: signal for signal in taken}
        return taken

    def heard(self, workspace_id: int, since: datetime) -> list[Signal]:
        """Return the events after `since` that were taken already, in order of time."""
        found = [
            signal
            for signal in self._state["taken"].values()
            if signal.workspace_id == workspace_id and signal.kind is SignalKind.EVENT and signal.at > since
        ]
        return sorted(found, key=lambda signal: (signal.at, signal.signal_id))

    def forget_before(self, at: datetime) -> None:
        """Drop taken signals that no trigger can still want to hear."""
        taken = self._state["taken"]
        for signal_id in [signal_id for signal_id, signal in taken.items() if signal.at < at]:
            del taken[signal_id]

    @property
    def waiting(self) -> int:
        """How many signals nobody has taken."""
        return len(self._state["signals"])
