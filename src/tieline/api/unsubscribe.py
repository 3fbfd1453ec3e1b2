"""The link in an e-mail that withdraws the consent it was sent under.

Looking at the page changes nothing, because scanners of mail open every link; the button does, and so does the one press
of a mail program (RFC 8058).
"""

import hashlib

import msgspec
from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from tieline.api.doors import Doors
from tieline.errors import NotFoundError
from tieline.model.event import CONSENT_UPDATED, LogKind, NewLogRow
from tieline.model.identity import EMAIL
from tieline.store.postgres.outreach import PostgresOutreach
from tieline.store.postgres.workspaces import OWN_SOURCE

_HEAD = (
    '<!doctype html><html lang="zh-Hant"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><title>取消訂閱</title>'
    '<body style="font-family:sans-serif;margin:2rem;line-height:1.6">'
)
_ASK = (
    f"{_HEAD}<h1>取消訂閱</h1><p>之後不再寄送行銷電子郵件給您。<br>今後、販促メールをお送りしません。<br>"
    "You will get no more marketing e-mail.</p>"
    '<form method="post"><button style="font-size:1rem;padding:.6rem 1rem">取消訂閱 / 配信停止 / Unsubscribe</button></form>'
)
_DONE = f"{_HEAD}<h1>已取消訂閱</h1><p>配信を停止しました。<br>You are unsubscribed.</p>"


def router(doors: Doors) -> APIRouter:
    """Build /u/{token}."""
    routes = APIRouter(tags=["links"])

    async def _found(token: str) -> tuple[int, str, str, int]:
        async with doors.reserve.connection() as connection:
            found = await PostgresOutreach(connection).leaving(token)
            if found is None:
                raise NotFoundError("This link leads nowhere.")
            cursor = await connection.execute(
                "select source_id from source where workspace_id = %s and key = %s", (found[0], OWN_SOURCE)
            )
            (source_id,) = await cursor.fetchone() or (0,)
        return (*found, int(source_id))

    @routes.get("/u/{token}", include_in_schema=False)
    async def ask(token: str) -> Response:
        """Show the button."""
        await _found(token)
        return HTMLResponse(_ASK, headers={"Cache-Control": "no-store"})

    @routes.post("/u/{token}", include_in_schema=False)
    async def leave(token: str) -> Response:
        """Withdraw the consent, of the address that was written to; pressing again changes nothing."""
        workspace_id, address, purpose, source_id = await _found(token)
        now = doors.clock.now()
        item = {
            "type": "track",
            "event": CONSENT_UPDATED,
            "messageId": f"unsubscribe:{hashlib.sha256(token.encode()).hexdigest()[:32]}",
            "timestamp": now.isoformat(),
            "properties": {
                "purpose": purpose,
                "channel": "email",
                "state": "withdrawn",
                "method": "unsubscribe_link",
            },
            "context": {"externalIds": [{"type": EMAIL, "id": address}]},
        }
        body = msgspec.json.encode({"batch": [item]})
        await doors.commit.append([NewLogRow(workspace_id, source_id, LogKind.OWN, 1, now, body)])
        return HTMLResponse(_DONE, headers={"Cache-Control": "no-store"})

    return routes
