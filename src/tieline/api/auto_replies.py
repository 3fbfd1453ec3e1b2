"""Auto-replies: save a rule, see all of them with what they answered, and try what a message would be answered with."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from fastapi import APIRouter, Body, Request

from tieline.answer.match import answering
from tieline.answer.parse import parse
from tieline.answer.rule import Heard, Rule
from tieline.answer.unbind import at_home, question
from tieline.api.doors import Doors
from tieline.api.line_shapes import AutoReplyList, AutoReplySaved, Tried
from tieline.deliver.render import check
from tieline.errors import InvalidInputError
from tieline.model.event import LINE_FOLLOWED, LINE_MESSAGE_RECEIVED, LINE_POSTBACK_RECEIVED
from tieline.store.postgres.replies import PostgresAutoReplies

NAMES = {
    "message": LINE_MESSAGE_RECEIVED,
    "postback": LINE_POSTBACK_RECEIVED,
    "follow": LINE_FOLLOWED,
}
Json = Annotated[dict[str, Any], Body()]


class Trial(msgspec.Struct, forbid_unknown_fields=True):
    """What somebody might do. `at`: when; now if it is not said."""

    kind: str = "message"
    account: str = ""
    text: str = ""
    data: str = ""
    returning: bool = False
    bound: bool = False
    at: datetime | None = None


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/auto-replies."""
    routes = APIRouter(prefix="/api/auto-replies", tags=["auto-replies"])

    @routes.put("/{key}", response_model=AutoReplySaved)
    async def save(request: Request, key: str, body: Json) -> dict[str, Any]:
        """Save `{"rule", "live"}`; what is not whole, or what LINE would refuse, is refused with its place."""
        workspace_id = await doors.keys.workspace(request)
        live = body.get("live", True)
        if not isinstance(live, bool):
            raise InvalidInputError("live is neither true nor false.", field="/live")
        definition = body.get("rule")
        rule = _rule(definition, key)
        async with doors.pool.connection() as connection, connection.transaction():
            await _check_account(connection, workspace_id, rule)
            await PostgresAutoReplies(connection).put(
                workspace_id, key, rule.name, definition or {}, live=live, at=doors.clock.now()
            )
        return {"key": key, "live": live}

    @routes.delete("/{key}", status_code=204)
    async def drop(request: Request, key: str) -> None:
        """Delete a rule."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            await PostgresAutoReplies(connection).drop(workspace_id, key)

    @routes.get("", response_model=AutoReplyList)
    async def all_of(request: Request) -> dict[str, Any]:
        """Return the rules in the order in which they are asked, with what became of their answers."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            stored = await PostgresAutoReplies(connection).of(workspace_id)
            cursor = await connection.execute(
                """
                select key, state, reason, count(*) from reply, unnest(origins) as key
                where workspace_id = %s group by 1, 2, 3 order by 1, 2, 3
                """,
                (workspace_id,),
            )
            became: dict[str, list[dict[str, Any]]] = {}
            for key, state, reason, count in await cursor.fetchall():
                became.setdefault(key, []).append({"state": state, "reason": reason, "replies": count})
        rules = [
            {
                "key": rule.key,
                "live": live,
                "rule": rule.definition,
                "replies": became.get(rule.key, []),
                "updated_at": at,
            }
            for rule, live, at in sorted(stored, key=lambda one: parse(one[0].definition).order)
        ]
        return {"auto_replies": rules, "as_of": doors.clock.now()}

    @routes.post("/try", response_model=Tried)
    async def attempt(request: Request, body: Json) -> dict[str, Any]:
        """Return which rules would answer this, in order; nothing is sent."""
        workspace_id = await doors.keys.workspace(request)
        try:
            trial = msgspec.convert(body, Trial)
        except msgspec.ValidationError as error:
            raise InvalidInputError(f"{error}.") from None
        if trial.kind not in NAMES:
            raise InvalidInputError(
                f"kind is {trial.kind!r}; it must be one of {', '.join(NAMES)}.", field="/kind"
            )
        async with doors.pool.connection() as connection:
            rules = [
                parse(rule.definition)
                for rule, live, _ in await PostgresAutoReplies(connection).of(workspace_id)
                if live
            ]
            cursor = await connection.execute(
                "select time_zone, country from workspace where workspace_id = %s", (workspace_id,)
            )
            row = await cursor.fetchone()
        heard = Heard(trial.account, NAMES[trial.kind], trial.text, trial.data, trial.returning, trial.bound)
        local = (trial.at or doors.clock.now()).astimezone(ZoneInfo(str(row[0]) if row else "UTC"))
        chosen = answering(rules, heard, local)
        language = at_home(str(row[1]) if row else "")
        return {
            "answered_by": [rule.key for rule in chosen],
            "messages": [
                message
                for rule in chosen
                for message in (*rule.messages, *((question(language, local),) if rule.act else ()))
            ],
            "tags": [tag for rule in chosen for tag in rule.tags],
            "local_time": local.isoformat(timespec="minutes"),
        }

    return routes


def _rule(definition: Mapping[str, Any] | None, key: str) -> Rule:
    rule = parse(definition)
    if rule.key != key:
        raise InvalidInputError(
            f"The rule calls itself {rule.key}, the address says {key}.", field="/rule/key"
        )
    if rule.messages:
        check(rule.messages, "/rule/messages")
    return rule


async def _check_account(connection: Any, workspace_id: int, rule: Rule) -> None:
    """Refuse accounts that are not connected."""
    cursor = await connection.execute("select key from line_account where workspace_id = %s", (workspace_id,))
    accounts = sorted(str(key) for (key,) in await cursor.fetchall())
    if rule.account and rule.account not in accounts:
        raise InvalidInputError(
            f"The LINE account {rule.account!r} is not connected.",
            field="/rule/account",
            way_out=f"Connected: {', '.join(accounts) or 'none'}.",
        )
