"""Which sends travel in one call. Pure.

A group is frozen before its first call: its key and its members never change while the outcome is in doubt, because
LINE takes a request as a whole under one key.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

import msgspec

from tieline.ids import ID_BYTES, retry_key
from tieline.model.chunk import request_body
from tieline.model.send import Claimed, Prepared

MULTICAST_MAX = 500


class Call(NamedTuple):
    """One request to LINE: a push to one person, or a multicast of one body to several."""

    sends: tuple[Claimed, ...]
    retry_key: UUID
    chunk_id: bytes | None

    @property
    def sample(self) -> Claimed:
        """The send that stands for all: they share account, origin and body."""
        return self.sends[0]

    @property
    def units(self) -> tuple[Claimed, ...]:
        """What is written down each on its own: the sends."""
        return self.sends

    @property
    def size(self) -> int:
        """Messages that LINE counts."""
        return len(self.sends)

    @property
    def leaves_from(self) -> tuple[int, str]:
        """Workspace and account."""
        return self.sample.workspace_id, self.sample.account

    @property
    def endpoint(self) -> str:
        """Name of LINE's endpoint."""
        return "push" if len(self.sends) == 1 else "multicast"

    @property
    def earlier(self) -> int:
        """How many earlier attempts are in doubt."""
        return max(send.attempts for send in self.sends)

    def body(self) -> bytes:
        """Return the request body: the same bytes at every attempt."""
        users = [send.line_user for send in self.sends]
        to = msgspec.json.encode(users[0] if len(users) == 1 else users)
        return request_body(to, self.sample.messages, self.sample.unit)

    def prepared(self) -> list[Prepared]:
        """Return what is committed before the call."""
        return [
            Prepared(send.workspace_id, send.send_id, send.fence, self.retry_key, self.chunk_id)
            for send in self.sends
        ]


def group(claimed: Sequence[Claimed]) -> list[Call]:
    """Return the calls for `claimed`, in the order of their first member.

    A send that was called alone stays alone, and a group that was frozen stays together; only sends that were never
    called are grouped, by account, origin, step and body, no user twice in one group.
    """
    frozen: defaultdict[tuple[object, ...], list[Claimed]] = defaultdict(list)
    repeats: defaultdict[tuple[object, ...], int] = defaultdict(int)
    for send in claimed:
        if send.chunk_id is not None:
            frozen[send.workspace_id, send.chunk_id].append(send)
        elif send.attempts:
            frozen[send.workspace_id, send.send_id].append(send)
        else:
            alike = (
                send.workspace_id,
                send.account,
                send.origin,
                send.step,
                send.purpose,
                send.body_hash,
                send.unit,
            )
            turn = repeats[*alike, send.line_user]
            repeats[*alike, send.line_user] += 1
            frozen[*alike, turn].append(send)
    return [call for members in frozen.values() for call in _calls(members)]


def halves(call: Call) -> dict[bytes, bytes]:
    """Return the new group of each member (by send id) when a call is tried in two halves."""
    middle = (len(call.sends) + 1) // 2
    parts = (call.sends[:middle], call.sends[middle:])
    return {send.send_id: chunk_name(part) for part in parts for send in part}


def chunk_name(sends: Iterable[Claimed]) -> bytes:
    """Return 16 bytes that name a group by its members."""
    name = hashlib.blake2b(digest_size=ID_BYTES)
    for send_id in sorted(send.send_id for send in sends):
        name.update(send_id)
    return name.digest()


def _calls(members: list[Claimed]) -> list[Call]:
    members.sort(key=lambda send: send.send_id)
    chunk_id = members[0].chunk_id
    if chunk_id is not None:
        return [Call(tuple(members), retry_key(chunk_id.hex()), chunk_id)]
    calls = []
    for start in range(0, len(members), MULTICAST_MAX):
        part = tuple(members[start : start + MULTICAST_MAX])
        name = chunk_name(part) if len(part) > 1 else None
        calls.append(Call(part, retry_key((name or part[0].send_id).hex()), name))
    return calls
