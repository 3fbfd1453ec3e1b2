"""A small world for the sender: real stage, sender and LINE client, the simulated LINE platform, stores in memory.

Every call to a store or to LINE is a boundary at which the process can die or someone can withdraw.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from tieline.channel.line.client import LineClient
from tieline.channel.line.secrets import Vault
from tieline.clock import FakeClock
from tieline.deliver.sender import Sender, SenderLimits
from tieline.deliver.stage import DeliverStage
from tieline.ids import SeededIds, keyed_hash
from tieline.model.identity import Node, Placed
from tieline.model.profile import ConsentEvent, Fact, FactKind
from tieline.model.send import OPEN, Answer, SendState
from tieline.model.signal import Said, SendRequest
from tieline.simulator.platform import LinePlatform
from tieline.simulator.settings import SimulatorSettings
from tieline.simulator.transport import SimulatedTransport
from tieline.store.memory.deliver import MemorySends
from tieline.store.memory.facts import MemoryFacts
from tieline.store.memory.log import MemoryLog
from tieline.store.memory.unit import Dictionaries, MemoryUnit

WORKSPACE = 1
ACCOUNT = "brand"
START = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
PLAIN = ({"type": "text", "text": "Sale today"},)
PERSONAL = ({"type": "text", "text": "Hello {{ profile.name }}"},)


class Killed(BaseException):
    """The process is gone."""


class Heard(Dictionaries):
    """News that is part of the transaction."""

    def __init__(self) -> None:
        self._state: dict[str, Any] = {"said": []}

    @property
    def said(self) -> list[Said]:
        said: list[Said] = self._state["said"]
        return said

    def hear(self, events: Sequence[Said]) -> None:
        self._state["said"].extend(events)


class Channel:
    channel_id = "100"

    def __init__(self, sealed: bytes) -> None:
        self.channel_secret = sealed


class World:
    """Everything but the moment at which it breaks."""

    def __init__(self, people: int, seed: int = 1) -> None:
        self.clock = FakeClock(START)
        self.platform = LinePlatform(SimulatorSettings(seed=seed))
        self.line = self.platform.add_account("100", "secret", "900")
        self.users = self.platform.add_people(self.line, people, seed=seed)
        self.nodes = [keyed_hash(b"k", "line:900", user) for user in self.users]
        self.placed = [
            Placed(Node(n, "line:900", u, START), n, n) for n, u in zip(self.nodes, self.users, strict=True)
        ]
        self.facts = MemoryFacts(lambda _: self.placed)
        self.paused: set[tuple[int, str]] = set()
        self.store = MemorySends(lambda _: self.placed, self.facts, self.paused)
        self.log = MemoryLog()
        self.heard = Heard()
        # A withdrawal is a transaction of its own: it stands although the sender dies.
        self.unit = MemoryUnit(self.store, self.heard)
        self.ids = SeededIds(seed)
        vault = Vault(b"k" * 32)
        channel = Channel(vault.seal("secret", WORKSPACE, ACCOUNT))
        self.client = LineClient(
            "https://line.test",
            "https://data.line.test",
            {(WORKSPACE, ACCOUNT): channel},
            vault,
            self.clock,
            SimulatedTransport(self.platform, self.clock.now),
        )
        self.withdrawn: set[str] = set()
        self.started: list[tuple[frozenset[str], frozenset[str]]] = []
        self.boundaries = 0
        self.at_boundary: Callable[[int, str], None] = lambda _number, _name: None
        self.key_of: Callable[[UUID], UUID] = lambda key: key

    async def befriend(self) -> None:
        """Let everyone be a friend with consent and a name."""
        source = "line-brand"
        await self.facts.save_facts(
            WORKSPACE, [Fact(node, FactKind.FRIENDSHIP, ACCOUNT, source, True, START) for node in self.nodes]
        )
        names = [
            Fact(node, FactKind.TRAIT, "name", source, f"N{i}", START) for i, node in enumerate(self.nodes)
        ]
        await self.facts.save_facts(WORKSPACE, names)
        for number in range(len(self.nodes)):
            self._consent(number, granted=True, at=START)

    def withdraw(self, number: int) -> None:
        """Commit one person's withdrawal."""
        self._consent(number, granted=False, at=START + timedelta(seconds=1))
        self.withdrawn.add(self.users[number])

    def _consent(self, number: int, *, granted: bool, at: datetime) -> None:
        event = ConsentEvent(
            self.nodes[number], "marketing", "line", granted, "test", "", {}, "line-brand",
            keyed_hash(b"e", str(number), str(granted)), at, at,
        )  # fmt: skip
        self.facts._state["consents"][WORKSPACE, event.event_key, "marketing", "line"] = event

    async def plan(self, messages: Any = PLAIN, **changes: Any) -> list[Said]:
        """Plan one send per person."""
        return await self.plan_these(
            [self.request(number, messages, **changes) for number in range(len(self.nodes))]
        )

    async def plan_these(self, requests: Sequence[SendRequest]) -> list[Said]:
        """Plan what is asked for."""
        stage = DeliverStage(self.store, self.ids, self.clock, "https://brand.test")
        async with self.unit.transaction():
            return await stage.process(requests)

    def request(self, number: int, messages: Any = PLAIN, **changes: Any) -> SendRequest:
        fields: dict[str, Any] = {
            "workspace_id": WORKSPACE,
            "send_id": keyed_hash(b"s", str(number)),
            "account": ACCOUNT,
            "origin": "broadcast:sale",
            "step": "",
            "person": self.nodes[number],
            "purpose": "marketing",
            "messages": tuple(messages),
            "context": {},
            "at": START,
            **changes,
        }
        return SendRequest(**fields)

    def sender(self, **limits: int) -> Sender:
        """A process that starts now."""
        return Sender(
            Breaking(self, self.unit, ("transaction",)),
            Breaking(self, self.store, ("claim", "prepare", "gate", "settle")),
            self.log,
            Calls(self),
            News(self.heard),
            self.ids,
            SenderLimits(**limits) if limits else None,
        )

    def boundary(self, name: str) -> None:
        self.boundaries += 1
        self.at_boundary(self.boundaries, name)

    async def run(self, sender: Sender, hours: float = 30.0) -> None:
        """Step until nothing is open; time passes whenever there is nothing to do."""
        until = self.clock.now() + timedelta(hours=hours)
        while self.open() and self.clock.now() < until:
            handled = await sender.step(self.clock.now())
            await sender.land(1)
            if not handled:
                self.clock.advance(self._pause())
        await sender.close(self.clock.now())

    def _pause(self) -> timedelta:
        due = min((row.due_at for row in self.open()), default=self.clock.now())
        return max(due - self.clock.now(), timedelta(milliseconds=100))

    def open(self) -> list[Any]:
        return [row for row in self.store.rows.values() if row.state in OPEN]

    def states(self) -> dict[SendState, int]:
        found: dict[SendState, int] = {}
        for row in self.store.rows.values():
            found[row.state] = found.get(row.state, 0) + 1
        return found

    def doubles(self) -> int:
        return int(self.line.ledger.facts()["duplicate_deliveries"])

    def late_calls(self) -> list[frozenset[str]]:
        """Calls that started although one of their people had withdrawn."""
        return [users & gone for users, gone in self.started if users & gone]


