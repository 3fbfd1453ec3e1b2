"""LINE's API as we offer it to other tools: the same calls and answers, and their sends are in our log and quota.

A call is written down before it is made, so that what nobody knows the outcome of counts. Retry keys are passed on, never
made: a tool that sends none takes the risk it took before.
"""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from tieline.api.body import read_body
from tieline.api.doors import Doors
from tieline.api.keys import key_hash
from tieline.api.voice import said, tell
from tieline.deliver.protocol import Meaning, classify
from tieline.model.event import MESSAGE_SENT
from tieline.model.send import Answer
from tieline.store.postgres.accounts import LineAccount, PostgresAccounts
from tieline.store.postgres.sharing import PostgresProxy
from tieline.store.postgres.units import PostgresUnits

BODY_MAX = 2 * 1024 * 1024
PATHS = ("v2/bot/",)
SENDS = {
    "v2/bot/message/push": "push",
    "v2/bot/message/multicast": "multicast",
    "v2/bot/message/reply": "reply",
    "v2/bot/message/broadcast": "broadcast",
    "v2/bot/message/narrowcast": "narrowcast",
}
KEYED = frozenset({"push", "multicast", "broadcast", "narrowcast"})
COUNTED = frozenset({"push", "multicast"})
UNIT = re.compile(r"[A-Za-z0-9_]{1,30}")
EVENTS_MAX = 500


def router(doors: Doors) -> APIRouter:
    """Build /line-api/v2/bot/..., which is called with a tool's own key."""
    routes = APIRouter(prefix="/line-api", tags=["sharing"], include_in_schema=False)

    @routes.api_route("/{path:path}", methods=["GET", "POST", "PUT", "DELETE"])
    async def pass_on(request: Request, path: str) -> Response:
        """Make a call of LINE's API for a tool."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        async with doors.pool.connection() as connection:
            owner = (
                await PostgresProxy(connection).owner(key_hash(token)) if scheme.lower() == "bearer" else None
            )
            account = await PostgresAccounts(connection).find(owner[1]) if owner else None
        if owner is None or account is None:
            return _refused(
                401,
                "Authentication failed. Confirm that the access token in the authorization header is valid.",
            )
        if not path.startswith(PATHS) or ".." in path or "//" in path:
            return _refused(404, "Not found")
        doors.accounts[account.workspace_id, account.key] = account
        body = await read_body(request, BODY_MAX)
        kind = SENDS.get(path, "") if request.method == "POST" else ""
        query = f"?{request.url.query}" if request.url.query else ""
        headers = {}
        if kind in KEYED and (given := request.headers.get("x-line-retry-key")):
            headers["X-Line-Retry-Key"] = given
        if not kind:
            answer = await doors.line.pass_on(
                account.workspace_id, account.key, request.method, f"/{path}{query}", body or None, headers
            )
            return _answered(answer)
        return _answered(await _send(doors, account, owner[2], kind, f"/{path}", body, headers))

    return routes


async def _send(
    doors: Doors,
    account: LineAccount,
    tool: str,
    kind: str,
    path: str,
    body: bytes,
    headers: Mapping[str, str],
) -> Answer:
    users = _recipients(body)
    messages = 0 if kind == "reply" else len(users)
    now = doors.clock.now()
    async with doors.pool.connection() as connection:
        number = await PostgresProxy(connection).called(
            account.workspace_id, account.key, tool, kind, messages, now
        )
    answer = await doors.line.pass_on(account.workspace_id, account.key, "POST", path, body, headers)
    meaning = classify(answer)
    state = {Meaning.ACCEPTED: "accepted", Meaning.UNKNOWN: "unknown"}.get(meaning, "refused")
    again = answer.status == 409
    counted = messages if state != "refused" and not again else 0
    async with doors.pool.connection() as connection:
        await PostgresProxy(connection).settled(
            account.workspace_id, number, state, counted, answer.request_id, doors.clock.now()
        )
        if state != "refused" and kind in COUNTED and (units := _units(body)):
            await PostgresUnits(connection).taken(account.workspace_id, account.key, units, tool, now)
    if state == "accepted" and users and not again:
        named = {
            "account": account.key,
            "origin": f"tool:{tool}",
            "lane": kind,
            "purpose": "other_tool",
            "step": "",
        }
        items = [
            said(
                MESSAGE_SENT, [(f"line:{account.provider_id}", user)], named,
                message_id=f"tool:{answer.request_id}:{user}", at=now,
            )
            for user in users[:EVENTS_MAX]
        ]  # fmt: skip
        await tell(doors, account.workspace_id, items)
    return answer


def _recipients(body: bytes) -> list[str]:
    try:
        to = msgspec.json.decode(body).get("to")
    except (msgspec.MsgspecError, UnicodeDecodeError, AttributeError):
        return []
    given: list[Any] = to if isinstance(to, list) else [to]
    return [one for one in given if isinstance(one, str) and one.startswith("U")]


def _units(body: bytes) -> list[str]:
    """Return the name under which a tool lets LINE count this; one that LINE would not take counts nowhere."""
    try:
        named = msgspec.json.decode(body).get("customAggregationUnits")
    except (msgspec.MsgspecError, UnicodeDecodeError, AttributeError):
        return []
    return (
        [one for one in named if isinstance(one, str) and UNIT.fullmatch(one)]
        if isinstance(named, list)
        else []
    )


def _answered(answer: Answer) -> Response:
    """Return LINE's answer as it came; no answer of LINE's is a 502, after which a tool with a retry key may ask again."""
    if not answer.status:
        return _refused(502, "LINE did not answer.")
    headers = {
        name: value
        for name, value in (
            ("x-line-request-id", answer.request_id),
            ("x-line-accepted-request-id", answer.accepted_id),
        )
        if value
    }
    return Response(answer.body, answer.status, headers, "application/json")


def _refused(status: int, message: str) -> Response:
    return Response(msgspec.json.encode({"message": message}), status, media_type="application/json")
