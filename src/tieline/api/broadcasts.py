"""Broadcasts: preview, save, test; which there are, and how far one has come."""

from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Body, Request
from psycopg import AsyncConnection

from tieline.api.broadcast_answers import (
    BroadcastList,
    BroadcastMoved,
    BroadcastPreview,
    BroadcastShown,
    BroadcastTested,
)
from tieline.api.broadcast_parse import parse
from tieline.api.costing import find_account, hold, read_month, refuse_over
from tieline.api.doors import Doors
from tieline.api.keys import CALLER
from tieline.api.profiles import parse_id
from tieline.api.segments import required_key
from tieline.deliver.stage import DeliverStage
from tieline.errors import ConflictError, InvalidInputError, NotFoundError
from tieline.ids import keyed_hash
from tieline.model.access import Caller
from tieline.model.broadcast import Broadcast
from tieline.model.signal import SendRequest
from tieline.store.postgres.broadcast_desk import PostgresBroadcastDesk
from tieline.store.postgres.cost import PostgresCost
from tieline.store.postgres.deliver import PostgresSends
from tieline.store.postgres.habits import habits
from tieline.store.postgres.refusals import PostgresRefusals
from tieline.store.postgres.segments import PostgresSegments
from tieline.store.postgres.workspaces import PostgresWorkspaces

