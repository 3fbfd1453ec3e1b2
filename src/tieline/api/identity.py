"""Decisions about who is who: they go through the log, so that they happen in order and can be replayed."""

import asyncio
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Body, Request

from tieline.api.doors import Doors
from tieline.api.identity_ends import named, nodes_of
from tieline.api.identity_outcome import outcome
from tieline.errors import ConflictError, InvalidInputError, NotFoundError, UnavailableError
from tieline.model.event import IDENTITY_DECIDED, LogKind, NewLogRow
from tieline.store.postgres.workspaces import OWN_SOURCE

WAIT_SECONDS = 5.0
LOOK_AGAIN = "Look at the graph again, and decide by what it shows now."
Json = Annotated[dict[str, Any], Body()]


class Decision(msgspec.Struct, forbid_unknown_fields=True):
    """Two identifiers, each {"namespace", "value"} or {"node"}, and why.

    Attributes:
        decision: With "undo": the `decision_id` that the graph showed. It is refused where a newer one stands.
    """

    a: dict[str, str]
    b: dict[str, str]
    author: str
    reason: str
    decision: int | None = None


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/identity."""
    routes = APIRouter(prefix="/api/identity", tags=["identity"])

    @routes.post("/{kind}")
    async def decide(request: Request, kind: str, body: Json) -> dict[str, Any]:
        """Cut two identifiers apart, join them, or undo the latest such decision; each is named by value or by `node`.

        An undo that names the `decision` it takes back is refused if that one is not the latest any more: whoever asked
        had not seen what was decided since. The answer says whether the two are one person now (`together`). A join that
        joins nobody says what stands against it in `rejected`, as the graph does, or in `waiting_for` which of the two
        nobody has sent yet.
        """
        workspace_id = await doors.keys.workspace(request)
        if kind not in {"cut", "join", "undo"}:
            raise InvalidInputError(f"{kind!r} is no decision; it must be cut, join or undo.")
        try:
            decision = msgspec.convert(body, Decision)
        except msgspec.ValidationError as error:
            raise InvalidInputError(f"{error}.") from None
        async with doors.pool.connection() as connection:
            decision.a, decision.b = [
                await named(connection, workspace_id, end, place)
                for end, place in ((decision.a, "/a"), (decision.b, "/b"))
            ]
            nodes = await nodes_of(connection, workspace_id, decision.a, decision.b)
        seen = decision.decision if kind == "undo" else None
        if seen is not None and await _taken_back(doors, workspace_id, seen):
            raise ConflictError(f"The decision {seen} was taken back already.", way_out=LOOK_AGAIN)
        offset = await say(doors, workspace_id, kind, decision)
        await absorbed(doors, offset)
        if seen is not None and not await _taken_back(doors, workspace_id, seen):
            raise ConflictError(f"Another decision stands since {seen}.", way_out=LOOK_AGAIN)
        async with doors.pool.connection() as connection:
            became = await outcome(connection, workspace_id, kind, *nodes)
        return {"kind": kind, "log_offset": offset, **became, "as_of": doors.clock.now()}

    return routes


async def _taken_back(doors: Doors, workspace_id: int, decision: int) -> bool:
    async with doors.pool.connection() as connection:
        cursor = await connection.execute(
            "select revoked_at is not null from assertion where workspace_id = %s and assertion_id = %s",
            (workspace_id, decision),
        )
        row = await cursor.fetchone()
    if row is None:
        raise NotFoundError(f"There is no decision {decision}.", field="/decision")
    return bool(row[0])


async def say(doors: Doors, workspace_id: int, kind: str, decision: Decision) -> int:
    """Append a decision to the log; return where it stands."""
    now = doors.clock.now()
    async with doors.pool.connection() as connection:
        cursor = await connection.execute(
            "select source_id from source where workspace_id = %s and key = %s", (workspace_id, OWN_SOURCE)
        )
        row = await cursor.fetchone()
    item = {
        "type": "track",
        "event": IDENTITY_DECIDED,
        "messageId": doors.ids.token(),
        "properties": {"kind": kind, **msgspec.to_builtins(decision)},
        "context": {"externalIds": [{"type": decision.a.get("namespace"), "id": decision.a.get("value")}]},
    }
    body = msgspec.json.encode({"batch": [item]})
    return await doors.commit.append(
        [NewLogRow(workspace_id, int(row[0]) if row else 0, LogKind.OWN, 1, now, body)]
    )


async def absorbed(doors: Doors, offset: int) -> None:
    """Wait until the stream has come past `offset`."""
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            async with doors.pool.connection() as connection:
                cursor = await connection.execute("select log_offset from position where consumer = 'stream'")
                row = await cursor.fetchone()
            if row and int(row[0]) >= offset:
                return
            await asyncio.sleep(0.02)
    raise UnavailableError("The decision is stored; the stream has not come to it yet.")
