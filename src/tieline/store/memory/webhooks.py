"""Calls to other systems in memory."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from tieline.model.signal import DueCall, WebhookCall
from tieline.store.memory.unit import Dictionaries


class CallRow(msgspec.Struct, frozen=True):
    """A call with what became of it: planned, done or failed."""

    call: WebhookCall
    not_before_at: datetime
    state: str = "planned"
    reason: str = ""
    attempts: int = 0


class MemoryWebhooks(Dictionaries):
    """WebhookStore."""

    def __init__(self) -> None:
        self._state: dict[str, Any] = {"calls": {}}

    @property
    def rows(self) -> Mapping[tuple[int, bytes], CallRow]:
        """Every call by (workspace_id, call_id)."""
        rows: Mapping[tuple[int, bytes], CallRow] = self._state["calls"]
        return rows

    async def put(self, calls: Sequence[WebhookCall]) -> None:
        """Queue calls, each once."""
        for call in calls:
            self._state["calls"].setdefault((call.workspace_id, call.call_id), CallRow(call, call.at))

    async def due(self, now: datetime, most: int) -> list[DueCall]:
        """Return due calls."""
        waiting = [row for row in self.rows.values() if row.state == "planned" and row.not_before_at <= now]
        waiting.sort(key=lambda row: row.not_before_at)
        return [
            DueCall(row.call.workspace_id, row.call.call_id, row.call.url, row.call.body, row.attempts)
            for row in waiting[:most]
        ]

    async def settle(self, call: DueCall, state: str, reason: str, again_at: datetime) -> None:
        """Write down what became of an attempt."""
        name = (call.workspace_id, call.call_id)
        self._state["calls"][name] = CallRow(self.rows[name].call, again_at, state, reason, call.attempts + 1)
