"""The login channel of an account: entered once, under the same provider, its secret sealed."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Body, Request

from tieline.api.costing import find_account
from tieline.api.doors import Doors
from tieline.api.line_shapes import LoginAddresses, LoginOf
from tieline.api.shape import read_shape
from tieline.channel.line.secrets import Vault
from tieline.errors import InvalidInputError
from tieline.model.login import LoginChannel
from tieline.store.postgres.login import PostgresLogin

Json = Annotated[dict[str, Any], Body()]
Word = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class NewChannel(msgspec.Struct, forbid_unknown_fields=True):
    """What LINE Developers Console shows about a login channel."""

    channel_id: Word
    channel_secret: Word
    provider_id: Word
    liff_id: str = ""


def router(doors: Doors, vault: Vault) -> APIRouter:
    """Build the routes under /api/line/accounts/{account}/login."""
    routes = APIRouter(prefix="/api/line/accounts/{account}/login", tags=["line"])

    @routes.put("")
    async def put(request: Request, account: str, body: Json) -> LoginAddresses:
        """Enter the login channel; one of another provider would name the same people differently, so it is refused."""
        workspace_id = await doors.keys.workspace(request)
        new = read_shape(body, NewChannel)
        async with doors.pool.connection() as connection:
            found = await find_account(doors, connection, workspace_id, account)
            if new.provider_id != found.provider_id:
                raise InvalidInputError(
                    f"The login channel belongs to the provider {new.provider_id}, the account to {found.provider_id}.",
                    field="/provider_id",
                    way_out="Make a LINE Login channel under the account's own provider; user ids differ between providers.",
                )
            sealed = vault.seal(new.channel_secret, workspace_id, f"login:{account}")
            channel = LoginChannel(new.channel_id, sealed, new.provider_id, new.liff_id)
            await PostgresLogin(connection).put_channel(workspace_id, account, channel, doors.clock.now())
        return addresses(doors.settings.public_url, account)

    @routes.get("", response_model=LoginOf)
    async def read(request: Request, account: str) -> dict[str, Any]:
        """Return the login channel without its secret."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            found = await PostgresLogin(connection).channel(workspace_id, account)
        return {
            "account": account,
            "login": None if found is None else {
                "channel_id": found.channel_id, "provider_id": found.provider_id, "liff_id": found.liff_id,
            },
            "addresses": addresses(doors.settings.public_url, account),
        }  # fmt: skip

    return routes


def addresses(public_url: str, account: str) -> LoginAddresses:
    """Return where the binding pages of an account are."""
    base = f"{public_url.rstrip('/')}/line"
    return LoginAddresses(
        callback_url=f"{base}/login/callback",
        liff_endpoint=f"{base}/{account}/liff",
        bind_url=f"{base}/{account}/login?wish=bind",
        unbind_url=f"{base}/{account}/login?wish=unbind",
        button_url=f"{base}/{account}/button",
    )
