"""Other systems are kept told who is in a segment: once in full, then who entered and left, in order, signed.

Calls are signed as Standard Webhooks says: the header `webhook-signature` is `v1,` and the base64 of HMAC-SHA256 over
`id.timestamp.body` under the destination's secret. A call may come twice; its id is the same then.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from tieline.connect.outgoing import Outcome, OutgoingCaller
from tieline.model.destination import Change, Destination, Waiting
from tieline.ports import DestinationStore, Transaction

PEOPLE_PER_CALL = 500
CALLS_TOGETHER = 20
ATTEMPTS_MAX = 12
LEASE = timedelta(minutes=2)
Identifiers = Mapping[bytes, Mapping[str, Sequence[str]]]


class SyncLoop:
    """Writes calls for what changed, and makes those that are due.

    Args:
        unit: Transactions that `store` shares.
        store: Destinations, changes and calls.
        caller: Posts them.
        secret: Opens the secret of a destination.
    """

    def __init__(
        self,
        unit: Transaction,
        store: DestinationStore,
        caller: OutgoingCaller,
        secret: Callable[[Destination], str],
    ) -> None:
        self._unit = unit
        self._store = store
        self._caller = caller
        self._secret = secret

    async def step(self, now: datetime) -> int:
        """Do what there is to do; return how much that was."""
        return await self._write(now) + await self._call(now)

    async def _write(self, now: datetime) -> int:
        async with self._unit.transaction():
            written = 0
            for destination in await self._store.wanting_full():
                people = await self._store.everybody(destination)
                await self._store.drop_calls(destination)
                for body in full(destination, people, now):
                    await self._store.put(destination, body, now)
                    written += 1
                await self._store.told_in_full(destination, now)
            for destination, changes, people in await self._store.changed():
                for body in deltas(destination, changes, people):
                    await self._store.put(destination, body, now)
                    written += 1
        return written

    async def _call(self, now: datetime) -> int:
        async with self._unit.transaction():
            due = await self._store.due(now, now + LEASE, CALLS_TOGETHER)
        for waiting in due:
            body = {"id": waiting.call_id, **waiting.body}
            headers = signed(self._secret(waiting.destination), waiting.call_id, now, body)
            outcome = await self._caller.post(waiting.destination.url, body, headers)
            async with self._unit.transaction():
                await self._settle(waiting, outcome, now)
        return len(due)

    async def _settle(self, waiting: Waiting, outcome: Outcome, now: datetime) -> None:
        if outcome.ok:
            await self._store.done(waiting, now)
        elif outcome.again and waiting.attempts + 1 < ATTEMPTS_MAX:
            rest = timedelta(seconds=min(5 * 2**waiting.attempts, 3600))
            await self._store.again(waiting, now + rest, outcome.reason)
        else:
            await self._store.failing(waiting.destination, outcome.reason, now)


def full(destination: Destination, people: Identifiers, now: datetime) -> list[dict[str, Any]]:
    """Return the calls that say everybody who is in; the other side replaces what it had from page 1 on."""
    ids = sorted(people)
    pages = [ids[start : start + PEOPLE_PER_CALL] for start in range(0, len(ids), PEOPLE_PER_CALL)] or [[]]
    return [
        {
            "type": "segment.full",
            "segment": destination.segment,
            "at": now.isoformat(),
            "page": number,
            "pages": len(pages),
            "members": [_person(one, people) for one in page],
        }
        for number, page in enumerate(pages, start=1)
    ]


def deltas(destination: Destination, changes: Sequence[Change], people: Identifiers) -> list[dict[str, Any]]:
    """Return the calls that say who entered and who left; of one person only the last word."""
    last = {change.profile_id: change for change in changes}
    kept = sorted(last.values(), key=lambda change: change.change_id)
    return [
        {
            "type": "segment.changed",
            "segment": destination.segment,
            "at": some[-1].at.isoformat(),
            "entered": [_person(change.profile_id, people) for change in some if change.entered],
            "exited": [_person(change.profile_id, people) for change in some if not change.entered],
        }
        for some in (kept[start : start + PEOPLE_PER_CALL] for start in range(0, len(kept), PEOPLE_PER_CALL))
    ]


def signed(secret: str, call_id: str, now: datetime, body: Any) -> dict[str, str]:
    """Return the headers that prove a call is ours and whole."""
    timestamp = str(int(now.timestamp()))
    said = b".".join((call_id.encode(), timestamp.encode(), msgspec.json.encode(body)))
    proof = base64.b64encode(hmac.new(secret.encode(), said, hashlib.sha256).digest()).decode()
    return {"webhook-id": call_id, "webhook-timestamp": timestamp, "webhook-signature": f"v1,{proof}"}


def _person(profile_id: bytes, people: Identifiers) -> dict[str, Any]:
    return {"profile_id": profile_id.hex(), "identifiers": people.get(profile_id, {})}
