"""What the routes of destinations answer, as the console's client reads it. Shapes only."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

DestinationState = Literal["live", "paused", "failing", "deleted"]


class DestinationDefinition(BaseModel):
    """Where calls go and what they tell. `without_consent`: why no consent is needed, "" where the segment asks for one."""

    url: str
    identifiers: list[str]
    without_consent: str


class DestinationView(BaseModel):
    """A system that is kept told of a segment.

    `reason`: why its last call was not taken; `waiting`: calls that wait; `wants_full`: it is told everybody next;
    `told_at`: when it last took a call.
    """

    key: str
    segment: str
    definition: DestinationDefinition
    state: DestinationState
    reason: str
    wants_full: bool
    told_at: datetime | None
    updated_at: datetime
    waiting: int


class DestinationList(BaseModel):
    """Every destination of a workspace."""

    destinations: list[DestinationView]
    as_of: datetime


class DestinationSaved(BaseModel):
    """A destination that was kept. `secret`: what signs its calls, shown once; "" where it stays as it was."""

    key: str
    segment: str
    url: str
    identifiers: list[str]
    without_consent: str
    secret: str
    state: DestinationState


class DestinationSwitched(BaseModel):
    """Where a destination stands now."""

    key: str
    state: DestinationState
