"""LINE accounts: connect one; its channel secret is encrypted before it is stored."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Body, Request

from tieline.api.costing import find_account
from tieline.api.doors import Doors
from tieline.api.line_shapes import AccountChanged, AccountLine, AccountList, Connected
from tieline.api.shape import read_shape
from tieline.channel.line.secrets import Vault
from tieline.errors import InvalidInputError
from tieline.store.postgres.accounts import LineAccount, PostgresAccounts
from tieline.store.postgres.workspaces import PostgresWorkspaces

BOT = r"^U[0-9a-f]{32}$"
Json = Annotated[dict[str, Any], Body()]


class NewAccount(msgspec.Struct, forbid_unknown_fields=True):
    """What LINE Developers Console shows about a channel."""

    key: str
    name: str
    provider_id: str
    channel_id: str
    channel_secret: str
    bot_user_id: str
    price_plan: str = "tw-high"


class Changes(msgspec.Struct, forbid_unknown_fields=True):
    """What of an account may change: a secret that was issued anew at LINE, a mistyped bot, the name."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)] | None = None
    channel_secret: Annotated[str, msgspec.Meta(min_length=1, max_length=100)] | None = None
    bot_user_id: Annotated[str, msgspec.Meta(pattern=BOT)] | None = None


def router(doors: Doors, vault: Vault) -> APIRouter:
    """Build the routes under /api/line/accounts."""
    routes = APIRouter(prefix="/api/line/accounts", tags=["line"])

    @routes.post("", status_code=201, response_model=Connected)
    async def create(request: Request, body: Json) -> dict[str, Any]:
        """Connect a LINE Official Account; returns the webhook address to enter at LINE."""
        workspace_id = await doors.keys.workspace(request)
        try:
            new = msgspec.convert(body, NewAccount)
        except msgspec.ValidationError as error:
            raise InvalidInputError(f"{error}.") from None
        now = doors.clock.now()
        async with doors.pool.connection() as connection, connection.transaction():
            source_id, _ = await PostgresWorkspaces(connection).add_source(
                workspace_id, f"line-{new.key}", "line", new.name, now
            )
            sealed = vault.seal(new.channel_secret, workspace_id, new.key)
            await PostgresAccounts(connection).add(
                LineAccount(
                    workspace_id, new.key, 0, new.name, new.provider_id, new.channel_id, sealed, new.bot_user_id,
                    source_id, new.price_plan, "live",
                ),
                now,
            )  # fmt: skip
        base = doors.settings.public_url.rstrip("/")
        return {"key": new.key, "name": new.name, "webhook_url": f"{base}/line/{new.key}/webhook"}

    @routes.patch("/{account}")
    async def change(request: Request, account: str, body: Json) -> AccountChanged:
        """Change the name, the bot or the secret: when LINE issues a secret anew, the former is dead at once."""
        workspace_id = await doors.keys.workspace(request)
        wanted = msgspec.structs.asdict(read_shape(body, Changes))
        new = {name: value for name, value in wanted.items() if value is not None}
        changed = sorted(new)
        if not new:
            raise InvalidInputError(
                "Nothing to change is named.", way_out="Give name, channel_secret or bot_user_id."
            )
        if "channel_secret" in new:
            new["channel_secret"] = vault.seal(new["channel_secret"], workspace_id, account)
        async with doors.pool.connection() as connection, connection.transaction():
            await find_account(doors, connection, workspace_id, account)
            await PostgresAccounts(connection).change(account, new)
            await find_account(
                doors, connection, workspace_id, account
            )  # our own calls use the new secret from here on
        return AccountChanged(key=account, changed=changed)

    @routes.get("")
    async def all_of(request: Request) -> AccountList:
        """Return the accounts of the workspace, oldest first."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            found = await PostgresAccounts(connection).all()
        base = doors.settings.public_url.rstrip("/")
        return AccountList(
            accounts=[
                AccountLine(
                    key=one.key, name=one.name, provider_id=one.provider_id, channel_id=one.channel_id,
                    bot_user_id=one.bot_user_id, price_plan=one.price_plan, state=one.state,
                    webhook_url=f"{base}/line/{one.key}/webhook",
                )
                for one in found.values()
                if one.workspace_id == workspace_id
            ],
            as_of=doors.clock.now(),
        )  # fmt: skip

    return routes
