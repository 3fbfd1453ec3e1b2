"""The audiences of one account: lists of people that only grow, and that die after 180 days.

Source: https://developers.line.biz/en/reference/messaging-api/#manage-audience-group
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tieline.simulator.columns import RowSet

LIFE = timedelta(days=180)
GONE_AFTER = LIFE + timedelta(days=30)
FIRST_ID = 4_389_303_728_991


@dataclass(slots=True)
class Job:
    """One upload of ids; `count` of them were taken."""

    number: int
    description: str
    created_at: datetime
    count: int
    done: bool = False


@dataclass(slots=True)
class Audience:
    """An audience; `kind` is UPLOAD, CLICK or IMP."""

    number: int
    kind: str
    description: str
    created_at: datetime
    rows: RowSet = field(default_factory=RowSet)
    ready: bool = False
    failed: str | None = None
    request_id: str | None = None
    click_url: str | None = None
    ifa: bool = False
    jobs: list[Job] = field(default_factory=list)

    def status(self, now: datetime) -> str:
        """Return what LINE says about it."""
        if self.failed:
            return "FAILED"
        if now - self.created_at >= LIFE:
            return "EXPIRED"
        return "READY" if self.ready else "IN_PROGRESS"


@dataclass(slots=True)
class AudienceBook:
    """Audiences by number; those that expired a month ago are forgotten."""

    audiences: dict[int, Audience] = field(default_factory=dict)
    last: int = FIRST_ID

    def next_number(self) -> int:
        """Return a number nobody has."""
        self.last += 1
        return self.last

    def forget_old(self, now: datetime) -> None:
        """Drop what expired a month ago."""
        for number in [one.number for one in self.audiences.values() if now - one.created_at >= GONE_AFTER]:
            del self.audiences[number]
