"""A brand whose time is told by the test: real loops over stores in memory, a simulated LINE, and everybody's phone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec

from tieline.channel.line.client import LineClient
from tieline.channel.line.secrets import KEY_BYTES, Vault
from tieline.clock import FakeClock
from tieline.model.broadcast import Broadcast
from tieline.model.event import IDENTITY_DECIDED, LogKind, NewLogRow, Source
from tieline.model.reply import AutoReply
from tieline.simulator import phone
from tieline.simulator.platform import LinePlatform
from tieline.simulator.settings import SimulatorSettings
from tieline.simulator.transport import SimulatedTransport
from tieline.simulator.webhooks import WebhookBehaviour, WebhookCall
from tieline.store.memory.deliver import SendRow
from tieline.testing import installation, scenario
from tieline.testing.database import Session
from tieline.testing.dice import Dice
from tieline.testing.simulate import LineAccount
from tieline.testing.stores import Stores

ROUNDS_MAX = 500
"""Rounds in which everything must come to rest."""
SENDING = ("/v2/bot/message/push", "/v2/bot/message/multicast")


@dataclass(frozen=True)
class Heard:
    """One message on somebody's phone."""

    at: datetime
    user: str
    messages: list[Any]


class Killed(Exception):  # noqa: N818 - what happens to a process, not what is wrong
    """The process is gone."""


