"""Join sources: links and printed codes by which friends come, and what became of those who came."""

from collections.abc import Mapping
from contextlib import suppress
from io import BytesIO
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
import segno
from fastapi import APIRouter, Body, Request
from starlette.responses import RedirectResponse, Response

from tieline.answer.rule import RANK
from tieline.api.costing import find_account
from tieline.api.doors import Doors, rows
from tieline.api.line_shapes import JoinFunnel, JoinSourceList, JoinSourceView
from tieline.api.shape import read_shape
from tieline.deliver.render import check
from tieline.errors import InvalidInputError, NotFoundError, UnavailableError
from tieline.model.send import Answer
from tieline.store.postgres.accounts import LineAccount, PostgresAccounts
from tieline.store.postgres.joins import JoinSource, PostgresJoins
from tieline.store.postgres.login import PostgresLogin
from tieline.store.postgres.replies import PostgresAutoReplies

KEY = r"^[a-z0-9][a-z0-9_-]{0,50}$"
Json = Annotated[dict[str, Any], Body()]
Word = Annotated[str, msgspec.Meta(max_length=100)]
Messages = list[dict[str, Any]]
FUNNEL = """
with credited as (
    select properties.source::String as source, any(properties.store::String) as store, any(properties.staff::String) as staff,
           toFixedString(dictGetOrDefault('override_map', 'profile_id', (workspace_id, node_id), profile_id), 16) as person,
           min(at) as came_at
    from event where workspace_id = {workspace:UInt32} and event = 'join_source_credited'
      and properties.account::String = {account:String}
    group by source, person
),
done as (
    select toFixedString(dictGetOrDefault('override_map', 'profile_id', (workspace_id, node_id), profile_id), 16) as person,
           countIf(event = 'bind_page_opened') > 0 as opened,
           countIf(event = 'consent_updated' and properties.state::String = 'granted') > 0 as consented,
           countIf(event = 'line_account_linked' and properties.result::String = 'ok'
                   and ifNull(properties.matched::Nullable(Bool), true)) > 0 as matched,
           countIf(event = 'line_account_linked' and properties.result::String = 'ok'
                   and not ifNull(properties.matched::Nullable(Bool), true)) > 0 as as_new,
           maxIf(at, event = {order:String}) as ordered_at
    from event where workspace_id = {workspace:UInt32}
      and event in ('bind_page_opened', 'consent_updated', 'line_account_linked', {order:String})
    group by person
)
select source, store, staff, count() as friends, countIf(opened) as opened, countIf(consented) as consented,
       countIf(matched) as matched, countIf(as_new) as new, countIf(ordered_at >= came_at) as ordered
from credited left join done using (person)
group by source, store, staff order by friends desc, source
"""


class NewSource(msgspec.Struct, forbid_unknown_fields=True):
    """A way in. `messages` go to who became a friend by it, `messages_again` to who was one before."""

    key: Annotated[str, msgspec.Meta(pattern=KEY)]
    name: Word = ""
    store: Word = ""
    staff: Word = ""
    tags: Annotated[list[Word], msgspec.Meta(max_length=10)] = []
    messages: Messages | None = None
    messages_again: Messages | None = None


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/line/accounts/{account}/join-sources."""
    routes = APIRouter(prefix="/api/line/accounts/{account}/join-sources", tags=["join sources"])

    @routes.get("", response_model=JoinSourceList)
    async def all_of(request: Request, account: str) -> dict[str, Any]:
        """Return the join sources with how many people each brought."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            await find_account(doors, connection, workspace_id, account)
            joins = PostgresJoins(connection)
            found, counts = await joins.of(workspace_id, account), await joins.counts(workspace_id, account)
        shown = [{**_shown(doors, one), **_counted(counts.get(one.key, (0, 0)))} for one in found]
        return {"join_sources": shown, "as_of": doors.clock.now()}

    @routes.get("/funnel", response_model=JoinFunnel)
    async def funnel(request: Request, account: str, order: str = "Order Completed") -> dict[str, Any]:
        """Return how far those who came got: page opened, consented, matched or new, first order."""
        workspace_id = await doors.keys.workspace(request)
        table = await doors.history.query(
            FUNNEL, {"workspace": workspace_id, "account": account, "order": order}
        )
        return {"funnel": [dict(row) for row in rows(table)], "as_of": doors.clock.now()}

    @routes.put("/{key}", response_model=JoinSourceView)
    async def save(request: Request, account: str, key: str, body: Json) -> dict[str, Any]:
        """Keep a join source; its link and its code stay what they were, because they are printed."""
        workspace_id = await doors.keys.workspace(request)
        new = read_shape({**body, "key": key}, NewSource)
        for name, said in _written(new).items():
            check(said, f"/{name}")
        now = doors.clock.now()
        source = JoinSource(
            account, key, doors.ids.token(), new.name or key, new.store, new.staff, new.tags, new.messages,
            new.messages_again, now,
        )  # fmt: skip
        async with doors.pool.connection() as connection, connection.transaction():
            await find_account(doors, connection, workspace_id, account)
            code = await PostgresJoins(connection).put(workspace_id, source)
            replies = PostgresAutoReplies(connection)
            for again, messages in ((False, new.messages), (True, new.messages_again)):
                rule = _rule(account, source, messages or [], again=again)
                if messages:
                    await replies.put(workspace_id, rule["key"], rule["name"], rule, live=True, at=now)
                else:
                    with suppress(NotFoundError):
                        await replies.drop(workspace_id, rule["key"])
        return _shown(doors, source._replace(code=code))

    @routes.get("/{key}/qr.{form}")
    async def qr(request: Request, account: str, key: str, form: str, size: int = 8) -> Response:
        """Return the code to print, as svg or png."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            source = await PostgresJoins(connection).find(workspace_id, account, key)
        return _qr(_link(doors, source), form, size)

    @routes.delete("/{key}", status_code=204)
    async def archive(request: Request, account: str, key: str) -> None:
        """Switch a join source off; who came by it stays credited."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection, connection.transaction():
            joins = PostgresJoins(connection)
            source = await joins.find(workspace_id, account, key)
            await joins.archive(workspace_id, account, key, doors.clock.now())
            for again in (False, True):
                rule = _rule(account, source, [], again=again)
                with suppress(NotFoundError):
                    await PostgresAutoReplies(connection).drop(workspace_id, rule["key"])

    return routes


