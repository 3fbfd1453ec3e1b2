"""Nonces of account binding in memory."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from tieline.ports.binding import Bound
from tieline.store.memory.unit import Dictionaries


class NonceRow(msgspec.Struct, frozen=True):
    """Whom a nonce stands for, until when, and the webhook event that brought it back; "" is none yet."""

    member_id: str
    expires_at: datetime
    used_by: str = ""
    consents: bool = False


class MemoryNonces(Dictionaries):
    """Resolves the nonce that LINE's signed webhook brings back."""

    def __init__(self) -> None:
        self._state: dict[str, Any] = {"nonces": {}}

    @property
    def rows(self) -> Mapping[tuple[int, str, str], NonceRow]:
        """Every nonce by (workspace_id, account, nonce)."""
        rows: Mapping[tuple[int, str, str], NonceRow] = self._state["nonces"]
        return rows

    def add(self, workspace_id: int, account: str, nonce: str, member_id: str, expires_at: datetime) -> None:
        """Keep whom a nonce stands for until LINE brings it back."""
        self._state["nonces"][workspace_id, account, nonce] = NonceRow(member_id, expires_at)

    async def redeem(
        self, workspace_id: int, account: str, nonce: str, event_id: str, now: datetime
    ) -> Bound | None:
        """Return whom a nonce stands for; the same webhook event may ask again, another may not."""
        name = (workspace_id, account, nonce)
        row: NonceRow | None = self._state["nonces"].get(name)
        if row is None or (row.used_by != event_id if row.used_by else row.expires_at <= now):
            return None
        self._state["nonces"][name] = msgspec.structs.replace(row, used_by=event_id)
        return Bound(row.member_id, row.consents)
