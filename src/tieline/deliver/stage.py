"""SendRequest in; planned sends with frozen bodies out, in the transaction that wished for them."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import msgspec
from msgspec.structs import replace

from tieline.clock import Clock
from tieline.deliver import policy
from tieline.deliver.body import Bodies, LimitError
from tieline.deliver.liquid import RenderError
from tieline.deliver.news import news
from tieline.deliver.policy import Reason
from tieline.deliver.room import Room
from tieline.ids import ID_BYTES, Ids
from tieline.model.broadcast import Broadcast
from tieline.model.chunk import ChunkWish, StretchWish
from tieline.model.send import Send, SendState, Standing, TrackedLink
from tieline.model.signal import Said, SendRequest, StretchRequest
from tieline.ports import ChunkStore, ComputedValues, SendStore
from tieline.ports.units import UnitNames

# The outbox is served by due time, so what must not wait behind a large broadcast is due earlier than now.
AHEAD_TRANSACTIONAL = timedelta(days=1)
AHEAD_JOURNEY = timedelta(hours=1)
MASS_FROM = 50
"""From so many people on, a broadcast that says the same to all is planned in chunks, not person by person."""
COUNTED = ("broadcast:", "journey:")
"""LINE is asked what came of messages of these origins."""
Units: TypeAlias = Mapping[tuple[str, str, str], str]
COMPUTED = b"computed."
"""How a template reads a computed trait: `{{ computed.total_spent }}`."""


class DeliverStage:
    """Plans sends; the sender delivers them.

    Args:
        sends: The outbox.
        ids: Makes the tokens of counted links.
        clock: Tells when it is too late.
        public_url: Where people's phones reach this Tieline.
        computed: What computed traits are worth, for templates that name one; None where there are none.
        chunks: Plans what is the same for many at once; None where everybody is planned alone.
        units: Names under which LINE counts what comes of messages; None where nobody asks.
    """

    def __init__(
        self,
        sends: SendStore,
        ids: Ids,
        clock: Clock,
        public_url: str,
        computed: ComputedValues | None = None,
        chunks: ChunkStore | None = None,
        units: UnitNames | None = None,
    ) -> None:
        self._units = units
        self._sends = sends
        self._chunks = chunks
        self._computed = computed
        self._clock = clock
        self._bodies = Bodies(ids, public_url)

    async def process(self, requests: Sequence[SendRequest]) -> list[Said]:
        """Plan each request once, however often it is made; return what is to be told of those that may not leave."""
        now = self._clock.now()
        by_workspace: defaultdict[int, list[SendRequest]] = defaultdict(list)
        for request in requests:
            by_workspace[request.workspace_id].append(request)
        said: list[Said] = []
        for workspace_id, wanted in sorted(by_workspace.items()):
            units = await self._named(wanted, now)
            alone = await self._plan_alike(self._chunks, wanted, units, now) if self._chunks else wanted
            said += await self._plan(workspace_id, alone, units, now) if alone else []
        return said

    def alike(self, said: Broadcast) -> bool:
        """Say whether everybody in an arm gets the very same message, so that many can be planned in one stretch."""
        counted = said.purpose != policy.TRANSACTIONAL
        return self._chunks is not None and all(
            self._bodies.alike(one.messages, counted=counted) is not None for one in said.variants
        )

    async def process_stretch(self, request: StretchRequest) -> int | None:
        """Plan the sends of a stretch in chunks; return how many, None where its messages are not alike for everybody."""
        if self._chunks is None:
            return None
        begun, stretch = request.begun, request.stretch
        said, now = begun.said, self._clock.now()
        counted = said.purpose != policy.TRANSACTIONAL
        bodies: dict[str, bytes] = {}
        for arm, templates in request.messages.items():
            messages = self._bodies.alike(templates, counted=counted)
            if messages is None:
                return None
            bodies[arm] = messages
        planned = 0
        for arm, messages in bodies.items():
            unit = ""
            if self._units is not None:
                unit = await self._units.named(begun.workspace_id, said.account, begun.origin, arm, now)
            planned += await self._chunks.plan_stretch(
                StretchWish(
                    workspace_id=begun.workspace_id,
                    account=said.account,
                    origin=begun.origin,
                    step=arm,
                    purpose=said.purpose,
                    broadcast=begun.key,
                    first=stretch.first,
                    after=begun.after,
                    through=stretch.through,
                    people=stretch.people[arm],
                    stood_through=begun.stood_through or 0,
                    messages=messages,
                    body_hash=_body_hash(messages),
                    expires_at=request.expires_at,
                    restraint=request.restraint,
                    unit=unit,
                ),
                now,
            )
        return planned

    async def _named(self, requests: Sequence[SendRequest], now: datetime) -> Units:
        """Return the unit of each step of a broadcast or journey among the requests."""
        if self._units is None:
            return {}
        steps = {_step(one): one for one in requests if one.origin.startswith(COUNTED)}
        return {
            key: await self._units.named(one.workspace_id, one.account, one.origin, one.step, now)
            for key, one in sorted(steps.items())
        }

    async def _plan_alike(
        self, chunks: ChunkStore, requests: Sequence[SendRequest], units: Units, now: datetime
    ) -> Sequence[SendRequest]:
        """Plan what is the same for many in chunks; return the requests that are left, to be planned alone."""
        groups: defaultdict[tuple[object, ...], list[SendRequest]] = defaultdict(list)
        for one in requests:
            if one.origin.startswith("broadcast:"):
                alike = (one.account, one.origin, one.step, one.purpose, one.expires_at, id(one.messages))
                groups[alike].append(one)
        planned: set[bytes] = set()
        for many in groups.values():
            first = many[0]
            counted = first.purpose != policy.TRANSACTIONAL
            messages = self._bodies.alike(first.messages, counted=counted) if len(many) >= MASS_FROM else None
            if messages is not None:
                planned |= await chunks.plan(_wish(many, messages, units.get(_step(first), "")), now)
        return [one for one in requests if one.send_id not in planned] if planned else requests

    async def _plan(
        self, workspace_id: int, requests: Sequence[SendRequest], units: Units, now: datetime
    ) -> list[Said]:
        people = list({request.person: None for request in requests})
        standings = await self._sends.standing(workspace_id, people)
        traits = await self._sends.traits(workspace_id, people)
        requests = await self._with_computed(workspace_id, requests, now)
        sends: dict[bytes, Send] = {}
        tracked: list[TrackedLink] = []
        room = await Room.of(self._sends, workspace_id, requests, now)
        for request in sorted(requests, key=lambda one: -one.restraint.priority):
            if request.send_id in sends:
                continue
            standing = standings.get(request.person)
            send, urls = self._frozen(request, standing, traits.get(request.person, {}), now)
            if send.state is SendState.PLANNED:
                reason = room.refusal(request)
                if reason is not None:
                    send, urls = _send(request, now, state=SendState.SUPPRESSED, reason=reason), {}
            unit = units.get(_step(request), "")
            sends[request.send_id] = replace(send, unit=unit) if unit else send
            tracked += [TrackedLink(token, workspace_id, send.send_id, url) for token, url in urls.items()]
        if room.outranked:
            await self._sends.withdraw(workspace_id, sorted(room.outranked), Reason.OUTRANKED, now)
        new = await self._sends.add(
            [one for one in sends.values() if one.send_id not in room.outranked], tracked
        )
        return [
            told
            for send_id, send in sends.items()
            if send_id in new and (told := _told(send, standings.get(send.person), now)) is not None
        ]

    async def _with_computed(
        self, workspace_id: int, requests: Sequence[SendRequest], now: datetime
    ) -> Sequence[SendRequest]:
        """Return the requests with `computed` in the context of those whose templates read it."""
        naming = {
            request.send_id for request in requests if COMPUTED in msgspec.json.encode(request.messages)
        }
        if self._computed is None or not naming:
            return requests
        people = sorted({request.person for request in requests if request.send_id in naming})
        told = await self._computed.of_people(workspace_id, people, now)
        return [
            replace(request, context={**request.context, "computed": told.get(request.person, {})})
            if request.send_id in naming
            else request
            for request in requests
        ]

    def _frozen(
        self, request: SendRequest, standing: Standing | None, traits: Mapping[str, Any], now: datetime
    ) -> tuple[Send, dict[str, str]]:
        """Return the send and where its counted links lead."""
        refused = policy.refusal(
            account=request.account,
            purpose=request.purpose,
            standing=standing,
            line_user=None,
            expires_at=request.expires_at,
            now=now,
        )
        if refused or standing is None:
            state = SendState.EXPIRED if refused is Reason.EXPIRED else SendState.SUPPRESSED
            return _send(request, now, state=state, reason=refused or Reason.UNKNOWN_PERSON), {}
        user = standing.friends[request.account][0]
        try:
            counted = request.purpose != policy.TRANSACTIONAL
            body, urls = self._bodies.fill(request.messages, request.context, traits, counted=counted)
        except RenderError:
            return _send(request, now, line_user=user, state=SendState.FAILED, reason=Reason.RENDER), {}
        except LimitError:
            return _send(request, now, line_user=user, state=SendState.FAILED, reason=Reason.LIMITS), {}
        return _send(request, now, line_user=user, messages=body), urls


def _step(request: SendRequest) -> tuple[str, str, str]:
    return request.account, request.origin, request.step


def _wish(many: Sequence[SendRequest], messages: bytes, unit: str) -> ChunkWish:
    first = many[0]
    return ChunkWish(
        workspace_id=first.workspace_id,
        account=first.account,
        origin=first.origin,
        step=first.step,
        purpose=first.purpose,
        people=[one.person for one in many],
        send_ids=[one.send_id for one in many],
        messages=messages,
        body_hash=_body_hash(messages),
        expires_at=first.expires_at,
        restraint=first.restraint,
        unit=unit,
    )


def _body_hash(messages: bytes) -> bytes:
    return hashlib.blake2b(messages, digest_size=ID_BYTES).digest()


def _told(send: Send, standing: Standing | None, now: datetime) -> Said | None:
    if standing is None:
        return None
    return news(send, standing.namespace, standing.value, state=send.state, reason=send.reason, at=now)


def _send(
    request: SendRequest,
    now: datetime,
    *,
    line_user: str = "",
    messages: bytes | None = None,
    state: SendState = SendState.PLANNED,
    reason: str = "",
) -> Send:
    return Send(
        workspace_id=request.workspace_id,
        send_id=request.send_id,
        account=request.account,
        origin=request.origin,
        step=request.step,
        person=request.person,
        line_user=line_user,
        purpose=request.purpose,
        messages=messages,
        body_hash=None if messages is None else _body_hash(messages),
        state=state,
        reason=reason,
        due_at=now - _ahead(request),
        expires_at=request.expires_at,
        created_at=now,
        restraint=request.restraint,
    )


def _ahead(request: SendRequest) -> timedelta:
    if request.purpose == policy.TRANSACTIONAL:
        return AHEAD_TRANSACTIONAL
    return AHEAD_JOURNEY if request.origin.startswith("journey:") else timedelta(0)
