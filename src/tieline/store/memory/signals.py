"""Signals for journeys in memory."""

from collections.abc import Sequence
from itertools import count, islice
from typing import Any

from msgspec.structs import replace

from tieline.model.signal import Signal
from tieline.store.memory.unit import Dictionaries


class MemorySignals(Dictionaries):
    """SignalStore."""

    def __init__(self) -> None:
        self._state: dict[str, Any] = {"signals": {}}
        self._ids = count(1)

    async def put(self, signals: Sequence[Signal]) -> None:
        """Queue signals in the transaction that caused them."""
        for signal in signals:
            signal_id = next(self._ids)
            self._state["signals"][signal_id] = replace(signal, signal_id=signal_id)

    async def take(self, signals_max: int) -> list[Signal]:
        """Remove and return the oldest signals, in order."""
        waiting = self._state["signals"]
        return [waiting.pop(signal_id) for signal_id in list(islice(sorted(waiting), signals_max))]

    @property
    def waiting(self) -> int:
        """How many signals nobody has taken."""
        return len(self._state["signals"])
