"""The outbox in memory."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from tieline.model.identity import LINE, Node, Placed
from tieline.model.profile import Fact, FactKind, granted
from tieline.model.send import (
    OPEN,
    Claimed,
    Held,
    Prepared,
    Recent,
    Send,
    SendState,
    Settled,
    Standing,
    TrackedLink,
)
from tieline.store.memory.facts import MemoryFacts
from tieline.store.memory.unit import Dictionaries

Name = tuple[int, bytes]
TRANSACTIONAL = "transactional"


class SendRow(msgspec.Struct, frozen=True):
    """A send with everything that happened to it."""

    send: Send
    state: SendState
    reason: str
    due_at: datetime
    chunk_id: bytes | None = None
    first_attempt_at: datetime | None = None
    attempts: int = 0
    fence: int = 0
    request_id: str = ""
    billed: int = 0
    settled_at: datetime | None = None


class MemorySends(Dictionaries):
    """SendStore.

    Args:
        placed: Returns all nodes of a workspace with the profile each belongs to now.
        facts: Holds friendships, traits and consents.
        paused: (workspace_id, account) pairs that may not send now.
    """

    def __init__(
        self,
        placed: Callable[[int], Sequence[Placed]],
        facts: MemoryFacts,
        paused: Collection[tuple[int, str]] = (),
        browsers: Collection[str] = (),
    ) -> None:
        self._placed = placed
        self._facts = facts
        self._paused = paused
        self._browsers = browsers
        self.golden: dict[int, Mapping[str, Any]] = {}
        self._state: dict[str, Any] = {"rows": {}, "links": {}}
        self.halted: set[tuple[int, str]] = set()

    @property
    def rows(self) -> dict[Name, SendRow]:
        """Every send by (workspace_id, send_id)."""
        rows: dict[Name, SendRow] = self._state["rows"]
        return rows

    @property
    def links(self) -> dict[str, TrackedLink]:
        """Every tracked link by its token."""
        links: dict[str, TrackedLink] = self._state["links"]
        return links

    async def standing(self, workspace_id: int, node_ids: Sequence[bytes]) -> dict[bytes, Standing]:
        """Return where the person behind each node may be written to now."""
        placed = {place.node.node_id: place for place in self._placed(workspace_id)}
        asked = [placed[node_id] for node_id in node_ids if node_id in placed]
        loaded = await self._facts.load(workspace_id, [place.profile_id for place in asked])
        return {
            place.node.node_id: Standing(
                namespace=place.node.namespace,
                value=place.node.value,
                on_line=any(
                    _is_line(node.namespace) and placed[node.node_id].core
                    for node in loaded.nodes[place.profile_id]
                ),
                friends=_friends(placed, _proven(placed, loaded.facts.get(place.profile_id, ()))),
                consents=frozenset(
                    granted(
                        event
                        for event in loaded.consents.get(place.profile_id, ())
                        if placed[event.node_id].core or not event.granted
                    )
                ),
            )
            for place in asked
        }

    async def traits(self, workspace_id: int, node_ids: Sequence[bytes]) -> dict[bytes, dict[str, Any]]:
        """Return the best value of every trait of the person behind each node, for a message."""
        placed = {place.node.node_id: place for place in self._placed(workspace_id)}
        asked = {node_id: placed[node_id].profile_id for node_id in node_ids if node_id in placed}
        loaded = await self._facts.load(workspace_id, list(asked.values()))
        return {
            node_id: self._traits(workspace_id, _proven(placed, loaded.facts.get(profile_id, ())))
            for node_id, profile_id in asked.items()
        }

    def _traits(self, workspace_id: int, facts: Iterable[Fact]) -> dict[str, Any]:
        golden = self.golden.get(workspace_id, {})

        def rank(fact: Fact) -> tuple[Any, ...]:
            trusted = golden.get(fact.name, {}).get("sources", ())
            named = fact.source if fact.source in trusted else fact.source.partition(":")[0]
            place = trusted.index(named) if named in trusted else len(trusted)
            return (-place, fact.source not in self._browsers, fact.at, fact.source)

        best: dict[str, Fact] = {}
        for fact in facts:
            if fact.kind is FactKind.TRAIT:
                held = best.get(fact.name)
                if held is None or rank(fact) > rank(held):
                    best[fact.name] = fact
        return {name: fact.value for name, fact in best.items() if fact.value is not None}

    async def add(self, sends: Sequence[Send], links: Sequence[TrackedLink]) -> set[bytes]:
        """Keep sends that are not there yet, with their links."""
        new = {send.send_id for send in sends if (send.workspace_id, send.send_id) not in self.rows}
        for send in sends:
            if send.send_id in new:
                row = SendRow(send, send.state, send.reason, send.due_at)
                self.rows[send.workspace_id, send.send_id] = row
        self.links.update({link.token: link for link in links if link.send_id in new})
        return new

    async def claim(
        self, now: datetime, sends_max: int, resting: Collection[tuple[int, str]]
    ) -> list[Claimed]:
        """Return sends that are due, earliest first."""
        rests = set(resting)
        due = sorted(
            (row.due_at, name)
            for name, row in self.rows.items()
            if row.state in OPEN and row.due_at <= now and (name[0], row.send.account) not in rests
        )[:sends_max]
        names = dict.fromkeys(name for _, name in due)
        chunks = {(name[0], self.rows[name].chunk_id) for name in names if self.rows[name].chunk_id}
        for name, row in self.rows.items():
            if row.state in OPEN and (name[0], row.chunk_id) in chunks:
                names[name] = None
        placed = {
            (workspace_id, place.node.node_id): place.node
            for workspace_id in {name[0] for name in names}
            for place in self._placed(workspace_id)
        }
        return [
            _claimed(self.rows[name], placed.get((name[0], self.rows[name].send.person))) for name in names
        ]

    async def prepare(self, prepared: Sequence[Prepared], now: datetime, lease_until: datetime) -> None:
        """Note group, first attempt, fence and lease."""
        for one in prepared:
            row = self.rows[one.workspace_id, one.send_id]
            self.rows[one.workspace_id, one.send_id] = msgspec.structs.replace(
                row,
                state=SendState.PREPARED,
                chunk_id=one.chunk_id,
                first_attempt_at=row.first_attempt_at or now,
                attempts=row.attempts + 1,
                fence=one.fence,
                due_at=lease_until,
            )

    async def recent(
        self, workspace_id: int, node_ids: Sequence[bytes], since: datetime
    ) -> dict[bytes, list[Recent]]:
        """Return the marketing messages of the person behind each node: open ones, and accepted ones since then."""
        profile_of = {place.node.node_id: place.profile_id for place in self._placed(workspace_id)}
        found: defaultdict[bytes, list[Recent]] = defaultdict(list)
        for (owner, send_id), row in self.rows.items():
            profile_id = profile_of.get(row.send.person)
            counts = row.state in OPEN or (
                row.state is SendState.ACCEPTED and row.settled_at is not None and row.settled_at > since
            )
            if owner != workspace_id or not counts or row.send.purpose == TRANSACTIONAL or profile_id is None:
                continue
            free = row.state is SendState.PLANNED and not row.attempts
            one = Recent(send_id, profile_id, row.send.restraint.priority, row.settled_at, free)
            for node in node_ids:
                if profile_of.get(node) == profile_id:
                    found[node].append(one)
        return dict(found)

    async def withdraw(self, workspace_id: int, send_ids: Sequence[bytes], reason: str, at: datetime) -> None:
        """Suppress planned sends for which no call was made."""
        for send_id in send_ids:
            row = self.rows.get((workspace_id, send_id))
            if row is not None and row.state is SendState.PLANNED and not row.attempts:
                self.rows[workspace_id, send_id] = msgspec.structs.replace(
                    row, state=SendState.SUPPRESSED, reason=reason, settled_at=at
                )

    async def gate(self, sends: Sequence[Claimed], now: datetime) -> dict[Name, Held]:
        """Read what stands now."""
        people: defaultdict[int, list[bytes]] = defaultdict(list)
        for send in sends:
            people[send.workspace_id].append(send.person)
        standings = {
            workspace_id: await self.standing(workspace_id, nodes) for workspace_id, nodes in people.items()
        }
        return {
            (send.workspace_id, send.send_id): Held(
                fence=self.rows[send.workspace_id, send.send_id].fence,
                account_live=(send.workspace_id, send.account) not in self._paused,
                standing=standings[send.workspace_id].get(send.person),
                halted=bool(self.halted & {(send.workspace_id, send.origin), (send.workspace_id, "*")}),
                had=await self._had(send, now),
            )
            for send in sends
            if (send.workspace_id, send.send_id) in self.rows
        }

    async def _had(self, send: Claimed, now: datetime) -> int:
        cap = send.restraint.cap
        if cap is None:
            return 0
        recent = await self.recent(send.workspace_id, [send.person], now - timedelta(days=cap.days))
        return sum(one.settled_at is not None for one in recent.get(send.person, ()))

    async def settle(self, settled: Sequence[Settled], at: datetime) -> set[Name]:
        """Write down what became of attempts."""
        taken: set[Name] = set()
        for one in settled:
            name = (one.workspace_id, one.send_id)
            row = self.rows.get(name)
            if row is None or row.fence != one.fence or row.state is not SendState.PREPARED:
                continue
            attempts = row.attempts if one.called else row.attempts - 1
            self.rows[name] = msgspec.structs.replace(
                row,
                state=one.state,
                reason=one.reason,
                chunk_id=one.chunk_id,
                attempts=attempts,
                first_attempt_at=row.first_attempt_at if attempts else None,
                due_at=one.due_at,
                request_id=one.request_id or row.request_id,
                billed=one.billed,
                settled_at=None if one.state in OPEN else at,
            )
            taken.add(name)
        return taken

    async def accepted_since(self, workspace_id: int, account: str, since: datetime) -> int:
        """Return how many messages LINE has accepted, and counts, since then."""
        return sum(
            row.billed
            for (owner, _), row in self.rows.items()
            if owner == workspace_id
            and row.send.account == account
            and row.settled_at
            and row.settled_at >= since
        )

    async def resume(self, workspace_id: int, origin: str, reason: str, at: datetime) -> int:
        """Plan again what was parked for `reason` and is certain not to have left."""
        found = [
            (name, row)
            for name, row in self.rows.items()
            if name[0] == workspace_id
            and row.send.origin == origin
            and (row.state, row.reason, row.attempts) == (SendState.PARKED, reason, 0)
        ]
        for name, row in found:
            self.rows[name] = msgspec.structs.replace(
                row, state=SendState.PLANNED, reason="", due_at=at, chunk_id=None, settled_at=None
            )
        return len(found)


def _claimed(row: SendRow, node: Node | None) -> Claimed:
    send = row.send
    return Claimed(
        workspace_id=send.workspace_id,
        send_id=send.send_id,
        account=send.account,
        origin=send.origin,
        step=send.step,
        person=send.person,
        namespace=node.namespace if node else "",
        value=node.value if node else "",
        line_user=send.line_user,
        purpose=send.purpose,
        messages=send.messages or b"[]",
        body_hash=send.body_hash or b"",
        chunk_id=row.chunk_id,
        first_attempt_at=row.first_attempt_at,
        attempts=row.attempts,
        fence=row.fence + 1,
        expires_at=send.expires_at,
        restraint=send.restraint,
        unit=send.unit,
        reserved=None,
    )


def _is_line(namespace: str) -> bool:
    return namespace == LINE or namespace.startswith(f"{LINE}:")


def _proven(placed: dict[bytes, Placed], facts: Iterable[Fact]) -> list[Fact]:
    """Return the facts about what is proven to be the person."""
    return [fact for fact in facts if placed[fact.node_id].core]


def _friends(placed: dict[bytes, Placed], facts: Iterable[Fact]) -> dict[str, tuple[str, ...]]:
    """Return friends by account; each LINE user's newest word counts, and of two at once the refusal."""
    latest: dict[tuple[str, bytes], Fact] = {}
    for fact in facts:
        if fact.kind is not FactKind.FRIENDSHIP or not _is_line(placed[fact.node_id].node.namespace):
            continue
        held = latest.get((fact.name, fact.node_id))
        if held is None or (fact.at, fact.value is not True) > (held.at, held.value is not True):
            latest[fact.name, fact.node_id] = fact
    friends: defaultdict[str, list[str]] = defaultdict(list)
    for fact in sorted(latest.values(), key=lambda fact: (fact.at, fact.node_id), reverse=True):
        if fact.value is True:
            friends[fact.name].append(placed[fact.node_id].node.value)
    return {account: tuple(users) for account, users in friends.items()}
