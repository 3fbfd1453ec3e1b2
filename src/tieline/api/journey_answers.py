"""What the routes of journeys and of the gallery answer, as the console's client reads it. Shapes only."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from tieline.api.broadcast_answers import AtLine
from tieline.api.people import Person


class KindField(BaseModel):
    """One field of a kind: what to write there, and whether it names a step that follows."""

    key: str
    write: str
    required: bool
    meaning: str
    leads_on: bool


class KindShown(BaseModel):
    """One kind of step or trigger, with a whole example. `paid`: LINE may charge for what it does."""

    kind: str
    paid: bool
    meaning: str
    example: dict[str, Any]
    fields: list[KindField]


class Kinds(BaseModel):
    """Everything that a journey can be made of."""

    steps: list[KindShown]
    triggers: list[KindShown]


class DraftProblem(BaseModel):
    """What keeps a draft from going live. `step` is "" where it concerns the journey itself; `field` is a JSON pointer."""

    step: str
    field: str
    message: str
    way_out: str
    code: str


class Validated(BaseModel):
    """Everything that is wrong with a draft; `ready` if nothing is."""

    problems: list[DraftProblem]
    ready: bool


class SavedJourney(BaseModel):
    """A version that was saved; `moved`: people who go on in it."""

    key: str
    version: int
    state: str
    moved: int


class SwitchedJourney(BaseModel):
    """The state a journey is in now."""

    key: str
    state: str


class MovedPeople(BaseModel):
    """How many people go on in the newest version."""

    key: str
    version: int
    moved: int


class JourneyLine(BaseModel):
    """One journey. `running`: who is on the way; `parked`: whom an error stopped; `entered`, `goals`: of 30 days."""

    key: str
    name: str
    version: int
    state: str
    updated_at: datetime
    trigger: str | None
    running: int
    parked: int
    entered: int
    goals: int


class JourneyList(BaseModel):
    """All journeys, the one that was changed last first."""

    journeys: list[JourneyLine]
    as_of: datetime


class JourneyVersionLine(BaseModel):
    """One version, and how many people are still on it."""

    version: int
    author: str
    at: datetime
    running: int


class JourneyVersions(BaseModel):
    """The versions of a journey, the newest first."""

    key: str
    versions: list[JourneyVersionLine]
    as_of: datetime


class JourneyVersion(BaseModel):
    """One version as it was saved."""

    key: str
    version: int
    definition: dict[str, Any]


class Standing(BaseModel):
    """How many people stand on a step in one state, and when the first of them is due."""

    step: str
    state: str
    people: int
    next_due_at: datetime | None


class StepSends(BaseModel):
    """What became of the messages of a step."""

    step: str
    state: str
    reason: str
    messages: int


class JourneyShown(BaseModel):
    """A journey with its newest version, where people stand, and what became of its messages.

    `line`: what LINE says of the messages of each step; a step is missing while LINE counts nothing of it.
    """

    key: str
    name: str
    version: int
    state: str
    updated_at: datetime
    definition: dict[str, Any]
    people: list[Standing]
    sends: list[StepSends]
    line: dict[str, AtLine]
    as_of: datetime


class DayCount(BaseModel):
    """People who reached a step on a day; `step` is "" for the entry and "!reason" for an end."""

    version: int
    step: str
    day: date
    people: int


class JourneyCounts(BaseModel):
    """Who reached what on each day."""

    key: str
    counts: list[DayCount]
    as_of: datetime


class OnTheWay(BaseModel):
    """One enrolment that is not over; `person` is null where the profile is gone."""

    enrolment_id: str
    profile_id: str | None
    person: Person | None
    version: int
    state: str
    step: str
    due_at: datetime | None
    entered_at: datetime
    updated_at: datetime


class JourneyPeople(BaseModel):
    """Who is on the way; `next` is the `after` of the next page, null if there is none."""

    key: str
    people: list[OnTheWay]
    next: str | None
    as_of: datetime


class StoppedPerson(BaseModel):
    """An enrolment that an error stopped."""

    enrolment_id: str
    version: int
    step: str
    reason: str | None
    at: datetime


class FailedMessage(BaseModel):
    """A message that failed, or is parked."""

    send_id: str
    step: str
    state: str
    reason: str
    attempts: int
    at: datetime | None


class FailedCall(BaseModel):
    """A call to another system that failed."""

    call_id: str
    step: str
    reason: str
    attempts: int
    at: datetime


class JourneyErrors(BaseModel):
    """What went wrong, the newest first."""

    key: str
    people: list[StoppedPerson]
    messages: list[FailedMessage]
    calls: list[FailedCall]
    as_of: datetime


class JourneyReplayed(BaseModel):
    """How much goes on again."""

    key: str
    people: int
    messages: int
    calls: int


class JourneyArm(BaseModel):
    """How one arm of a test or a holdout has done."""

    version: int
    step: str
    arm: str
    people: int
    goals: int
    clicks: int
    since: datetime
    won: bool


class Experiments(BaseModel):
    """All arms of a journey."""

    key: str
    arms: list[JourneyArm]
    as_of: datetime


class StepSuppressed(BaseModel):
    """Messages of a step that would not have left, and why."""

    step: str
    reason: str
    messages: int


class ArmGoals(BaseModel):
    """People of one arm, and those of them who reached the goal."""

    people: int
    goals: int


class RehearsedCost(BaseModel):
    """What the messages of one account would cost now."""

    account: str
    messages: int
    currency: str
    money: float
    month_money: float


class Rehearsed(BaseModel):
    """What would have happened on past days. `people`: who came into question; not all of them if not `complete`.

    `goals` is by arm of a holdout, or "all".
    """

    key: str
    since: datetime
    until: datetime
    people: int
    complete: bool
    entered: int
    refused: dict[str, int]
    steps: dict[str, int]
    messages: dict[str, int]
    suppressed: list[StepSuppressed]
    ends: dict[str, int]
    running: int
    goals: dict[str, ArmGoals]
    cost: list[RehearsedCost]
    as_of: datetime
