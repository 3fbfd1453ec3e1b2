"""Answers: filled when they are decided, called once while LINE's token lives, and never again after doubt.

A reply carries no retry key, so a second call could be a second message; and after a call of unknown outcome no push
takes its place either.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from tieline.deliver import protocol
from tieline.deliver.body import Bodies, LimitError
from tieline.deliver.liquid import RenderError
from tieline.deliver.policy import Reason
from tieline.deliver.protocol import Meaning, classify
from tieline.model.event import MESSAGE_SENT, TAG_ADDED
from tieline.model.reply import DueReply, RepliedTo, Reply, ReplyRequest, ReplyState
from tieline.model.send import Answer, TrackedLink
from tieline.model.signal import Said
from tieline.ports import News, ReplyApi, ReplyStore, SendStore, Transaction

CALLS_MAX = 64


class ReplyStage:
    """Plans replies; `Replier` makes the calls.

    Args:
        replies: Where they wait.
        sends: Knows people's traits.
        bodies: Fills messages.
    """

    def __init__(self, replies: ReplyStore, sends: SendStore, bodies: Bodies) -> None:
        self._replies = replies
        self._sends = sends
        self._bodies = bodies

    async def process(self, requests: Sequence[ReplyRequest], now: datetime) -> None:
        """Fill and keep replies; one that cannot be filled is kept with its reason."""
        by_workspace: defaultdict[int, list[ReplyRequest]] = defaultdict(list)
        for request in requests:
            by_workspace[request.workspace_id].append(request)
        for workspace_id, wanted in by_workspace.items():
            people = list({request.person: None for request in wanted})
            traits = await self._sends.traits(workspace_id, people)
            replies: list[Reply] = []
            tracked: list[TrackedLink] = []
            for request in wanted:
                reply, urls = self._filled(request, traits.get(request.person, {}), now)
                replies.append(reply)
                tracked += [
                    TrackedLink(token, workspace_id, request.reply_id, url) for token, url in urls.items()
                ]
            await self._replies.plan(replies, tracked)

    def _filled(
        self, request: ReplyRequest, traits: Mapping[str, Any], now: datetime
    ) -> tuple[Reply, dict[str, str]]:
        try:
            body, urls = self._bodies.fill(request.messages, {}, traits, counted=True)
        except RenderError:
            return Reply(request, b"", ReplyState.FAILED, Reason.RENDER, now), {}
        except LimitError:
            return Reply(request, b"", ReplyState.FAILED, Reason.LIMITS, now), {}
        return Reply(request, body, ReplyState.PLANNED, "", now), urls


class Replier:
    """Makes the calls.

    Args:
        unit: Transactions of `replies` and `told`, which no other loop shares.
        replies: Where they wait.
        line: The LINE platform.
        told: Hears what was answered.
    """

    def __init__(self, unit: Transaction, replies: ReplyStore, line: ReplyApi, told: News) -> None:
        self._unit = unit
        self._replies = replies
        self._line = line
        self._told = told
        self._flights: dict[asyncio.Future[Answer], DueReply] = {}

    async def step(self, now: datetime) -> int:
        """Settle calls that have ended and start those that are due; return how many were handled."""
        handled = await self._settle(now)
        room = CALLS_MAX - len(self._flights)
        if room:
            # Committed as called before the first byte leaves: after a crash nobody can tell, so nobody tries.
            async with self._unit.transaction():
                due = await self._replies.claim(now, room)
            for reply in due:
                call = self._line.reply(reply.workspace_id, reply.account, _request(reply))
                self._flights[asyncio.ensure_future(call)] = reply
            handled += len(due)
        return handled

    async def land(self, seconds: float | None = None) -> None:
        """Wait until a call ends, at most `seconds`; return at once if none is in flight."""
        if self._flights:
            await asyncio.wait(self._flights, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)

    async def close(self, now: datetime) -> None:
        """Wait for what is in flight and settle it."""
        if self._flights:
            await asyncio.wait(self._flights)
        await self._settle(now)

    async def _settle(self, now: datetime) -> int:
        landed = [
            (flight, reply, _became(flight, reply))
            for flight, reply in self._flights.items()
            if flight.done()
        ]
        if not landed:
            return 0
        async with self._unit.transaction():
            await self._replies.settle([settled for *_, settled in landed], now)
            await self._told.said(
                [
                    said
                    for _, reply, settled in landed
                    if settled.state is ReplyState.ACCEPTED
                    for said in _news(reply, now)
                ]
            )
        for flight, *_ in landed:
            del self._flights[flight]
        return len(landed)


def _request(reply: DueReply) -> bytes:
    return msgspec.json.encode({"replyToken": reply.token, "messages": msgspec.Raw(reply.body)})


def _became(flight: asyncio.Future[Answer], reply: DueReply) -> RepliedTo:
    """Return what a call came to: only a clear answer is an end, everything else stays in doubt for good."""
    if flight.cancelled() or flight.exception():
        return RepliedTo(reply.workspace_id, reply.reply_id, ReplyState.UNKNOWN, "broken_client")
    answer = flight.result()
    match classify(answer):
        case Meaning.ACCEPTED:
            return RepliedTo(reply.workspace_id, reply.reply_id, ReplyState.ACCEPTED)
        case Meaning.UNKNOWN:
            return RepliedTo(reply.workspace_id, reply.reply_id, ReplyState.UNKNOWN, protocol.problem(answer))
        case _:
            return RepliedTo(reply.workspace_id, reply.reply_id, ReplyState.FAILED, protocol.problem(answer))


def _news(reply: DueReply, at: datetime) -> Iterator[Said]:
    """Yield what is told of an accepted reply: that it was sent, and the tags it put on."""
    name, origin = reply.reply_id.hex(), f"auto_reply:{reply.origins[0]}"

    def said(event: str, what: str, properties: Mapping[str, str]) -> Said:
        return Said(
            reply.workspace_id, reply.namespace, reply.user, event, f"{event}:{name}{what}",
            {**properties, "origin": origin}, at,
        )  # fmt: skip

    step = ",".join(reply.origins)
    sent = {"send_id": name, "account": reply.account, "lane": "reply", "step": step, "purpose": "reply"}
    yield said(MESSAGE_SENT, "", sent)
    for tag in reply.tags:
        yield said(TAG_ADDED, f":{tag}", {"tag": tag})
