"""What an enrolment asks for, turned into rows: sends to plan, deeds to tell, coupons to take."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

import msgspec

from tieline.journey import enrolment as ask
from tieline.journey.advance import advance
from tieline.journey.definition import Journey, SendLine
from tieline.journey.enrolment import Enrolment, Happening, State
from tieline.model.event import COUPON_ISSUED, TAG_ADDED, TAG_REMOVED, TRAITS_SET
from tieline.model.signal import EnrolmentRow, Said, SendRequest, WebhookCall
from tieline.ports import JourneyStore

GOAL_REACHED = "journey_goal_reached"
Fill = Callable[[Any, Mapping[str, Any]], Any]


@dataclass
class Outcome:
    """What a round of moving people leads to, gathered before it is stored."""

    requests: list[SendRequest] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    calls: list[WebhookCall] = field(default_factory=list)
    rows: dict[bytes, EnrolmentRow] = field(default_factory=dict)


class Mover:
    """Moves one enrolment as far as it goes, and gathers what that asks for.

    Args:
        store: Coupons and the catalog.
        outcome: Where the results are gathered.
        fill: Fills Liquid in the texts of a JSON value.
        head: Log offset that a condition asked now waits for.
    """

    def __init__(self, store: JourneyStore, outcome: Outcome, fill: Fill, head: int) -> None:
        self._store = store
        self._outcome = outcome
        self._fill = fill
        self._head = head

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
        """Return where the person stands after `happened`."""
        before = enrolment
        enrolment, effects = advance(journey, enrolment, happened, now, zone)
        coupon: ask.IssueCoupon | None = None
        for effect in effects:
            if isinstance(effect, ask.IssueCoupon):
                coupon = effect
            else:
                await self._apply(workspace_id, identifier, journey, enrolment, effect)
        if coupon is not None:
            code = await self._store.issue_coupon(
                workspace_id, coupon.pool, coupon.issue_key, enrolment.person, coupon.at
            )
            if code is not None:
                self._say(
                    workspace_id,
                    identifier,
                    COUPON_ISSUED,
                    coupon.issue_key.hex(),
                    {"pool": coupon.pool},
                    coupon.at,
                )
            answer = ask.CouponKnown(coupon.step, code)
            return await self.move(workspace_id, identifier, journey, enrolment, answer, now, zone)
        if enrolment != before or not before.step:
            self._outcome.rows[enrolment.id] = self._row(workspace_id, enrolment)
        return enrolment

    async def _apply(
        self,
        workspace_id: int,
        identifier: tuple[str, str],
        journey: Journey,
        enrolment: Enrolment,
        effect: ask.Effect,
    ) -> None:
        name = f"{enrolment.id.hex()}:{journey.key}"
        match effect:
            case ask.PlanSend(step, send_id, at, expires_at):
                self._outcome.requests.append(
                    await self._request(workspace_id, journey, enrolment, step, send_id, at, expires_at)
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
                self._outcome.calls.append(WebhookCall(workspace_id, call_id, url, filled, at))
            case ask.ReachedGoal(event, at):
                properties = {"journey": journey.key, "version": journey.version, "event": event}
                self._say(workspace_id, identifier, GOAL_REACHED, f"{name}:goal", properties, at)
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
    ) -> SendRequest:
        step = journey.steps[step_id]
        if not isinstance(step, SendLine):
            raise TypeError(f"step {step_id} of {journey.key} sends nothing")
        context = self._context(enrolment)
        for name, lookup in step.lookup.items():
            key = str(self._fill(lookup.key, context))
            context[name] = await self._store.item(workspace_id, lookup.catalog, key) or {}
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
        )

    def _context(self, enrolment: Enrolment) -> dict[str, Any]:
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
