"""What the reports on money and on results answer, for the description of the API and the clients made from it."""

from datetime import datetime

from pydantic import BaseModel


class OriginMessages(BaseModel):
    """Messages that are charged for, of one broadcast, journey or test."""

    origin: str
    messages: int


class Savings(BaseModel):
    """What a month cost, and what it would have cost had every broadcast gone to every friend."""

    account: str
    month: str
    friends: int
    messages: int
    messages_to_all: int
    money: float
    money_to_all: float
    saved: float
    replies: int
    saved_by_replies: float
    currency: str
    origins: list[OriginMessages]
    as_of: datetime


class Dormant(BaseModel):
    """People who got messages and did nothing at all since a day. `money_each`: what one more message costs."""

    account: str
    people: int
    written_to: int
    messages: int
    money: float
    money_each: float
    currency: str
    since: datetime
    as_of: datetime


class Credited(BaseModel):
    """Results given to one message. `origin` is null where no message came before."""

    origin: str | None
    results: int
    people: int
    value: float


class Touch(BaseModel):
    """One way of giving. `soft`: it says what came after, not what came of it."""

    soft: bool
    origins: list[Credited]


class Attribution(BaseModel):
    """Each result given to the message touched last before it."""

    event: str
    window_days: int
    by: dict[str, Touch]
    soft_because: dict[str, str]
    as_of: datetime


class Bounds(BaseModel):
    """An estimate with its interval of 95%. `certain`: the interval does not hold zero."""

    estimate: float
    low: float
    high: float
    certain: bool


class GroupView(BaseModel):
    """One group of people and what they did."""

    people: int
    converted: int
    mean: float
    variance: float


class LiftView(BaseModel):
    """What messages brought beyond what would have come without them; null where a group is too small."""

    rate: Bounds | None
    conversions: Bounds | None
    relative: float | None
    money: Bounds | None
    revenue: Bounds | None


class Incremental(BaseModel):
    """People who were treated beside people whom chance held out."""

    groups: dict[str, GroupView]
    lift: LiftView
    as_of: datetime
