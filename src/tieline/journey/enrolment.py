"""One person's way through one journey, what can happen to it, and what it asks for. Values only."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

import msgspec

from tieline.ids import keyed_hash


class State(StrEnum):
    """Where an enrolment stands.

    `active` is on its way: not begun, or the worker owes it an answer within the same transaction. `parked` could not be
    moved because of an error, and stands still until somebody lets it go on.
    """

    ACTIVE = "active"
    WAITING_TIME = "waiting_time"
    WAITING_EVENT = "waiting_event"
    WAITING_HISTORY = "waiting_history"
    DONE = "done"
    EXITED = "exited"
    EXPIRED = "expired"
    PARKED = "parked"


TERMINAL = frozenset({State.DONE, State.EXITED, State.EXPIRED})
TIMED = frozenset({State.WAITING_TIME, State.WAITING_EVENT})


class Entered(msgspec.Struct, frozen=True, tag=True):
    """The enrolment was just made."""


class TimerDue(msgspec.Struct, frozen=True, tag=True):
    """It is time to look at the timer."""


class Resumed(msgspec.Struct, frozen=True, tag=True):
    """Somebody lets it go on after an error."""


class EventSeen(msgspec.Struct, frozen=True, tag=True):
    """The person did something. `at`: when it happened, not when it arrived."""

    name: str
    properties: Mapping[str, Any]
    at: datetime


class ConditionKnown(msgspec.Struct, frozen=True, tag=True):
    """The answer to AskCondition."""

    step: str
    result: bool


class CouponKnown(msgspec.Struct, frozen=True, tag=True):
    """The answer to IssueCoupon: the code, None if the pool is empty."""

    step: str
    code: str | None


class ArmKnown(msgspec.Struct, frozen=True, tag=True):
    """The answer to AskArm: the arm that won, or None while the test runs."""

    step: str
    winner: str | None


class Left(msgspec.Struct, frozen=True, tag=True):
    """It was asked that this person leaves. `reason`: what the enrolment ends with."""

    reason: str
    at: datetime


class Merged(msgspec.Struct, frozen=True, tag=True):
    """The person turned out to be another one who is on the same way and began it earlier."""

    at: datetime


Happening: TypeAlias = (
    Entered | TimerDue | Resumed | EventSeen | ConditionKnown | CouponKnown | ArmKnown | Left | Merged
)


class PlanSend(msgspec.Struct, frozen=True):
    """Plan the message of a send_line step. `send_id`: 16 bytes, the same for ever for this visit of the step."""

    step: str
    send_id: bytes
    at: datetime
    expires_at: datetime


class AddTag(msgspec.Struct, frozen=True):
    """Put a tag on the person."""

    step: str
    tag: str
    at: datetime


class RemoveTag(msgspec.Struct, frozen=True):
    """Take a tag off the person."""

    step: str
    tag: str
    at: datetime


class SetTrait(msgspec.Struct, frozen=True):
    """Write a trait. `value`: as defined, Liquid in its texts."""

    step: str
    name: str
    value: Any
    at: datetime


class CallWebhook(msgspec.Struct, frozen=True):
    """Call another system. `call_id`: 16 bytes, the same for ever for this visit of the step."""

    step: str
    call_id: bytes
    url: str
    body: Any
    at: datetime


class IssueCoupon(msgspec.Struct, frozen=True):
    """Take a code from a pool, and answer with CouponKnown in the same transaction."""

    step: str
    pool: str
    issue_key: bytes
    at: datetime


class AskCondition(msgspec.Struct, frozen=True):
    """Evaluate the test of a condition step once history is complete up to now, and answer with ConditionKnown."""

    step: str
    at: datetime


class AskArm(msgspec.Struct, frozen=True):
    """Say whether an A/B test is over, and answer with ArmKnown in the same transaction."""

    step: str
    at: datetime


class Assigned(msgspec.Struct, frozen=True):
    """The person belongs to one part of an experiment from now on."""

    step: str
    arm: str
    at: datetime


class AskStart(msgspec.Struct, frozen=True):
    """Ask that the person enters another journey."""

    step: str
    journey: str
    at: datetime


class AskLeave(msgspec.Struct, frozen=True):
    """Ask that the person leaves another journey."""

    step: str
    journey: str
    at: datetime


class ReachedGoal(msgspec.Struct, frozen=True):
    """The event the journey was made for happened."""

    event: str
    at: datetime


class Finished(msgspec.Struct, frozen=True):
    """The enrolment ended.

    Attributes:
        reason: end, exit_event, goal, held_out, no_longer_meant, left, merged or too_many_visits.
    """

    reason: str
    at: datetime


Effect: TypeAlias = (
    PlanSend
    | AddTag
    | RemoveTag
    | SetTrait
    | CallWebhook
    | IssueCoupon
    | AskCondition
    | AskArm
    | Assigned
    | AskStart
    | AskLeave
    | ReachedGoal
    | Finished
)


class Enrolment(msgspec.Struct, frozen=True):
    """One person's way through one version of a journey.

    Attributes:
        id: 16 bytes.
        person: Node that carried the profile when it entered.
        correlation: Value of the re-entry key, or "".
        step: Where the person stands, "" before the first step.
        due_at: When the timer fires, in the waiting states that have one.
        reached_at: When the step was reached, by the time of what led there and not by when that was processed.
        trigger: Properties of what started it.
        data: What steps found out: "coupons" by pool, "conditions", "arms" and "buttons" by step.
        visits: How often each step was reached.
        held: Events that came while an answer was outstanding; they are looked at once it is there.
        reason: Why it ended, "" while it runs.
    """

    id: bytes
    journey_key: str
    version: int
    person: bytes
    entered_at: datetime
    reached_at: datetime
    trigger: Mapping[str, Any]
    correlation: str = ""
    state: State = State.ACTIVE
    step: str = ""
    due_at: datetime | None = None
    data: Mapping[str, Mapping[str, Any]] = {}
    visits: Mapping[str, int] = {}
    held: tuple[EventSeen, ...] = ()
    reason: str = ""

    @property
    def over(self) -> bool:
        """Whether it can never move again."""
        return self.state in TERMINAL

    def effect_id(self) -> bytes:
        """Return 16 bytes that name what the present visit of the present step does."""
        return keyed_hash(self.id, self.step, str(self.visits[self.step]))