STATES = ("draft", "ready")
LISTED_MAX = 200
TESTERS_MAX = 20
SLOW = 0.5
"""A minute with less than this part of the minute before it raises the alarm."""
Json = Annotated[dict[str, Any], Body()]


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/broadcasts."""
    routes = APIRouter(prefix="/api/broadcasts", tags=["broadcasts"])
    _saving(routes, doors)
    _reading(routes, doors)
    return routes


def _saving(routes: APIRouter, doors: Doors) -> None:
    """Add what comes before the start."""

    @routes.post("/preview", response_model=BroadcastPreview)
    async def preview(request: Request, body: Json) -> dict[str, Any]:
        """Count who would get a broadcast now; `recipients` is what `expected` may hold the start to."""
        workspace_id = await doors.keys.workspace(request)
        said = parse(body, doors.clock.now())
        async with doors.pool.connection() as connection:
            await _check_named(connection, workspace_id, said)
            counts = await PostgresBroadcastDesk(connection).preview(workspace_id, said)
            needs = above(await approval_limit(connection, workspace_id), counts["recipients"])
            marketing = said.purpose != "transactional"
            reachable = counts["agreed"] if marketing else counts["friends"]
            messages = reachable * (100 - said.holdout) // 100
            account = await find_account(doors, connection, workspace_id, said.account)
            origin = f"broadcast:{body.get('key', '')}"
            month = await read_month(doors, connection, account, said.start_at, origin)
        cost = hold(month, messages, origin)
        return {
            "recipients": counts["recipients"],
            "reachable": reachable,
            "messages": messages,
            "cost": {
                "currency": month.plan.currency,
                "money": float(cost.money),
                "inside_plan": cost.inside,
                "beyond_plan": cost.beyond,
                "month_money": float(cost.month_money),
                "fits": cost.fits,
            },
            "out": {
                "not_friend": counts["recipients"] - counts["friends"],
                "no_consent": counts["friends"] - counts["agreed"] if marketing else 0,
            },
            "needs_approval": needs,
            "as_of": doors.clock.now(),
        }

    @routes.post("", status_code=201, response_model=BroadcastMoved)
    async def create(request: Request, body: Json) -> dict[str, Any]:
        """Save a broadcast and start it when its moment comes; with `"state": "draft"`, only save it.

        A key starts once: asking twice never sends twice. To more people than the workspace allows without it, a second
        person has to approve.
        """
        workspace_id = await doors.keys.workspace(request)
        key, state = required_key(body), body.get("state", "ready")
        if state not in STATES:
            raise InvalidInputError(
                f"state is {state!r}; it must be one of {', '.join(STATES)}.", field="/state"
            )
        now = doors.clock.now()
        said = parse(body, now)
        async with doors.pool.connection() as connection, connection.transaction():
            await _check_named(connection, workspace_id, said)
            if state == "ready":
                await refuse_over_month(doors, connection, workspace_id, key, said)
                state = await first_state(connection, workspace_id, said)
            desk = PostgresBroadcastDesk(connection)
            name = str(body.get("name") or key)[:200]
            if not await desk.save(workspace_id, key, name, said, state, who(request), now):
                raise ConflictError(
                    f"The broadcast {key} was started already.", way_out="Choose another key."
                )
        return {"key": key, "state": state}

    @routes.post("/{key}/test", status_code=202, response_model=BroadcastTested)
    async def test(request: Request, key: str, body: Json) -> dict[str, Any]:
        """Send it now to testers, who need no consent to marketing.

        `{"people": [{"profile_id"} or {"namespace", "value"}], "variant"}`.
        """
        workspace_id = await doors.keys.workspace(request)
        people = body.get("people")
        if not isinstance(people, list) or not 1 <= len(people) <= TESTERS_MAX:
            raise InvalidInputError(f"people must name 1 to {TESTERS_MAX} testers.", field="/people")
        async with doors.pool.connection() as connection, connection.transaction():
            said = msgspec.convert((await look_up(connection, workspace_id, key))["definition"], Broadcast)
            wanted = body.get("variant", said.variants[0].name)
            variant = next((one for one in said.variants if one.name == wanted), None)
            if variant is None:
                raise InvalidInputError(f"There is no variant {wanted!r}.", field="/variant")
            nodes = await _nodes(connection, workspace_id, people)
            now, press = doors.clock.now(), doors.ids.token()
            requests = [
                SendRequest(
                    workspace_id=workspace_id,
                    send_id=keyed_hash(node, "test", key, press),
                    account=said.account,
                    origin=f"test:{key}",
                    step=variant.name,
                    person=node,
                    purpose="transactional",
                    messages=variant.messages,
                    context={},
                    at=now,
                    expires_at=now + timedelta(minutes=10),
                )
                for node in nodes
            ]
            sends = PostgresSends(connection)
            await DeliverStage(sends, doors.ids, doors.clock, doors.settings.public_url).process(requests)
        return {"key": key, "found": len(nodes), "asked": len(people)}


def _reading(routes: APIRouter, doors: Doors) -> None:
    """Add what shows broadcasts."""

    @routes.get("", response_model=BroadcastList)
    async def every(request: Request) -> dict[str, Any]:
        """List broadcasts, the newest first."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            found = await PostgresBroadcastDesk(connection).all(workspace_id, LISTED_MAX)
        return {"broadcasts": found, "as_of": doors.clock.now()}

    @routes.get("/{key}", response_model=BroadcastShown)
    async def read(request: Request, key: str) -> dict[str, Any]:
        """Return a broadcast, how far it has come, how fast it goes, and when it will be done."""
        workspace_id = await doors.keys.workspace(request)
        now = doors.clock.now()
        async with doors.pool.connection() as connection:
            found = await look_up(connection, workspace_id, key)
            desk = PostgresBroadcastDesk(connection)
            sends = await desk.sends(workspace_id, key)
            pace = await desk.pace(workspace_id, key, now)
            refusals = await PostgresRefusals(connection).of(workspace_id, f"broadcast:{key}")
        return {
            **found,
            "sends": sends,
            "refusals": refusals,
            "progress": progress(found, sends, pace, now),
            "as_of": now,
        }


