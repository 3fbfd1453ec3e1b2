"""Try a message before people get it: check it, fill it for one person, send it to a few."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Body, Request
from psycopg import AsyncConnection
from pydantic import BaseModel

from tieline.api.costing import find_account
from tieline.api.doors import Doors
from tieline.api.profiles import load_from, parse_id
from tieline.api.shape import read_shape
from tieline.collect import own
from tieline.deliver import limits
from tieline.deliver.liquid import RenderError
from tieline.deliver.render import compiled, problems
from tieline.deliver.stage import DeliverStage
from tieline.errors import InvalidInputError, InvalidTemplateError
from tieline.identify.normalize import normalize
from tieline.ids import keyed_hash
from tieline.model.signal import SendRequest
from tieline.store.postgres.deliver import PostgresSends
from tieline.store.postgres.library import PostgresLibrary
from tieline.store.postgres.workspaces import OWN_SOURCE, PostgresWorkspaces

TESTERS_MAX = 10
TEST_LIVES = timedelta(minutes=15)
Json = Annotated[dict[str, Any], Body()]
Messages = list[dict[str, Any]]


class Person(msgspec.Struct, forbid_unknown_fields=True):
    """Somebody, by profile or by an identifier."""

    profile_id: str = ""
    namespace: str = ""
    value: str = ""


class Preview(msgspec.Struct, forbid_unknown_fields=True):
    """What to fill: messages, or a kept message; for whom; and what else templates may read."""

    messages: Messages | None = None
    key: str = ""
    version: int | None = None
    person: Person | None = None
    context: dict[str, Any] = {}


class Check(msgspec.Struct, forbid_unknown_fields=True):
    """What to check; with an account LINE itself is asked too."""

    messages: Messages
    account: str = ""


class Test(msgspec.Struct, forbid_unknown_fields=True):
    """Whom to send a test to; the same rules hold as for every other message, consent among them."""

    account: str
    people: Annotated[list[Person], msgspec.Meta(min_length=1, max_length=TESTERS_MAX)]
    purpose: str = "marketing"
    version: int | None = None


class Flaw(BaseModel):
    """What is wrong, and where: a JSON pointer into the list of messages; LINE itself writes places its own way."""

    pointer: str
    sentence: str


class Checked(BaseModel):
    """Whether LINE would take messages. `line_status`: what LINE answered, null if it was not asked."""

    ok: bool
    problems: list[Flaw]
    line_status: int | None = None


class Filled(BaseModel):
    """Messages as one person would get them. `notification`: what a lock screen shows."""

    messages: Messages
    notification: str
    problems: list[Flaw]
    as_of: datetime


class TestSend(BaseModel):
    """What became of a test for one person; `reason` says why it was not sent."""

    profile_id: str
    send_id: str
    state: str
    reason: str


class TestSent(BaseModel):
    """A test that is on its way."""

    key: str
    version: int
    sends: list[TestSend]


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/messages that try."""
    routes = APIRouter(prefix="/api/messages", tags=["messages"])

    @routes.post("/check")
    async def check_draft(request: Request, body: Json) -> Checked:
        """Return everything that LINE would refuse in `{"messages", "account"}`, each with its place."""
        workspace_id = await doors.keys.workspace(request)
        asked = read_shape(body, Check)
        found = [Flaw(pointer=one.pointer, sentence=one.sentence) for one in problems(asked.messages)]
        if found or not asked.account:
            return Checked(ok=not found, problems=found)
        await _account(doors, workspace_id, asked.account)
        answer = await doors.line.validate(workspace_id, asked.account, "push", _request(asked.messages))
        return Checked(ok=answer.status == 200, problems=_details(answer.body), line_status=answer.status)

    @routes.post("/preview")
    async def preview(request: Request, body: Json) -> Filled:
        """Fill messages for a person and say what is wrong with them then; nothing is sent."""
        workspace_id = await doors.keys.workspace(request)
        asked = read_shape(body, Preview)
        messages: Sequence[Mapping[str, Any]] | None = asked.messages
        async with doors.pool.connection() as connection:
            if messages is None:
                saved = await PostgresLibrary(connection).find(workspace_id, asked.key, asked.version)
                messages = saved.messages
            traits: Mapping[str, Any] = {}
            if asked.person is not None:
                node_id = await _node(connection, workspace_id, asked.person)
                traits = (await PostgresSends(connection).traits(workspace_id, [node_id])).get(node_id, {})
        links = {"bind": f"{doors.settings.public_url.rstrip('/')}/b/preview"}
        try:
            filled = compiled(messages).fill({**asked.context, "profile": traits, "links": links})
        except RenderError as error:
            raise InvalidTemplateError(f"The message cannot be filled for this person: {error}.") from None
        return Filled(
            messages=filled,
            notification=_notification(filled),
            problems=[Flaw(pointer=one.pointer, sentence=one.sentence) for one in limits.problems(filled)],
            as_of=doors.clock.now(),
        )

    @routes.post("/{key}/test", status_code=202)
    async def test(request: Request, key: str, body: Json) -> TestSent:
        """Send a kept message to at most ten people now; says of each what becomes of it."""
        workspace_id = await doors.keys.workspace(request)
        return await _send_test(doors, workspace_id, key, read_shape(body, Test))

    return routes


