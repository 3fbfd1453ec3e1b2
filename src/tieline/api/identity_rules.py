"""The rules of who is who: read them, check a file, and change them; a change is computed before it holds."""

from datetime import datetime
from typing import Annotated, Any, Protocol

import msgspec
from fastapi import APIRouter, Body, Request
from psycopg import AsyncConnection
from pydantic import BaseModel

from tieline.api.doors import Doors
from tieline.clock import Clock
from tieline.errors import InvalidInputError, NotFoundError
from tieline.identify.rule_file import RuleFile, check, parse, shipped
from tieline.identify.rules import RULES, RuleBook, read_rules
from tieline.ports import Change
from tieline.store.postgres.identity_rules import PostgresRules
from tieline.store.postgres.workspaces import PostgresWorkspaces

Json = Annotated[dict[str, Any], Body()]
WORDS = {"confirm": "ready", "refuse": "refused"}


class Timed(Protocol):
    """Knows what time it is."""

    @property
    def clock(self) -> Clock:
        """The clock."""
        ...


class RuleCard(BaseModel):
    """What holds for one kind of identifier. `blocked`, `allowed`: how many values are named, for they may be people's."""

    namespace: str
    limit: int
    names_a_person: bool
    changes_hands: bool
    verified_only: bool
    shared_above: int
    passes_on_after_days: int
    latest_account_holds: bool
    expires_after_days: int
    blocked: int
    allowed: int


class RulesAtWork(BaseModel):
    """The rules that hold, the strongest identifier first; "other" stands for whatever is not named."""

    identifiers: list[RuleCard]
    never_together: list[str]
    largest_profile: int
    largest_zone: int
    line_providers_apart: bool
    linking_basis: list[list[str]]
    ask_when_merging_percent: float


class RuleExamples(BaseModel):
    """Some of whom a change would touch, their identifiers masked.

    `merged`: people of today who would be one. `split`: people that one would be. `moved`: what would go from one person to
    another, who stays behind, and who is there already.
    """

    merged: list[list[list[str]]] = []
    split: list[list[list[str]]] = []
    moved: list[list[list[str]]] = []


class RuleReport(BaseModel):
    """What a change would do: to how many, and to whom for example."""

    profiles_before: int
    profiles_after: int
    merged: int
    merging: int
    merging_percent: float
    split: int
    moved_identifiers: int
    identifiers: int
    links: int
    examples: RuleExamples


class RuleVersion(BaseModel):
    """A change of the rules and what became of it. `progress`: of its computation, 0 to 1."""

    version: int
    state: str
    merges_percent: float
    author: str
    reason: str
    asked_at: datetime
    progress: float
    report: RuleReport | None
    decided_by: str | None
    decided_at: datetime | None
    live_at: datetime | None


class WrittenVersion(RuleVersion):
    """A change with the file that somebody wrote."""

    text: str
    as_of: datetime


class RulesView(BaseModel):
    """The file that holds, what it says, and the newest versions with what became of each."""

    version: int
    shipped: bool
    text: str
    rules: RulesAtWork
    versions: list[RuleVersion]
    as_of: datetime