def door(doors: Doors) -> APIRouter:
    """Build GET /j/{code}, which a phone opens."""
    routes = APIRouter(tags=["join sources"])

    @routes.get("/j/{code}", include_in_schema=False)
    async def come(code: str) -> Response:
        """Lead to LINE: by the brand's log-in where there is one, else by a first message that names the source."""
        async with doors.pool.connection() as connection:
            found = await PostgresJoins(connection).by_code(code)
            if found is None:
                raise NotFoundError("This link leads nowhere.")
            workspace_id, source = found
            channel = await PostgresLogin(connection).channel(workspace_id, source.account)
            account = await PostgresAccounts(connection).find(source.account)
        if channel is not None:
            target = f"/line/{quote(source.account)}/login?wish=join&from={quote(code)}"
        else:
            basic = await basic_id_of(doors, account)
            if not basic:
                raise UnavailableError("LINE does not answer.", way_out="Open the link again in a moment.")
            words = quote(f"{source.name} [#{code}]")
            target = f"https://line.me/R/oaMessage/{quote(basic, safe='')}/?{words}"
        return RedirectResponse(target, status_code=303, headers={"Cache-Control": "no-store"})

    return routes


async def basic_id_of(doors: Doors, account: LineAccount) -> str:
    """Ask LINE by which id people add an account; "" if it does not say."""
    doors.accounts[account.workspace_id, account.key] = account
    return basic_id(await doors.line.bot_info(account.workspace_id, account.key))


def basic_id(answer: Answer) -> str:
    """Return the id by which people add an account, "@…", of what LINE says of its bot; "" if it does not say."""
    try:
        return str(msgspec.json.decode(answer.body)["basicId"]) if answer.status == 200 else ""
    except (msgspec.MsgspecError, KeyError, TypeError, UnicodeDecodeError):
        return ""


def _written(new: NewSource) -> dict[str, Messages]:
    """Return what a source says, by the field in which it stands."""
    said = {"messages": new.messages, "messages_again": new.messages_again}
    return {name: messages for name, messages in said.items() if messages}


def _rule(account: str, source: JoinSource, messages: Messages, *, again: bool) -> dict[str, Any]:
    """Return the auto-reply by which a source answers, for free."""
    return {
        "key": f"join-{source.key}{'-again' if again else ''}",
        "name": source.name,
        "account": account,
        "rank": min(RANK, 1),
        "on": {"kind": "join", "source": source.key, "newcomer": not again},
        "messages": messages,
    }


def _qr(link: str, form: str, size: int) -> Response:
    if form not in {"svg", "png"}:
        raise InvalidInputError(f"A code comes as svg or png, not as {form[:10]!r}.", field="form")
    made = BytesIO()
    segno.make_qr(link, error="m").save(made, kind=form, scale=max(1, min(size, 40)), border=4)
    media = "image/svg+xml" if form == "svg" else "image/png"
    return Response(made.getvalue(), media_type=media)


def _link(doors: Doors, source: JoinSource) -> str:
    return f"{doors.settings.public_url.rstrip('/')}/j/{source.code}"


def _shown(doors: Doors, source: JoinSource) -> dict[str, Any]:
    return {**source._asdict(), "tags": list(source.tags), "link": _link(doors, source)}


def _counted(counts: tuple[int, int]) -> Mapping[str, int]:
    return {"people": counts[0], "new_friends": counts[1]}
