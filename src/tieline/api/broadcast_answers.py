"""What the routes of broadcasts answer, as the console's client reads it. Shapes only."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from tieline.api.report_shapes import GroupView, LiftView

BroadcastState = Literal[
    "draft", "approval", "ready", "planning", "planned", "drifted", "stopped", "cancelled"
]


class SendCost(BaseModel):
    """What a send would cost now. `month_money`: the whole month with it; `fits`: quota and budgets reach for it."""

    currency: str
    money: float
    inside_plan: int
    beyond_plan: int
    month_money: float
    fits: bool


class LeftOut(BaseModel):
    """Recipients who would get nothing, and why."""

    not_friend: int
    no_consent: int


class BroadcastPreview(BaseModel):
    """Who would get it now. `reachable`: who of the recipients may be written to; `messages`: without those held out."""

    recipients: int
    reachable: int
    messages: int
    cost: SendCost
    out: LeftOut
    needs_approval: bool
    as_of: datetime


class BroadcastMoved(BaseModel):
    """The state a broadcast is in now."""

    key: str
    state: BroadcastState


class BroadcastStopped(BaseModel):
    """A broadcast of which no further call starts. `laid_aside`: messages that were planned and wait."""

    key: str
    state: BroadcastState
    laid_aside: int


class BroadcastResumed(BaseModel):
    """A broadcast that goes on. `planned_again`: messages that had been laid aside."""

    key: str
    planned_again: int


class BroadcastTested(BaseModel):
    """A test. `asked`: testers that were named; `found`: those of them whom the workspace knows."""

    key: str
    found: int
    asked: int


class BroadcastLine(BaseModel):
    """One broadcast without what it says.

    `frozen`: number of recipients, null before; `planned`: messages so far.
    """

    key: str
    name: str
    account: str
    state: BroadcastState
    author: str
    approved_by: str
    approved_at: datetime | None
    start_at: datetime | None
    created_at: datetime
    updated_at: datetime | None
    started_at: datetime | None
    frozen: int | None
    frozen_at: datetime | None
    planned: int
    winner: str


class BroadcastListed(BroadcastLine):
    """One broadcast of a list. `waiting`: some of its messages have not come to an end."""

    waiting: bool


class BroadcastList(BaseModel):
    """The newest broadcasts, the newest first."""

    broadcasts: list[BroadcastListed]
    as_of: datetime


class BroadcastVariant(BaseModel):
    """One way to say it; `share` in percent, 0 for equal parts."""

    name: str = ""
    share: int = 0
    messages: list[dict[str, Any]]


class BroadcastTrial(BaseModel):
    """The variants go to `percent` of the people first; after so many minutes the rest gets the best one."""

    percent: int
    after_minutes: int


class BroadcastDefinition(BaseModel):
    """What was saved. `local`: wall-clock time of each person; `drift`: part by which recipients may differ from `expected`."""

    account: str
    purpose: str
    variants: list[BroadcastVariant]
    segment: str | None = None
    exclude: list[str] = []
    holdout: int = 0
    trial: BroadcastTrial | None = None
    start_at: datetime | None = None
    local: str | None = None
    per_minute: int | None = None
    quiet_from: str | None = None
    quiet_until: str | None = None
    any_hour: bool = False
    cap_messages: int | None = None
    cap_days: int | None = None
    priority: int
    expires_after_minutes: int
    expected: int | None = None
    drift: float | None = None


class ArmSends(BaseModel):
    """Messages of one arm in one state, by reason."""

    arm: str
    state: str
    reason: str
    people: int


class BroadcastRefusal(BaseModel):
    """What LINE would not take of one arm, and where in the messages."""

    step: str
    pointer: str
    sentence: str
    at: datetime


class BroadcastProgress(BaseModel):
    """How far it is. `done_at` and the alarm `slow` only while it runs."""

    recipients: int | None
    done: int
    left: int
    per_minute: int
    done_at: datetime | None
    slow: bool


class BroadcastShown(BroadcastLine):
    """A broadcast, how far it has come and how fast it goes."""

    definition: BroadcastDefinition
    sends: list[ArmSends]
    refusals: list[BroadcastRefusal]
    progress: BroadcastProgress
    as_of: datetime


class LineFigure(BaseModel):
    """A number of LINE's: `counted`, `fewer` than `below` people (then `text` says so), or `not_asked_yet`."""

    value: int | None
    state: Literal["counted", "fewer", "not_asked_yet"]
    below: int | None = None
    text: dict[str, str] | None = None


class AtLine(BaseModel):
    """What LINE says of the messages of an arm or a step; `final`: it does not change any more."""

    unit: str
    since: str | None
    until: str | None
    asked_at: datetime | None
    final: bool
    seen: LineFigure
    clicked: LineFigure
    played: LineFigure


class Bought(BaseModel):
    """Orders after the message: people, orders, and what they were worth."""

    people: int
    events: int
    amount: float


class ArmResults(BaseModel):
    """Orders whose last touch was a click on this arm, and their worth."""

    results: int
    people: int
    value: float


class ArmCost(BaseModel):
    """Messages of an arm that LINE charges for, and their part of the money. `per_result`: null without a result."""

    messages: int
    money: float
    per_result: float | None


class BroadcastArm(BaseModel):
    """What came of one arm. `held_out` has people and orders, and no messages.

    `opened` and `bought` are soft: they say what came after, not what came of it. `attributed` goes by clicks.
    """

    arm: str
    people: int
    sent: int
    suppressed: dict[str, int]
    failed: dict[str, int]
    opened: LineFigure | None
    clicked: int | None
    attributed: ArmResults | None
    bought: Bought | None
    blocked_afterwards: int | None
    cost: ArmCost | None
    line: AtLine | None


class BroadcastLift(BaseModel):
    """Everybody who was to get it beside those whom chance held out: orders within `window_days` of their moment.

    `complete`: those days are over for everybody.
    """

    groups: dict[str, GroupView]
    lift: LiftView
    window_days: int
    complete: bool


class BroadcastReport(BaseModel):
    """What came of a broadcast. `lift` is null where nobody was held out; `soft` says of a figure why it proves nothing."""

    key: str
    name: str
    state: BroadcastState
    winner: str
    currency: str
    window_days: int
    arms: list[BroadcastArm]
    lift: BroadcastLift | None
    soft: dict[str, str]
    as_of: datetime
