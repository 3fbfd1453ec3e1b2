"""What the routes of narrowcasts answer, as the console's client reads it. Shapes only."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from tieline.api.broadcast_answers import LineFigure, SendCost

State = Literal[
    "approval",
    "ready",
    "prepared",
    "unknown",
    "sending",
    "succeeded",
    "failed",
    "held",
    "parked",
    "cancelled",
]


class Why(BaseModel):
    """A reason: its word, and a sentence in each language."""

    code: str
    text: dict[str, str]


class NarrowcastPart(BaseModel):
    """One audience or earlier narrowcast. `agreed`: made by Tieline of people who agreed; `withdrawn`: who no longer does."""

    kind: Literal["audience", "line_audience", "narrowcast"]
    key: str
    people: int
    agreed: bool
    withdrawn: int
    problem: Why | None


class NarrowcastConsent(BaseModel):
    """What is known of consent. `text` says plainly that nobody's can be looked at when LINE sends."""

    state: Literal["agreed", "withdrawn", "not_known", "by_word"]
    withdrawn: int
    text: dict[str, str]


class NarrowcastPreview(BaseModel):
    """Before it is sent. `at_most`: people, and so messages; `against`: why it would be refused as it is, null if it would not."""

    at_most: int
    friends: int
    parts: list[NarrowcastPart]
    cost: SendCost
    over_quota: int
    over_budget: dict[str, float]
    consent: NarrowcastConsent
    against: Why | None
    needs_approval: bool
    as_of: datetime


class NarrowcastMoved(BaseModel):
    """The state a narrowcast is in now. `stopping`: a worker holds it; it is given up unless its call has begun."""

    key: str
    state: State
    stopping: bool = False


class NarrowcastFigures(BaseModel):
    """What came of it, by LINE's count. `target` and `sent` are people; `final`: it does not change any more."""

    target: int | None
    sent: int | None
    failed: int | None
    counted: int
    seen: LineFigure
    clicked: LineFigure
    played: LineFigure
    asked_at: datetime | None
    final: bool


class NarrowcastLine(BaseModel):
    """One narrowcast. `at_most`: messages it may cost; `counted`: messages it did cost."""

    key: str
    name: str
    account: str
    state: State
    reason: Why | None
    said: str
    at_most: int
    author: str
    approved_by: str
    approved_at: datetime | None
    created_at: datetime
    updated_at: datetime
    due_at: datetime
    called_first_at: datetime | None
    accepted_at: datetime | None
    settled_at: datetime | None
    report: NarrowcastFigures


class NarrowcastShown(NarrowcastLine):
    """One narrowcast with what it says and whom it is for. `request_id`: LINE's name for it."""

    definition: dict[str, Any]
    request_id: str
    as_of: datetime


class NarrowcastList(BaseModel):
    """The newest narrowcasts, the newest first."""

    narrowcasts: list[NarrowcastLine]
    as_of: datetime
