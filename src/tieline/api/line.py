"""LINE calls us: verify the raw bytes, store them, answer; everything else happens later."""

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from tieline.api.body import read_body
from tieline.api.doors import Doors
from tieline.channel.line.secrets import Vault
from tieline.channel.line.signature import verify
from tieline.channel.line.webhook import destination
from tieline.errors import UnknownKeyError
from tieline.model.event import LogKind, NewLogRow
from tieline.store.postgres.accounts import LineAccount, PostgresAccounts


def router(doors: Doors, vault: Vault) -> APIRouter:
    """Build POST /line/{account}/webhook."""
    routes = APIRouter(tags=["line"])
    known: dict[str, tuple[LineAccount, str]] = {}

    async def account_with_secret(key: str) -> tuple[LineAccount, str]:
        if key not in known:
            async with doors.reserve.connection() as connection:
                account = await PostgresAccounts(connection).find(key)
            known[key] = account, vault.open(account.channel_secret, account.workspace_id, key)
        return known[key]

    @routes.post("/line/{account}/webhook")
    async def webhook(request: Request, account: str) -> Response:
        """Store a webhook of LINE; a wrong signature stores nothing."""
        body = await read_body(request, doors.settings.body_max_bytes)
        signature = request.headers.get("x-line-signature", "")
        found, secret = await account_with_secret(account)
        if not verify(body, signature, [secret]):
            known.pop(account, None)  # the secret may have been renewed
            found, secret = await account_with_secret(account)
        if not verify(body, signature, [secret]):
            raise UnknownKeyError("The signature does not fit the body and this account's channel secret.")
        told = destination(body)
        if told and told != found.bot_user_id:
            known.pop(account, None)  # and so may the bot
            found, _ = await account_with_secret(account)
        if told and told != found.bot_user_id:
            raise UnknownKeyError("This webhook was meant for another LINE account.")
        await doors.commit.append(
            [
                NewLogRow(
                    found.workspace_id,
                    found.source_id,
                    LogKind.LINE_WEBHOOK,
                    max(1, body.count(b'"webhookEventId"')),
                    doors.clock.now(),
                    body,
                )
            ]
        )
        return JSONResponse({})

    return routes
