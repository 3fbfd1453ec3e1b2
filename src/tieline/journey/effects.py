"""What an enrolment asks for, turned into rows: sends to plan, deeds to tell, coupons to take."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from types import MappingProxyType
from typing import Any

import msgspec
import structlog
from msgspec.structs import replace

from tieline.journey import enrolment as ask
from tieline.journey.advance import advance
from tieline.journey.definition import Journey, Reach, SendLine
from tieline.journey.enrolment import ArmKnown, CouponKnown, Enrolment, EventSeen, Happening, State
from tieline.journey.restraint import NO_HABITS, restraint
from tieline.model.event import (
    COUPON_ISSUED,
    EXPERIMENT_ASSIGNED,
    JOURNEY_LEAVE_ASKED,
    JOURNEY_START_ASKED,
    TAG_ADDED,
    TAG_REMOVED,
    TRAITS_SET,
)
from tieline.model.limits import FREE, Habits, Restraint
from tieline.model.outreach import WayRequest
from tieline.model.signal import UNPROVEN, ArmRow, EnrolmentRow, Said, SendRequest, WebhookCall
from tieline.ports import JourneyStore

_log = structlog.get_logger()
GOAL_REACHED = "journey_goal_reached"
UNTOLD: Mapping[str, None] = {"size": None, "first": None, "last": None}
"""What templates read of properties that nobody proved: nothing, not even how many there are, which Liquid calls size."""
Fill = Callable[[Any, Mapping[str, Any]], Any]


@dataclass
class Outcome:
    """What a round of moving people leads to, gathered before it is stored."""

    requests: list[SendRequest] = field(default_factory=list)
    ways: list[WayRequest] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    calls: list[WebhookCall] = field(default_factory=list)
    rows: dict[bytes, EnrolmentRow] = field(default_factory=dict)
    arms: list[ArmRow] = field(default_factory=list)
    goals: list[tuple[int, bytes, datetime]] = field(default_factory=list)
    reached: Counter[tuple[int, str, int, str, date]] = field(default_factory=Counter)

    def wish(self, wanted: SendRequest | WayRequest) -> None:
        """Take a message that a journey wishes for."""
        if isinstance(wanted, WayRequest):
            self.ways.append(wanted)
        else:
            self.requests.append(wanted)


class Mover:
    """Moves one enrolment as far as it goes, and gathers what that asks for.

    Args:
        store: Coupons and the catalog.
        outcome: Where the results are gathered.
        fill: Fills Liquid in the texts of a JSON value.
        head: Log offset that a condition asked now waits for.
        habits: What each workspace has decided for all journeys.
        winners: Arms that won, by (workspace_id, journey, version, step).
    """

    def __init__(
        self,
        store: JourneyStore,
        outcome: Outcome,
        fill: Fill,
        head: int,
        habits: Mapping[int, Habits] = MappingProxyType({}),
        winners: Mapping[tuple[int, str, int, str], str] = MappingProxyType({}),
    ) -> None:
        self._store = store
        self._outcome = outcome
        self._fill = fill
        self._head = head
        self._habits = habits
        self._winners = winners

    async def move(
        self,
        workspace_id: int,
        identifier: tuple[str, str],
        journey: Journey,
        enrolment: Enrolment,
        happened: Happening,
        now: datetime,
        zone: tzinfo,
    ) -> Enrolment:
        """Return where the person stands after `happened`; an error parks this person and nobody else."""
        before = enrolment
        held = self._restraint(workspace_id, journey)
        try:
            enrolment, effects = advance(journey, enrolment, happened, now, zone, held.quiet)
        except Exception as error:  # noqa: BLE001 - whatever it is, the neighbours go on, and it can be tried again
            return self.park(workspace_id, before, happened, error)
        answer: CouponKnown | ArmKnown | None = None
        for effect in effects:
            match effect:
                case ask.IssueCoupon():
                    answer = await self._coupon(workspace_id, identifier, enrolment, effect)
                case ask.AskArm(step, _):
                    winner = self._winners.get((workspace_id, journey.key, journey.version, step))
                    answer = ArmKnown(step, winner)
                case _:
                    await self._apply(workspace_id, identifier, journey, enrolment, effect, held)
        self._count(workspace_id, before, enrolment, zone)
        if answer is not None:
            return await self.move(workspace_id, identifier, journey, enrolment, answer, now, zone)
        if enrolment != before or not before.step:
            self._outcome.rows[enrolment.id] = self._row(workspace_id, enrolment)
        return enrolment

    def _restraint(self, workspace_id: int, journey: Journey) -> Restraint:
        return restraint(journey, self._habits.get(workspace_id, NO_HABITS))

    def park(
        self, workspace_id: int, enrolment: Enrolment, happened: Happening | None, error: Exception
    ) -> Enrolment:
        """Let a person stand still whom an error stopped, with what could not be taken in."""
        _log.error(
            "enrolment parked",
            workspace=workspace_id,
            journey=enrolment.journey_key,
            step=enrolment.step,
            error=type(error).__name__,
        )
        held = (*enrolment.held, happened) if isinstance(happened, EventSeen) else enrolment.held
        stopped = replace(enrolment, held=held, reason=f"error: {type(error).__name__}")
        row = self._row(workspace_id, stopped)
        self._outcome.rows[enrolment.id] = replace(
            row, state=str(State.PARKED), due_at=None, needs_offset=None
        )
        return replace(stopped, state=State.PARKED)

    async def _coupon(
        self, workspace_id: int, identifier: tuple[str, str], enrolment: Enrolment, wanted: ask.IssueCoupon
    ) -> CouponKnown:
        code = await self._store.issue_coupon(
            workspace_id, wanted.pool, wanted.issue_key, enrolment.person, wanted.at
        )
        if code is not None:
            properties = {"pool": wanted.pool}
            self._say(workspace_id, identifier, COUPON_ISSUED, wanted.issue_key.hex(), properties, wanted.at)
        return CouponKnown(wanted.step, code)

    def _count(self, workspace_id: int, before: Enrolment, after: Enrolment, zone: tzinfo) -> None:
        """Count the steps that were reached, the entry and the end."""
        day = after.reached_at.astimezone(zone).date()
        name = (workspace_id, after.journey_key, after.version)
        if not before.step and after.step:
            self._outcome.reached[*name, "", day] += 1
        for step, visits in after.visits.items():
            more = visits - before.visits.get(step, 0)
            if more:
                self._outcome.reached[*name, step, day] += more
        if after.over and not before.over:
            self._outcome.reached[*name, f"!{after.reason}", day] += 1

    async def _apply(
        self,
        workspace_id: int,
        identifier: tuple[str, str],
        journey: Journey,
        enrolment: Enrolment,
        effect: ask.Effect,
        held: Restraint,
    ) -> None:
        name = f"{enrolment.id.hex()}:{journey.key}"
        match effect:
            case ask.PlanSend(step, send_id, at, expires_at):
                self._outcome.wish(
                    await self._request(workspace_id, journey, enrolment, step, send_id, at, expires_at, held)
                )
            case ask.AddTag(step, tag, at):
                self._say(
                    workspace_id,
                    identifier,
                    TAG_ADDED,
                    f"{name}:{step}:{at.isoformat()}:+{tag}",
                    {"tag": tag},
                    at,
                )
            case ask.RemoveTag(step, tag, at):
                self._say(
                    workspace_id,
                    identifier,
                    TAG_REMOVED,
                    f"{name}:{step}:{at.isoformat()}:-{tag}",
                    {"tag": tag},
                    at,
                )
            case ask.SetTrait(step, trait, value, at):
                filled = self._fill(value, self._context(enrolment))
                message_id = f"{name}:{step}:{at.isoformat()}"
                self._say(workspace_id, identifier, TRAITS_SET, message_id, {"traits": {trait: filled}}, at)
            case ask.CallWebhook(step, call_id, url, body, at):
                filled = self._fill(body, self._context(enrolment))
                origin = f"journey:{journey.key}"
                self._outcome.calls.append(WebhookCall(workspace_id, call_id, url, filled, at, origin, step))
            case ask.ReachedGoal(event, at):
                properties = {"journey": journey.key, "version": journey.version, "event": event}
                self._say(workspace_id, identifier, GOAL_REACHED, f"{name}:goal", properties, at)
                self._outcome.goals.append((workspace_id, enrolment.id, at))
            case ask.Assigned(step, arm, at):
                properties = {"journey": journey.key, "version": journey.version, "step": step, "arm": arm}
                self._say(workspace_id, identifier, EXPERIMENT_ASSIGNED, f"{name}:{step}:arm", properties, at)
                self._outcome.arms.append(
                    ArmRow(
                        workspace_id,
                        enrolment.id,
                        journey.key,
                        journey.version,
                        step,
                        arm,
                        enrolment.person,
                        at,
                    )
                )
            case ask.AskStart(step, other, at):
                properties = {"journey": other, "data": dict(enrolment.trigger)}
                message_id = f"{name}:{step}:{at.isoformat()}:start"
                self._say(workspace_id, identifier, JOURNEY_START_ASKED, message_id, properties, at)
            case ask.AskLeave(step, other, at):
                message_id = f"{name}:{step}:{at.isoformat()}:leave"
                self._say(workspace_id, identifier, JOURNEY_LEAVE_ASKED, message_id, {"journey": other}, at)
            case _:
                return

    async def _request(
        self,
        workspace_id: int,
        journey: Journey,
        enrolment: Enrolment,
        step_id: str,
        send_id: bytes,
        at: datetime,
        expires_at: datetime,
        held: Restraint,
    ) -> SendRequest | WayRequest:
        step = journey.steps[step_id]
        if not isinstance(step, SendLine | Reach):
            raise TypeError(f"step {step_id} of {journey.key} sends nothing")
        context, asking = self._context(enrolment), self._asking(enrolment)
        # What the brand's own catalog says of a key is the brand's word, whoever named the key.
        for name, lookup in step.lookup.items():
            key = str(self._fill(lookup.key, {**context, "trigger": asking["trigger"]}))
            context[name] = await self._store.item(workspace_id, lookup.catalog, key) or {}
        limit = FREE if step.purpose == "transactional" else held
        if isinstance(step, Reach):
            return WayRequest(
                workspace_id=workspace_id,
                send_id=send_id,
                origin=f"journey:{journey.key}",
                step=step_id,
                person=enrolment.person,
                purpose=step.purpose,
                ways=step.ways,
                context=context,
                at=at,
                expires_at=expires_at,
                restraint=limit,
            )
        return SendRequest(
            workspace_id=workspace_id,
            send_id=send_id,
            account=step.account,
            origin=f"journey:{journey.key}",
            step=step_id,
            person=enrolment.person,
            purpose=step.purpose,
            messages=step.messages,
            context=context,
            at=at,
            expires_at=expires_at,
            restraint=limit,
        )

    def _context(self, enrolment: Enrolment) -> dict[str, Any]:
        """Return what templates may read: of what nobody proved, nothing."""
        context = self._asking(enrolment)
        return {**context, "trigger": dict(UNTOLD)} if UNPROVEN in context["trigger"] else context

    def _asking(self, enrolment: Enrolment) -> dict[str, Any]:
        """Return what may be asked, whoever said it: the key of a lookup shows nothing of itself."""
        coupons = enrolment.data.get("coupons", {})
        return {
            "trigger": dict(enrolment.trigger),
            "coupons": dict(coupons),
            "coupon": next(iter(coupons.values()), ""),
        }

    def _say(
        self,
        workspace_id: int,
        identifier: tuple[str, str],
        name: str,
        message_id: str,
        properties: Mapping[str, Any],
        at: datetime,
    ) -> None:
        self._outcome.said.append(Said(workspace_id, *identifier, name, message_id, properties, at))

    def _row(self, workspace_id: int, enrolment: Enrolment) -> EnrolmentRow:
        return EnrolmentRow(
            workspace_id=workspace_id,
            enrolment_id=enrolment.id,
            journey=enrolment.journey_key,
            version=enrolment.version,
            person=enrolment.person,
            correlation=enrolment.correlation,
            state=str(enrolment.state),
            step=enrolment.step,
            due_at=enrolment.due_at,
            needs_offset=self._head if enrolment.state is State.WAITING_HISTORY else None,
            body=msgspec.to_builtins(enrolment),
            entered_at=enrolment.entered_at,
        )


def stored(row: EnrolmentRow) -> Enrolment:
    """Return the enrolment that a row keeps."""
    return msgspec.convert(row.body, Enrolment)
