"""Counted links: someone opened a link of a message. A click proves nothing about who clicked."""

import hashlib
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from tieline.api.doors import Doors
from tieline.api.voice import BIND_PAGE_OPENED, said, tell
from tieline.deliver.body import BIND
from tieline.errors import NotFoundError, UnavailableError
from tieline.model.event import MESSAGE_LINK_CLICKED, LogKind, NewLogRow
from tieline.store.postgres.accounts import PostgresAccounts
from tieline.store.postgres.workspaces import OWN_SOURCE

FIND = """
select t.url, t.workspace_id, t.send_id, s.origin, s.step, s.account, n.namespace, n.value, o.source_id, s.line_user
from tracked_link t
cross join lateral (
    select origin, step, account, person, line_user from send
    where workspace_id = t.workspace_id and send_id = t.send_id
    union all
    select 'auto_reply:' || origins[1], array_to_string(origins, ','), account, person, line_user from reply
    where workspace_id = t.workspace_id and reply_id = t.send_id
) as s
join node n on n.workspace_id = t.workspace_id and n.node_id = s.person
join source o on o.workspace_id = t.workspace_id and o.key = %s
where t.token = %s
"""


def router(doors: Doors) -> APIRouter:
    """Build GET /r/{token}."""
    routes = APIRouter(tags=["links"])

    @routes.get("/r/{token}", include_in_schema=False)
    async def follow(token: str) -> Response:
        """Note the click and lead on to where the link goes."""
        async with doors.pool.connection() as connection:
            row = await (await connection.execute(FIND, (OWN_SOURCE, token))).fetchone()
        if row is None or row[0] == BIND:
            raise NotFoundError("This link leads nowhere.")
        url, workspace_id, send_id, origin, step, account, namespace, value, source_id, _ = row
        now = doors.clock.now()
        item = {
            "type": "track",
            "event": MESSAGE_LINK_CLICKED,
            "messageId": hashlib.sha256(f"{token}{now.isoformat()}".encode()).hexdigest()[:32],
            "timestamp": now.isoformat(),
            "properties": {
                "send_id": bytes(send_id).hex(),
                "origin": origin,
                "step": step,
                "account": account,
                "url": url.partition("?")[0],
            },
            "context": {"externalIds": [{"type": namespace, "id": value}]},
        }
        body = msgspec.json.encode({"batch": [item]})
        await doors.commit.append([NewLogRow(workspace_id, source_id, LogKind.OWN, 1, now, body)])
        return RedirectResponse(url, status_code=302, headers={"Cache-Control": "no-store"})

    @routes.get("/b/{token}", include_in_schema=False)
    async def bind(token: str) -> Response:
        """Start account binding for the friend this message went to.

        Whoever else opens it gets no further than LINE: it compares the token's friend with who is browsing.
        """
        async with doors.pool.connection() as connection:
            row = await (await connection.execute(FIND, (OWN_SOURCE, token))).fetchone()
            if row is None or row[0] != BIND:
                raise NotFoundError("This link leads nowhere.")
            account = await PostgresAccounts(connection).find(row[5])
        doors.accounts[account.workspace_id, account.key] = account
        answer = await doors.line.link_token(account.workspace_id, account.key, row[9])
        if answer.status != 200:
            raise UnavailableError("LINE does not answer.", way_out="Tap the link again in a moment.")
        item = said(
            BIND_PAGE_OPENED,
            [(row[6], row[7])],
            {"account": account.key, "method": "link_token"},
            message_id=f"{BIND_PAGE_OPENED}:{token}:{int(doors.clock.now().timestamp())}",
            at=doors.clock.now(),
        )
        await tell(doors, account.workspace_id, [item])
        query = urlencode({"linkToken": msgspec.json.decode(answer.body)["linkToken"]})
        return RedirectResponse(
            f"/line/{account.key}/bind?{query}", status_code=303, headers={"Cache-Control": "no-store"}
        )

    return routes
