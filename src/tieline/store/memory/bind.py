"""Nonces of account binding, and what is bound, in memory."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from tieline.model.identity import EMAIL, MEMBER, PHONE, Placed
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


class MemoryBonds(Dictionaries):
    """Bonds.

    Args:
        placed: Return every node of a workspace with its place.
    """

    def __init__(self, placed: Callable[[int], Sequence[Placed]]) -> None:
        self._placed = placed
        self._state: dict[str, Any] = {"left": []}

    @property
    def gone(self) -> Sequence[tuple[int, str, str]]:
        """Who left: workspace, account and LINE user id of each."""
        gone: Sequence[tuple[int, str, str]] = self._state["left"]
        return gone

    async def others(
        self, workspace_id: int, node_ids: Sequence[bytes]
    ) -> Mapping[bytes, Sequence[tuple[str, str]]]:
        """Return the member numbers, telephones and addresses of each one's person, sorted; nobody who has none."""
        everybody = self._placed(workspace_id)
        profile_of = {one.node.node_id: one.profile_id for one in everybody}
        found = {
            node_id: sorted(
                (one.node.namespace, one.node.value)
                for one in everybody
                if one.profile_id == profile_of.get(node_id) and one.node.namespace in {MEMBER, PHONE, EMAIL}
            )
            for node_id in node_ids
        }
        return {node_id: others for node_id, others in found.items() if others}

    async def left(self, workspace_id: int, account: str, line_user: str, now: datetime) -> None:
        """Note that somebody left."""
        del now
        self._state["left"] = [*self.gone, (workspace_id, account, line_user)]
