"""What outsiders saw of a run: what was acknowledged, in which order things were committed, which calls started."""

from collections import defaultdict
from typing import Any

import httpx
import msgspec

from tieline.model.event import LogKind, Source
from tieline.model.profile import ConsentEvent, FactKind
from tieline.model.send import Send
from tieline.testing import scenario
from tieline.testing.database import Session
from tieline.testing.stores import Stores


class Plan(msgspec.Struct, frozen=True):
    """A send as it was planned, and the version of the database that the planning transaction began with."""

    send: Send
    began_at_version: int


class Started(msgspec.Struct, frozen=True):
    """A sending call at the moment its first byte left, and why it should not have: "" if it may."""

    users: tuple[str, ...]
    messages: bytes
    retry_key: str
    wrong: str


class Record:
    """Writes down what happened, beside the platform's own books.

    Attributes:
        acknowledged: (source id, kind, body) of every request answered with success.
        logged_at_version: Version of the database from which a log offset was there.
        plans: By send id.
        started: Calls to LINE.
    """

    def __init__(self, stores: Stores) -> None:
        self.acknowledged: list[tuple[int, LogKind, bytes]] = []
        self.logged_at_version: dict[int, int] = {}
        self.plans: dict[bytes, Plan] = {}
        self.started: list[Started] = []
        self._stores = stores
        self._purposes: defaultdict[tuple[str, bytes], set[str]] = defaultdict(set)
        self._log = stores.log.snapshot()["rows"]
        self._sends = stores.sends.snapshot()["rows"]
        stores.database.heard = self.committed

    def committed(self, session: Session, written: dict[Any, dict[Any, Any]]) -> None:
        """Note what a transaction brought."""
        version = self._stores.database.version
        for offset in range(len(self._log) - len(written.get(self._log, ())) + 1, len(self._log) + 1):
            self.logged_at_version[offset] = version
        for (_, send_id), row in written.get(self._sends, {}).items():
            if send_id not in self.plans:
                self.plans[send_id] = Plan(row.send, session.began_at_version)
                self._purposes[row.send.line_user, row.send.messages].add(row.send.purpose)

    def answered(self, source: Source, kind: LogKind, body: bytes) -> None:
        """Note that a sender was told that its request is stored."""
        self.acknowledged.append((source.source_id, kind, body))

    def call_starts(self, request: httpx.Request) -> None:
        """Note a call, and hold it against the consent ledger as it is committed at this moment."""
        to = msgspec.json.decode(request.content)["to"]
        users = (to,) if isinstance(to, str) else tuple(to)
        messages = request.content.partition(b'"messages":')[2][:-1]
        wrong = [why for user in users if (why := self._wrong(user, messages))]
        key = request.headers["x-line-retry-key"]
        self.started.append(Started(users, messages, key, "; ".join(wrong)))

    def _wrong(self, user: str, messages: bytes) -> str:
        purposes = self._purposes.get((user, messages))
        if not purposes:
            return f"nobody planned this for {user}"
        if "transactional" not in purposes and (said := self._unheard(user)):
            return f"{user} has {said} and was told that it is stored"
        nodes = self._person(user)
        if not nodes:
            return f"{user} is unknown"
        if not self._friend(nodes[0]):
            return f"{user} is no friend"
        if "transactional" not in purposes and not self._granted(set(nodes)):
            return f"{user} has withdrawn"
        return ""

    def _person(self, user: str) -> list[bytes]:
        """Return the nodes of the person, the LINE user's own first."""
        everyone = self._stores.identity.everyone(scenario.WORKSPACE)
        own = [
            one for one in everyone if (one.node.namespace, one.node.value) == (scenario.LINE_NAMESPACE, user)
        ]
        return [one.node.node_id for one in own] + [
            one.node.node_id for one in everyone for mine in own if one.profile_id == mine.profile_id
        ]

    def _unheard(self, user: str) -> str:
        """Return what a person was told is stored, waits to be absorbed, and forbids the call."""
        state = self._stores.log.snapshot()
        absorbed = int(state["positions"].committed.get("stream", 0))
        answered = {(source_id, body) for source_id, _, body in self.acknowledged}
        values = {value for _, value in self._names(user)}
        for row in state["rows"].committed[absorbed:]:
            if (row.source_id, row.body) not in answered:
                continue
            said = msgspec.json.decode(row.body)
            for event in said.get("events", ()):
                if event.get("type") == "unfollow" and event["source"].get("userId") == user:
                    return "blocked"
            if said.get("properties", {}).get("state") == "withdrawn" and said.get("userId") in values:
                return "withdrawn"
        return ""

    def _names(self, user: str) -> list[tuple[str, str]]:
        """Return the identifiers of the person behind a LINE user."""
        mine = set(self._person(user))
        return [
            (one.node.namespace, one.node.value)
            for one in self._stores.identity.everyone(scenario.WORKSPACE)
            if one.node.node_id in mine
        ]

    def _friend(self, node_id: bytes) -> bool:
        words = [
            (fact.at, fact.value is not True)
            for fact in self._stores.facts.snapshot()["facts"].values()
            if fact.node_id == node_id and fact.kind is FactKind.FRIENDSHIP
        ]
        return bool(words) and not max(words)[1]

    def _granted(self, nodes: set[bytes]) -> bool:
        events: list[ConsentEvent] = self._stores.facts.snapshot()["consents"].values()
        words = [
            (event.at, not event.granted)
            for event in events
            if event.node_id in nodes and (event.purpose, event.channel) == ("marketing", "line")
        ]
        return bool(words) and not max(words)[1]