def progress(found: Any, sends: Any, pace: Any, now: datetime) -> dict[str, Any]:
    """Say how far it is, at which pace, when it will be done, and whether the pace has fallen."""
    open_now = sum(one["people"] for one in sends if one["state"] in {"planned", "prepared", "unknown"})
    over = sum(one["people"] for one in sends) - open_now
    frozen = found["frozen"] or 0
    held = int(found["definition"].get("holdout", 0)) * frozen // 100
    unplanned = 0 if found["state"] == "planned" else max(0, frozen - held - found["planned"])
    left = unplanned + open_now
    per_minute = int(pace["last_minute"])
    running = found["state"] in {"planning", "planned"} and left > 0
    return {
        "recipients": found["frozen"],
        "done": over,
        "left": left,
        "per_minute": per_minute,
        "done_at": now + timedelta(minutes=left / per_minute) if running and per_minute else None,
        "slow": running and per_minute < SLOW * int(pace["minute_before"]),
    }


async def first_state(connection: AsyncConnection, workspace_id: int, said: Broadcast) -> str:
    """Return where a broadcast begins: it waits for a second person where it goes to more people than it may."""
    limit = await approval_limit(connection, workspace_id)
    if limit is None:
        return "ready"
    counts = await PostgresBroadcastDesk(connection).preview(workspace_id, said)
    return "approval" if above(limit, counts["recipients"]) else "ready"


async def refuse_over_month(
    doors: Doors, connection: AsyncConnection, workspace_id: int, key: str, said: Broadcast
) -> None:
    """Refuse a broadcast that quota or a budget does not reach for."""
    account = await find_account(doors, connection, workspace_id, said.account)
    messages = await PostgresCost(connection).messages_of(workspace_id, said)
    await refuse_over(doors, connection, account, messages, f"broadcast:{key}", said.start_at)


async def approval_limit(connection: AsyncConnection, workspace_id: int) -> int | None:
    """Return to how many people a message may go without a second person; None is to any number."""
    workspace = await PostgresWorkspaces(connection).find(workspace_id)
    return habits(workspace.settings).approval_above


def above(limit: int | None, people: int) -> bool:
    """Tell whether so many people need a second person."""
    return limit is not None and people > limit


async def _check_named(connection: AsyncConnection, workspace_id: int, said: Broadcast) -> None:
    """Refuse segments and accounts that are not there."""
    for key in (*([said.segment] if said.segment is not None else []), *said.exclude):
        await PostgresSegments(connection).describe(workspace_id, key)
    cursor = await connection.execute(
        "select 1 from line_account where workspace_id = %s and key = %s", (workspace_id, said.account)
    )
    if await cursor.fetchone() is None:
        raise NotFoundError(f"The LINE account {said.account!r} is not connected.", field="/account")


async def look_up(connection: AsyncConnection, workspace_id: int, key: str) -> dict[str, Any]:
    """Return one broadcast.

    Raises:
        NotFoundError: There is none with this key.
    """
    found = await PostgresBroadcastDesk(connection).find(workspace_id, key)
    if found is None:
        raise NotFoundError(f"There is no broadcast {key}.")
    return found


async def _nodes(connection: AsyncConnection, workspace_id: int, people: list[Any]) -> list[bytes]:
    try:
        ids = [parse_id(str(one["profile_id"])) for one in people if "profile_id" in one]
        named = [(str(one["namespace"]), str(one["value"])) for one in people if "profile_id" not in one]
    except (TypeError, KeyError):
        raise InvalidInputError(
            "Each tester needs profile_id, or namespace and value.", field="/people"
        ) from None
    cursor = await connection.execute(
        """
        select distinct on (profile_id) node_id from node
        where workspace_id = %s
          and (node_id = any(%s::bytea[])
               or (namespace, value) in (select * from unnest(%s::text[], %s::text[]) as asked (namespace, value)))
        order by profile_id, node_id
        """,
        (workspace_id, ids, [one[0] for one in named], [one[1] for one in named]),
        binary=True,
    )
    return [bytes(node_id) for (node_id,) in await cursor.fetchall()]


def who(request: Request) -> str:
    """Return who asks, as authors are written down: `member:3`, `key:2`."""
    caller: Caller | None = request.scope.get(CALLER)
    return f"{caller.kind}:{caller.caller_id}" if caller is not None else "nobody"
