"""Broadcasts become one send request per recipient, frozen when they start."""

from datetime import datetime, timedelta

from tieline.ids import keyed_hash
from tieline.model.signal import SendRequest
from tieline.ports import BroadcastStore, Started

RECIPIENTS_TOGETHER = 5_000
EXPIRES_AFTER = timedelta(days=1)


class BroadcastStage:
    """Plans what was started, a few thousand recipients in one transaction."""

    def __init__(self, store: BroadcastStore) -> None:
        self._store = store

    async def process(self, now: datetime) -> list[SendRequest]:
        """Return the next requests, none if nothing is to be planned."""
        broadcast = await self._store.next()
        if broadcast is None:
            return []
        recipients = await self._store.recipients(broadcast, RECIPIENTS_TOGETHER)
        await self._store.planned(broadcast, recipients, now, done=len(recipients) < RECIPIENTS_TOGETHER)
        return [self._request(broadcast, profile_id, now) for profile_id in recipients]

    def _request(self, broadcast: Started, profile_id: bytes, now: datetime) -> SendRequest:
        return SendRequest(
            workspace_id=broadcast.workspace_id,
            send_id=keyed_hash(profile_id, "broadcast", str(broadcast.workspace_id), broadcast.key),
            account=broadcast.account,
            origin=f"broadcast:{broadcast.key}",
            step="",
            person=profile_id,
            purpose=broadcast.purpose,
            messages=tuple(broadcast.messages),
            context={},
            at=now,
            expires_at=now + EXPIRES_AFTER,
        )
