"""Counted links: someone opened a link of a message. A click proves nothing about who clicked."""

import hashlib

import msgspec
from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from tieline.api.doors import Doors
from tieline.errors import NotFoundError
from tieline.model.event import MESSAGE_LINK_CLICKED, LogKind, NewLogRow
from tieline.store.postgres.workspaces import OWN_SOURCE

FIND = """
select t.url, t.workspace_id, s.send_id, s.origin, s.step, s.account, n.namespace, n.value, o.source_id
from tracked_link t
join send s using (workspace_id, send_id)
join node n on n.workspace_id = s.workspace_id and n.node_id = s.person
join source o on o.workspace_id = s.workspace_id and o.key = %s
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
        if row is None:
            raise NotFoundError("This link leads nowhere.")
        url, workspace_id, send_id, origin, step, account, namespace, value, source_id = row
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

    return routes