class Phones(httpx.AsyncBaseTransport):
    """Carries calls to LINE, and keeps their paths and what arrives on phones."""

    def __init__(self, line: SimulatedTransport, clock: FakeClock) -> None:
        self._line = line
        self._clock = clock
        self.heard: list[Heard] = []
        self.called: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one call."""
        self.called.append(request.url.path)
        answer = await self._line.handle_async_request(request)
        if request.url.path in SENDING and answer.status_code == httpx.codes.OK:
            said = msgspec.json.decode(await request.aread())
            users = said["to"] if isinstance(said["to"], list) else [said["to"]]
            self.heard += [Heard(self._clock.now(), user, said["messages"]) for user in users]
        return answer


class Story:
    """What happens to one brand and its people, moment by moment.

    Args:
        at: When it begins.
        people: How many people could become friends.
        zone: Time zone of the brand.

    Attributes:
        dies: The process that `kill_after` and `kill_before` are about.
        kill_after: Statements after which it is killed, once; None lets it live.
        kill_before: Statement before which it is killed, once, as `Store.method`.
        webhooks: Every webhook that arrived, as it came.
    """

    def __init__(self, at: datetime, people: int = 3, zone: str = scenario.ZONE) -> None:
        self.clock = FakeClock(at.astimezone(UTC))
        self.stores = Stores(zone)
        self.platform = LinePlatform(SimulatorSettings(seed=1))
        self.account = self.platform.add_account(
            scenario.CHANNEL,
            scenario.CHANNEL_SECRET,
            scenario.PROVIDER,
            webhooks=WebhookBehaviour(url="http://tieline.example/line/main/webhook"),
        )
        self.users = self.platform.add_people(self.account, people, seed=1, friends=False)
        self.phones = Phones(SimulatedTransport(self.platform, self.clock.now), self.clock)
        self._told = 0
        self.dies = "send"
        self.kill_after: int | None = None
        self.kill_before = ""
        self.webhooks: list[WebhookCall] = []
        self.restart()

    def restart(self) -> None:
        """Let every process die and start again; only what was stored is known."""
        dice = Dice(1, "story")
        vault = Vault(bytes(KEY_BYTES))
        sealed = vault.seal(scenario.CHANNEL_SECRET, scenario.WORKSPACE, scenario.ACCOUNT)
        accounts = {(scenario.WORKSPACE, scenario.ACCOUNT): LineAccount(scenario.CHANNEL, sealed)}
        url = "http://line.example"
        client = LineClient(url, url, accounts, vault, self.clock, self.phones)
        self.stores.reindex()
        stores, clock = self.stores, self.clock
        absorb = installation.absorb(stores, self._session("absorb"), clock, dice)
        remember = installation.remember(stores, self._session("remember"), clock, stores.history)
        advance = installation.advance(stores, self._session("advance"), clock, dice)
        broadcast = installation.broadcast(stores, self._session("broadcast"), clock, dice)
        self._send = installation.send(stores, self._session("send"), clock, client, dice)  # type: ignore[arg-type] # a client can be called as it is
        reply = installation.reply(stores, self._session("reply"), clock, client)
        self._steps = (
            absorb.step, remember.step, advance.step, broadcast.step, self._send.step, reply.step,
        )  # fmt: skip
        self._api = self._session("api")

    async def segment(self, key: str, condition: Mapping[str, Any]) -> None:
        """Save a segment."""
        await self.stores.segments.put(scenario.WORKSPACE, key, key, condition, "ann", self.clock.now())
        self.stores.journeys.define(scenario.WORKSPACE, key, condition)

    async def journey(self, definition: Mapping[str, Any]) -> None:
        """Save a journey and switch it on."""
        key, name = definition["key"], definition["name"]
        await self.stores.journeys.put(
            scenario.WORKSPACE, key, name, definition, "live", "ann", self.clock.now()
        )
        await self.pass_by(seconds=2)  # journeys are read again once a second

    async def answer(self, key: str, definition: Mapping[str, Any]) -> None:
        """Save an auto-reply and switch it on."""
        await self.stores.auto_replies.put(AutoReply(scenario.WORKSPACE, key, definition))

    async def broadcast(self, key: str, **said: Any) -> None:
        """Start a broadcast."""
        whole = Broadcast(**{"account": scenario.ACCOUNT, "purpose": "marketing", **said})
        await self.stores.broadcasts.start(scenario.WORKSPACE, key, whole, self.clock.now())
        await self.settle()

    async def pool(self, key: str, *codes: str) -> None:
        """Fill a coupon pool."""
        self.stores.journeys.stock(scenario.WORKSPACE, {key: codes}, {})

    async def item(self, catalog: str, key: str, **data: Any) -> None:
        """Put an item into a catalog."""
        self.stores.journeys.stock(scenario.WORKSPACE, {}, {catalog: {key: data}})

    async def tell(self, *items: Mapping[str, Any], source: Source = scenario.SHOP) -> None:
        """Send items of Segment's API, as of now, and let everything come to rest."""
        now = self.clock.now()
        said = []
        for item in items:
            self._told += 1
            said.append({"messageId": f"m{self._told}", "timestamp": now.isoformat(), **item})
        body = msgspec.json.encode({"batch": said, "sentAt": now.isoformat()})
        kind = LogKind.OWN if source is scenario.OWN else LogKind.BATCH
        await self._store(source, kind, len(said), body)
        await self.settle()

    async def befriend(self, number: int = 0, member: str = "M1", *, consent: bool = True) -> str:
        """Let a member follow the account and say yes to marketing; return the LINE user."""
        user = self.users[number]
        await self.follow(number)
        ids = [{"type": scenario.LINE_NAMESPACE, "id": user}]
        await self.tell({"type": "identify", "userId": member, "context": {"externalIds": ids}})
        if consent:
            await self.consent(member)
        return user

    async def hear_again(self, call: WebhookCall) -> None:
        """Let a webhook arrive once more."""
        await self._store(scenario.LINE_SOURCE, LogKind.LINE_WEBHOOK, len(call.events), call.body)

    async def follow(self, number: int = 0) -> None:
        """Let somebody become a friend."""
        phone.follow(
            self.platform.world, self.account, self.account.friends[self.users[number]], self.clock.now()
        )
        await self._hear()

    async def block(self, number: int = 0) -> None:
        """Let somebody block the account."""
        phone.block(
            self.platform.world, self.account, self.account.friends[self.users[number]], self.clock.now()
        )
        await self._hear()

    async def say(self, text: str, number: int = 0) -> None:
        """Let somebody write to the account."""
        friend = self.account.friends[self.users[number]]
        phone.say(self.platform.world, self.account, friend, text, self.clock.now())
        await self._hear()

    async def press(self, data: str, number: int = 0) -> None:
        """Let somebody press a button."""
        friend = self.account.friends[self.users[number]]
        phone.press(self.platform.world, self.account, friend, data, "", self.clock.now())
        await self._hear()

    async def consent(self, member: str = "M1", state: str = "granted") -> None:
        """Let a member say yes or no to marketing on LINE."""
        said = {"purpose": "marketing", "channel": "line", "state": state, "method": "form"}
        await self.track("consent_updated", member, **said)

    async def track(self, event: str, member: str = "M1", **properties: Any) -> None:
        """Let something happen to a member."""
        await self.tell({"type": "track", "userId": member, "event": event, "properties": properties})

    async def identify(self, member: str = "M1", **traits: Any) -> None:
        """Say something about a member."""
        await self.tell({"type": "identify", "userId": member, "traits": traits})

    async def until(self, at: datetime) -> None:
        """Let time pass until a moment, stopping wherever something is due."""
        end = at.astimezone(UTC)
        while self.clock.now() < end:
            onward = min([end, *self._due(), self.clock.now() + timedelta(hours=1)])
            self.clock.advance(max(onward, self.clock.now() + timedelta(seconds=1)) - self.clock.now())
            await self.settle()

    async def pass_by(self, **time: float) -> None:
        """Let so much time pass: `minutes=30`, `days=2`."""
        await self.until(self.clock.now() + timedelta(**time))

    async def settle(self) -> None:
        """Run every loop until there is nothing to do.

        Raises:
            AssertionError: It never comes to rest.
        """
        for _ in range(ROUNDS_MAX):
            done = 0
            for call in self.platform.tick(self.clock.now()).webhooks:
                await self._store(scenario.LINE_SOURCE, LogKind.LINE_WEBHOOK, len(call.events), call.body)
                self.webhooks.append(call)
                self.platform.webhook_answered(call, 200, self.clock.now())
                done += 1
            for step in self._steps:
                done += await step()
            if not done:
                return
        raise AssertionError("it never comes to rest")

    def texts(self, user: str = "") -> list[str]:
        """Return the first words of every message, in order; of one person, or of all."""
        return [shown(heard.messages[0]) for heard in self.phones.heard if user in {"", heard.user}]

    async def decide(self, kind: str, member: str, email: str, seen: int | None = None) -> int:
        """Let somebody decide whether an e-mail address is a member's: join, cut or undo; return the newest decision.

        `seen`: the decision that who undoes looked at.
        """
        said = {
            "kind": kind,
            "a": {"namespace": "member_id", "value": member},
            "b": {"namespace": "email", "value": email},
            "author": "ann",
            "reason": "asked",
            "decision": seen,
        }
        outside = {"externalIds": [{"type": "member_id", "id": member}]}
        item = {"type": "track", "event": IDENTITY_DECIDED, "properties": said, "context": outside}
        await self.tell(item, source=scenario.OWN)
        return max(decision for _, decision in self.stores.identity.asserted)

    def profile_of(self, member: str) -> bytes:
        """Return the profile that a member's number, or another identifier, belongs to now."""
        everyone = self.stores.identity.everyone(scenario.WORKSPACE)
        return next(one.profile_id for one in everyone if one.node.value == member)

    def happened(self) -> list[tuple[str, Mapping[str, Any]]]:
        """Return every event that history knows, with its properties, in the order of the log."""
        rows = self.stores.history.events(scenario.WORKSPACE)
        return [(row["event"], msgspec.json.decode(row["properties"])) for row in rows]

    @property
    def sends(self) -> list[SendRow]:
        """Every send, in the order in which it was planned."""
        return list(self.stores.sends.rows.values())

    async def _hear(self) -> None:
        """Let the webhook of what was just done on a phone arrive."""
        await self.settle()
        due_at = self.platform.next_due_at()
        if due_at is not None:
            await self.until(due_at)

    def _due(self) -> list[datetime]:
        now = self.clock.now()
        times = [row.due_at for row in self.stores.journeys.enrolments.values() if row.due_at]
        times += [row.due_at for row in self.stores.sends.rows.values() if not row.settled_at]
        line = self.platform.next_due_at()
        return [at for at in [*times, *([line] if line else [])] if at > now]

    async def _store(self, source: Source, kind: LogKind, items: int, body: bytes) -> None:
        row = NewLogRow(source.workspace_id, source.source_id, kind, items, self.clock.now(), body)
        async with self._api.transaction():
            await self._api.through(self.stores.log).append([row])

    def _session(self, name: str) -> Session:
        async def go_on(statement: str) -> None:
            if name != self.dies:
                return
            if statement == self.kill_before:
                self.kill_before = ""
                raise Killed
            if self.kill_after is None:
                return
            if not self.kill_after:
                self.kill_after = None
                raise Killed
            self.kill_after -= 1

        rollback = self.stores.reindex if name == "absorb" else (lambda: None)
        return Session(self.stores.database, name, go_on, rollback)


def shown(message: Mapping[str, Any]) -> str:
    """Return what a phone shows of a message: its text, or what the lock screen says."""
    return str(message.get("text") or message.get("altText") or message["type"])