class News:
    def __init__(self, heard: Heard) -> None:
        self._heard = heard

    async def said(self, events: Sequence[Said]) -> None:
        self._heard.hear(events)


class Breaking:
    """A store whose every named call is a boundary, before and after."""

    def __init__(self, world: World, inner: Any, names: Iterable[str]) -> None:
        self._world = world
        self._inner = inner
        self._names = frozenset(names)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name not in self._names:
            return found
        if name == "transaction":
            self._world.boundary("begin")
            return found

        async def broken(*values: Any) -> Any:
            self._world.boundary(name)
            result = await found(*values)
            if name != "gate":
                self._world.boundary(f"{name} done")
            return result

        return broken


class Calls:
    """LineApi whose starts are recorded, with who had withdrawn by then."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def ready(self, workspace_id: int, account: str) -> None:
        await self._world.client.ready(workspace_id, account)

    async def push(self, workspace_id: int, account: str, body: bytes, retry_key: UUID) -> Answer:
        return await self._call(self._world.client.push, workspace_id, account, body, retry_key)

    async def multicast(self, workspace_id: int, account: str, body: bytes, retry_key: UUID) -> Answer:
        return await self._call(self._world.client.multicast, workspace_id, account, body, retry_key)

    async def quota(self, workspace_id: int, account: str) -> Answer:
        return await self._world.client.quota(workspace_id, account)

    async def consumption(self, workspace_id: int, account: str) -> Answer:
        return await self._world.client.consumption(workspace_id, account)

    async def _call(self, send: Any, workspace_id: int, account: str, body: bytes, retry_key: UUID) -> Answer:
        world = self._world
        users = frozenset(user for user in world.users if user.encode() in body)
        world.started.append((users, frozenset(world.withdrawn)))
        answer: Answer = await send(workspace_id, account, body, world.key_of(retry_key))
        return answer


async def drop(sender: Sender) -> None:
    """Forget a process that was killed; what it had in flight may still arrive."""
    flights = list(sender.flights)
    for flight in flights:
        flight.cancel()
    await asyncio.gather(*flights, return_exceptions=True)