class Wish(msgspec.Struct, forbid_unknown_fields=True):
    """Rules that somebody wants to hold: the file, who wants it and why."""

    text: str
    author: str
    reason: str


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/identity/rules."""
    routes = APIRouter(prefix="/api/identity/rules", tags=["identity"])

    @routes.get("")
    async def read(request: Request) -> RulesView:
        """Return the file that holds, what it says, and the newest versions with what became of each."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            store = PostgresRules(connection)
            text, versions = await store.live_text(workspace_id), await store.versions(workspace_id)
            workspace = await PostgresWorkspaces(connection).find(workspace_id)
        live = next((one["version"] for one in versions if one["state"] == "live"), RULES.version)
        file = text if text is not None else shipped()
        return RulesView(
            version=live,
            shipped=text is None,
            text=file,
            rules=at_work(parse(file, workspace.country, live)),
            versions=[RuleVersion.model_validate(one) for one in versions],
            as_of=doors.clock.now(),
        )

    @routes.post("/check")
    async def look(request: Request, body: Json) -> dict[str, Any]:
        """Say what is wrong with a file, line by line; nothing is changed."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            workspace = await PostgresWorkspaces(connection).find(workspace_id)
        found, problems = check(str(body.get("text", "")), workspace.country)
        return {"valid": found is not None, "problems": [one._asdict() for one in problems]}

    @routes.put("", status_code=202)
    async def change(request: Request, body: Json) -> WrittenVersion:
        """Change the rules: they are checked, computed apart, and hold once the stream has switched to them."""
        workspace_id = await doors.keys.workspace(request)
        try:
            wish = msgspec.convert(body, Wish)
        except msgspec.ValidationError as error:
            raise InvalidInputError(f"{error}.") from None
        async with doors.pool.connection() as connection, connection.transaction():
            version = await put(connection, workspace_id, wish, doors)
            found = await PostgresRules(connection).version(workspace_id, version)
        return WrittenVersion(**found, as_of=doors.clock.now())

    @routes.get("/{version}")
    async def one(request: Request, version: int) -> WrittenVersion:
        """Return a version with its file, how far it is and what it changes."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            found = await PostgresRules(connection).version(workspace_id, version)
        return WrittenVersion(**found, as_of=doors.clock.now())

    @routes.post("/{version}/{word}")
    async def decide(request: Request, version: int, word: str, body: Json) -> WrittenVersion:
        """Confirm a change that waits for it, or refuse one that does not hold yet."""
        workspace_id = await doors.keys.workspace(request)
        if word not in WORDS:
            raise NotFoundError(f"{word!r} is no word about a change; it is confirm or refuse.")
        author = str(body.get("author", "")).strip()
        if not author:
            raise InvalidInputError("author is missing; say who decides.", field="/author")
        async with doors.pool.connection() as connection, connection.transaction():
            await decided(connection, workspace_id, version, word, author, doors)
            found = await PostgresRules(connection).version(workspace_id, version)
        return WrittenVersion(**found, as_of=doors.clock.now())

    return routes


def at_work(found: RuleFile) -> RulesAtWork:
    """Return rules as people read them."""
    rules = found.rules
    named = sorted((*rules.table, rules.other), key=lambda rule: rule.tier)
    return RulesAtWork(
        identifiers=[
            RuleCard(
                namespace=rule.namespace or "other",
                limit=rule.limit,
                names_a_person=rule.anchor,
                changes_hands=rule.weak,
                verified_only=rule.proven_only,
                shared_above=rule.shared_above,
                passes_on_after_days=rule.succeeds_after_days,
                latest_account_holds=rule.replaced,
                expires_after_days=rule.ttl_days,
                blocked=len(rule.blocked),
                allowed=len(rule.allowed),
            )
            for rule in named
        ],
        never_together=list(rules.vetoes),
        largest_profile=rules.profile_max,
        largest_zone=rules.zone_max,
        line_providers_apart=rules.providers_apart,
        linking_basis=[list(basis.providers) for basis in rules.bases],
        ask_when_merging_percent=found.merges_percent,
    )


async def put(connection: AsyncConnection, workspace_id: int, wish: Wish, at: Timed) -> int:
    """Keep a wish for other rules; return its version.

    Raises:
        InvalidRulesError: The file has mistakes.
        InvalidInputError: Nobody says who wants it, or why.
        ConflictError: Another change is under way.
    """
    for field in ("author", "reason"):
        if not getattr(wish, field).strip():
            raise InvalidInputError(
                f"{field} is empty; a change says who wants it and why.", field=f"/{field}"
            )
    workspace = await PostgresWorkspaces(connection).find(workspace_id)
    store = PostgresRules(connection)
    version = await store.next_version(workspace_id)
    found = parse(wish.text, workspace.country, version)
    by = (wish.author, wish.reason)
    await store.ask(workspace_id, version, wish.text, found.rules, found.merges_percent, by, at.clock.now())
    return version


async def decided(
    connection: AsyncConnection, workspace_id: int, version: int, word: str, author: str, at: Timed
) -> None:
    """Note a person's word about a change, and let the stream switch if it is yes.

    Raises:
        NotFoundError: No such change waits for a word.
    """
    store, now = PostgresRules(connection), at.clock.now()
    await store.decide(workspace_id, version, WORDS[word], author, now)
    if word == "confirm":
        await store.say(Change(workspace_id, version, "ready", None, 0.0), now)


async def rule_book(connection: AsyncConnection) -> RuleBook:
    """Return the rules that hold now."""
    return RuleBook(read_rules(await PostgresRules(connection).live()))