async def _send_test(doors: Doors, workspace_id: int, key: str, asked: Test) -> TestSent:
    now = doors.clock.now()
    await _account(doors, workspace_id, asked.account)
    async with doors.pool.connection() as connection, connection.transaction():
        saved = await PostgresLibrary(connection).find(workspace_id, key, asked.version)
        people = [await _node(connection, workspace_id, person) for person in asked.people]
        requests = [
            SendRequest(
                workspace_id=workspace_id,
                send_id=keyed_hash(person, "test", key, doors.ids.token()),
                account=asked.account,
                origin=f"test:{key}",
                step=str(saved.version),
                person=person,
                purpose=asked.purpose,
                messages=tuple(saved.messages),
                context={},
                at=now,
                expires_at=now + TEST_LIVES,
            )
            for person in dict.fromkeys(people)
        ]
        stage = DeliverStage(PostgresSends(connection), doors.ids, doors.clock, doors.settings.public_url)
        refused = await stage.process(requests)
        cursor = await connection.execute(
            "select person, send_id, state, reason from send where workspace_id = %s and send_id = any(%s)",
            (workspace_id, [one.send_id for one in requests]),
        )
        sends = await cursor.fetchall()
        cursor = await connection.execute(
            "select source_id from source where workspace_id = %s and key = %s", (workspace_id, OWN_SOURCE)
        )
        row = await cursor.fetchone()
    if refused and row:
        await doors.commit.append(own.rows(refused, {workspace_id: int(row[0])}, now))
    return TestSent(
        key=key,
        version=saved.version,
        sends=[
            TestSend(profile_id=bytes(person).hex(), send_id=bytes(send_id).hex(), state=state, reason=reason)
            for person, send_id, state, reason in sends
        ],
    )


async def _node(connection: AsyncConnection, workspace_id: int, person: Person) -> bytes:
    """Return the node that stands for a person."""
    if person.profile_id:
        return (await load_from(connection, workspace_id, parse_id(person.profile_id))).profile_id
    workspace = await PostgresWorkspaces(connection).find(workspace_id)
    normal = normalize(person.namespace, person.value, workspace.country)
    if not isinstance(normal, str):
        raise InvalidInputError(f"This is no {person.namespace}: {normal.reason}.", field="/person/value")
    node_id = keyed_hash(workspace.identity_key, person.namespace, normal)
    return (await load_from(connection, workspace_id, node_id)).profile_id


async def _account(doors: Doors, workspace_id: int, key: str) -> None:
    """Let the client know an account of this workspace.

    Raises:
        NotFoundError: It is not connected.
    """
    async with doors.pool.connection() as connection:
        await find_account(doors, connection, workspace_id, key)


def _request(messages: Messages) -> bytes:
    return msgspec.json.encode({"messages": messages})


def _details(body: bytes) -> list[Flaw]:
    """Return what LINE says is wrong, in its own words."""
    try:
        said = msgspec.json.decode(body, type=_Said)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return []
    return [Flaw(pointer=one.property, sentence=one.message) for one in said.details]


class _Detail(msgspec.Struct):
    message: str = ""
    property: str = ""


class _Said(msgspec.Struct):
    details: list[_Detail] = []


def _notification(messages: Sequence[Mapping[str, Any]]) -> str:
    """Return what a lock screen shows: the words of the last message, as LINE does."""
    last = messages[-1] if messages else {}
    return str(last.get("altText") or last.get("text") or "")
