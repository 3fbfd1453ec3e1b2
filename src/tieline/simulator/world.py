"""Everything the platform knows, and one call to it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from heapq import heappop, heappush
from typing import Any, NamedTuple

import msgspec

from tieline.simulator.account import Account
from tieline.simulator.friend_book import Friend
from tieline.simulator.friends import Reaction
from tieline.simulator.identifiers import Identifiers
from tieline.simulator.login_channels import LoginBook
from tieline.simulator.people import People
from tieline.simulator.settings import SimulatorSettings
from tieline.simulator.wire import JSON_TYPE, Refused, SimRequest

LINE_DAY = timezone(
    timedelta(hours=9)
)  # LINE counts days and months in UTC+9, whatever the account's country


class AccessToken(NamedTuple):
    """Opens one channel until it expires; None is never."""

    channel_id: str
    expires_at: datetime | None
    short_lived: bool = False


class Plan(NamedTuple):
    """What a friend is about to do; plans for the same moment keep their order."""

    due_at: datetime
    order: int
    account: Account
    friend: Friend
    reaction: Reaction


class Job(NamedTuple):
    """Something LINE does later; jobs for the same moment keep their order."""

    due_at: datetime
    order: int
    work: Callable[[datetime], None]


@dataclass(slots=True)
class LinkToken:
    """Good for one account linking by one person."""

    account: Account
    user_id: str
    expires_at: datetime


@dataclass(slots=True)
class World:
    """State of the platform.

    Attributes:
        accounts: By channel id.
        people: The people of each provider.
        tokens: Access tokens that were issued.
        link_tokens: Account-link tokens not used yet.
        agenda: What virtual friends are about to do, as a heap.
        jobs: What LINE itself does later, as a heap.
        login: Everything about LINE Login.
    """

    settings: SimulatorSettings
    ids: Identifiers
    accounts: dict[str, Account] = field(default_factory=dict)
    people: dict[str, People] = field(default_factory=dict)
    tokens: dict[str, AccessToken] = field(default_factory=dict)
    link_tokens: dict[str, LinkToken] = field(default_factory=dict)
    agenda: list[Plan] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    login: LoginBook = field(default_factory=LoginBook)
    planned: int = 0

    def plan(self, account: Account, friend: Friend, reaction: Reaction, now: datetime) -> None:
        """Put a friend's reaction on the agenda."""
        self.planned += 1
        due_at = now + timedelta(seconds=reaction.delay_seconds)
        heappush(self.agenda, Plan(due_at, self.planned, account, friend, reaction))

    def later(self, due_at: datetime, work: Callable[[datetime], None]) -> None:
        """Let LINE do something at a moment, or at the first look after it."""
        self.planned += 1
        heappush(self.jobs, Job(due_at, self.planned, work))

    def work(self, now: datetime) -> None:
        """Do what has become due, each at its own moment, however late this look is."""
        while self.jobs and self.jobs[0].due_at <= now:
            job = heappop(self.jobs)
            job.work(job.due_at)

    def people_of(self, provider_id: str) -> People:
        """Return the people of a provider."""
        if provider_id not in self.people:
            self.people[provider_id] = People(provider_id)
        return self.people[provider_id]


class Call(msgspec.Struct, frozen=True):
    """One authenticated call to an endpoint; `arguments` are the variable parts of its path."""

    world: World
    account: Account
    request: SimRequest
    request_id: str
    at: datetime
    arguments: tuple[str, ...] = ()

    @property
    def argument(self) -> str:
        """The first variable part of the path."""
        return self.arguments[0]

    def parameter(self, name: str) -> str:
        """Return a parameter of the address that must be there.

        Raises:
            Refused: 400 without it.
        """
        value = self.request.query.get(name)
        if not value:
            raise Refused(400, f"The value for the '{name}' parameter is invalid")
        return value

    def json(self) -> dict[str, Any]:
        """Return the decoded body.

        Raises:
            Refused: 415 for another content type, 400 when it is no JSON object.
        """
        content_type = self.request.headers.get("content-type", "")
        if not content_type.startswith(JSON_TYPE):
            raise Refused(415, f"The content type, {content_type}, is not supported")
        try:
            body = msgspec.json.decode(self.request.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Refused(400, "The request body could not be parsed as JSON (line: 1, column: 1)") from None
        if not isinstance(body, dict):
            raise Refused(400, "The request body could not be parsed as JSON (line: 1, column: 1)")
        return body


def month_of(at: datetime) -> str:
    """Return the month in which LINE counts, as `yyyymm`."""
    return day_of(at)[:6]


def day_of(at: datetime) -> str:
    """Return the day in which LINE counts, as `yyyymmdd`."""
    there = at.astimezone(LINE_DAY)
    return f"{there.year:04}{there.month:02}{there.day:02}"
