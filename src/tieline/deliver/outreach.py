"""Wishes that may take one of several ways in; planned messages with filled content out."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tieline.clock import Clock
from tieline.deliver.liquid import RenderError
from tieline.deliver.policy import TRANSACTIONAL, Reason
from tieline.deliver.render import compiled
from tieline.deliver.ways import Chosen, choose, sms_parts
from tieline.ids import Ids
from tieline.model.event import MESSAGE_FAILED, MESSAGE_SENT, MESSAGE_SUPPRESSED
from tieline.model.outreach import Carrying, Outgoing, WayRequest, about
from tieline.model.send import Standing
from tieline.model.signal import Said, SendRequest
from tieline.ports import OutreachStore, SendStore

TOLD = {
    "accepted": MESSAGE_SENT,
    "failed": MESSAGE_FAILED,
    "suppressed": MESSAGE_SUPPRESSED,
    "expired": MESSAGE_SUPPRESSED,
}


class OutreachStage:
    """Plans messages by the cheapest way; those that go by LINE become wishes of LINE's own outbox.

    Args:
        store: Channels and their messages.
        sends: Knows friendships, consents and profiles.
        ids: Makes the tokens of links that withdraw a consent.
        clock: Tells when it is too late.
    """

    def __init__(self, store: OutreachStore, sends: SendStore, ids: Ids, clock: Clock) -> None:
        self._store = store
        self._sends = sends
        self._ids = ids
        self._clock = clock

    async def process(self, requests: Sequence[WayRequest]) -> tuple[list[SendRequest], list[Said]]:
        """Plan each request once; return what goes by LINE, and what is to be told of those that may not leave."""
        by_workspace: defaultdict[int, list[WayRequest]] = defaultdict(list)
        for request in requests:
            by_workspace[request.workspace_id].append(request)
        by_line: list[SendRequest] = []
        said: list[Said] = []
        for workspace_id, wanted in sorted(by_workspace.items()):
            lines, told = await self._plan(workspace_id, wanted)
            by_line += lines
            said += told
        return by_line, said

    async def _plan(
        self, workspace_id: int, requests: Sequence[WayRequest]
    ) -> tuple[list[SendRequest], list[Said]]:
        now, people = self._clock.now(), list({request.person: None for request in requests})
        channels = await self._store.channels(workspace_id)
        addresses = await self._store.addresses(workspace_id, people)
        standings = await self._sends.standing(workspace_id, people)
        traits = await self._sends.traits(workspace_id, people)
        had = await self._had(workspace_id, requests, now)
        by_line: list[SendRequest] = []
        planned: dict[bytes, Outgoing] = {}
        for request in requests:
            standing = standings.get(request.person)
            found = choose(
                request.ways, channels, standing, addresses.get(request.person, {}), request.purpose
            )
            if isinstance(found, Chosen) and found.channel.kind == "line":
                by_line.append(_line_wish(request, found))
                continue
            one = self._filled(request, found, traits.get(request.person, {}), now)
            if one.state == "planned" and request.restraint.cap is not None:
                count = had.get(request.person, 0)
                had[request.person] = count + 1
                if count >= request.restraint.cap.messages:
                    one = _refused(request, Reason.CAPPED, found)
            planned.setdefault(request.send_id, one)
        new = await self._store.add(list(planned.values()))
        told = (
            news(one, standings.get(one.person), one.state, one.reason, now)
            for one in planned.values()
            if one.send_id in new
        )
        return by_line, [one for one in told if one is not None]

    async def _had(
        self, workspace_id: int, requests: Sequence[WayRequest], now: datetime
    ) -> dict[bytes, int]:
        """Return how many marketing messages people had by any way, in the days of the widest cap."""
        days = max((one.restraint.cap.days for one in requests if one.restraint.cap is not None), default=0)
        if not days:
            return {}
        people = sorted({one.person for one in requests})
        recent = await self._sends.recent(workspace_id, people, now - timedelta(days=days))
        return {one: len(recent.get(one, ())) for one in people}

    def _filled(
        self, request: WayRequest, found: Chosen | Reason, traits: Mapping[str, Any], now: datetime
    ) -> Outgoing:
        if isinstance(found, Reason):
            return _refused(request, found, found)
        if now >= request.expires_at:
            return _refused(request, Reason.EXPIRED, found)
        try:
            filled = compiled((found.way.content,)).fill({**request.context, "profile": traits})
            content: Mapping[str, Any] = filled[0]
        except RenderError:
            return _refused(request, Reason.RENDER, found)
        parts = sms_parts(str(content.get("text", ""))) if found.channel.kind == "sms" else 1
        leaves = found.channel.kind == "email" and request.purpose != TRANSACTIONAL
        return Outgoing(
            workspace_id=request.workspace_id,
            send_id=request.send_id,
            channel=found.channel.key,
            kind=found.channel.kind,
            origin=request.origin,
            step=request.step,
            person=request.person,
            address=found.address,
            purpose=request.purpose,
            content=content,
            unsubscribe=self._ids.token() if leaves else None,
            state="planned",
            reason="",
            cost=found.channel.price * parts,
            at=now,
            expires_at=request.expires_at,
        )


def news(
    one: Outgoing | Carrying, standing: Standing | None, state: str, reason: str, at: datetime
) -> Said | None:
    """Return what to tell of a message that came to an end, None if it did not, or if nobody is left to tell it of."""
    name = TOLD.get(state)
    if name is None or standing is None or not standing.namespace:
        return None
    properties = about(one) | ({"reason": reason} if reason else {})
    message_id = f"{name}:{one.send_id.hex()}"
    return Said(one.workspace_id, standing.namespace, standing.value, name, message_id, properties, at)


def _refused(request: WayRequest, reason: Reason, found: Chosen | Reason) -> Outgoing:
    chosen = found if isinstance(found, Chosen) else None
    state = {Reason.EXPIRED: "expired", Reason.RENDER: "failed"}.get(reason, "suppressed")
    return Outgoing(
        workspace_id=request.workspace_id,
        send_id=request.send_id,
        channel=chosen.channel.key if chosen else request.ways[0].channel,
        kind=chosen.channel.kind if chosen else "",
        origin=request.origin,
        step=request.step,
        person=request.person,
        address="",
        purpose=request.purpose,
        content={},
        unsubscribe=None,
        state=state,
        reason=str(reason),
        cost=Decimal(0),
        at=request.at,
        expires_at=request.expires_at,
    )


def _line_wish(request: WayRequest, found: Chosen) -> SendRequest:
    return SendRequest(
        workspace_id=request.workspace_id,
        send_id=request.send_id,
        account=str(found.channel.settings["account"]),
        origin=request.origin,
        step=request.step,
        person=request.person,
        purpose=request.purpose,
        messages=tuple(found.way.content["messages"]),
        context=request.context,
        at=request.at,
        expires_at=request.expires_at,
        restraint=request.restraint,
    )
