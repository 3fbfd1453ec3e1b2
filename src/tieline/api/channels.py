"""Ways to reach people beside LINE: setting them up, what their messages became and cost, addresses that came back."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Body, Request

from tieline.api.channel_answers import BouncesTaken, ChannelCosts, ChannelsView, ChannelView
from tieline.api.doors import Doors
from tieline.api.segments import required_key
from tieline.channel.line.secrets import Vault
from tieline.errors import InvalidInputError, NotFoundError
from tieline.model.outreach import CONTENTS, LINE_PHONE, Channel, Kind
from tieline.store.postgres.outreach import PostgresOutreach, shown

PRICE_MAX = Decimal(1_000)
DAYS_MAX = 400
BOUNCES_MAX = 1_000
PORT_MAX = 65_535
SECURITY = ("tls", "starttls", "none")
Json = Annotated[dict[str, Any], Body()]


def router(doors: Doors, vault: Vault) -> APIRouter:
    """Build the routes under /api/channels."""
    routes = APIRouter(prefix="/api/channels", tags=["channels"])

    @routes.get("", response_model=ChannelsView)
    async def every(request: Request) -> dict[str, Any]:
        """List channels, without secrets."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            found = await PostgresOutreach(connection).channels(workspace_id)
        return {"channels": [shown(one) for one in found.values()], "as_of": doors.clock.now()}

    @routes.get("/costs", response_model=ChannelCosts)
    async def costs(request: Request, days: int = 30) -> dict[str, Any]:
        """Return what the messages of each channel became in the last days, and what those that left cost."""
        workspace_id = await doors.keys.workspace(request)
        now = doors.clock.now()
        since = now - timedelta(days=max(1, min(days, DAYS_MAX)))
        async with doors.pool.connection() as connection:
            found = await PostgresOutreach(connection).spent(workspace_id, since)
        return {
            "since": since,
            "channels": [{**row, "cost": float(row["cost"])} for row in found],
            "as_of": now,
        }

    @routes.put("/{key}", response_model=ChannelView)
    async def put(request: Request, key: str, body: Json) -> dict[str, Any]:
        """Set a channel up, or change it: `{"kind", "price", "state", ...}` and what its kind needs.

        email: `host`, `port`, `security` (tls, starttls, none), `from`, and `user` with `secret` (the password) where the
        server asks for them. sms and webhook: `url`, `secret` (signs the calls); sms: `idempotent`, true where the provider
        takes one Idempotency-Key once. line: `account`. line_phone (LINE to a telephone number, never for advertising):
        `account`, and `allowed`, true once LINE has let this account send notification messages. Left out, the secret stays as it is; it is never shown.
        """
        workspace_id = await doors.keys.workspace(request)
        required_key({"key": key})
        kind = _kind(body.get("kind"))
        said, price = (
            _settings(kind, body, doors.settings.webhook_hosts.split()),
            _price(body.get("price", 0)),
        )
        state = body.get("state", "live")
        if state not in {"live", "paused"}:
            raise InvalidInputError(f"state is {state!r}.", field="/state", way_out="Use live or paused.")
        secret = str(body.get("secret") or "")
        sealed = vault.seal(secret, workspace_id, f"channel:{key}") if secret else None
        channel = Channel(workspace_id, key, kind, said, price, state == "live", sealed)
        async with doors.pool.connection() as connection, connection.transaction():
            store = PostgresOutreach(connection)
            await _whole(connection, store, channel)
            await store.put(channel, doors.clock.now())
            found = (await store.channels(workspace_id))[key]
        return dict(shown(found))

    @routes.post("/{key}/bounces", response_model=BouncesTaken)
    async def bounces(request: Request, key: str, body: Json) -> dict[str, Any]:
        """Take addresses that came back, `{"addresses": [...], "reason"}`: nothing goes there any more."""
        workspace_id = await doors.keys.workspace(request)
        given = body.get("addresses")
        if not isinstance(given, list) or not 0 < len(given) <= BOUNCES_MAX:
            raise InvalidInputError(
                "addresses is no list.", field="/addresses", way_out=f"List 1 to {BOUNCES_MAX}."
            )
        async with doors.pool.connection() as connection, connection.transaction():
            store = PostgresOutreach(connection)
            channel = (await store.channels(workspace_id)).get(key)
            if channel is None:
                raise NotFoundError(f"There is no channel {key}.")
            for address in given:
                await store.bounced(
                    workspace_id,
                    channel.kind,
                    str(address).strip().lower(),
                    str(body.get("reason") or "told")[:100],
                    doors.clock.now(),
                )
        return {"key": key, "taken": len(given)}

    return routes


async def _whole(connection: Any, store: PostgresOutreach, channel: Channel) -> None:
    """Refuse a LINE account that is not there, and calls that nothing would sign."""
    if channel.kind in {"line", LINE_PHONE}:
        cursor = await connection.execute(
            "select from line_account where workspace_id = %s and key = %s",
            (channel.workspace_id, channel.settings["account"]),
        )
        if await cursor.fetchone() is None:
            raise NotFoundError(f"There is no LINE account {channel.settings['account']}.")
    needs = channel.kind in {"sms", "webhook"} or "user" in channel.settings
    known = (await store.channels(channel.workspace_id)).get(channel.key)
    if needs and channel.secret is None and (known is None or known.secret is None):
        raise InvalidInputError("The secret is missing.", field="/secret", way_out="Give it once.")


def _kind(said: Any) -> Kind:
    if said not in CONTENTS:
        raise InvalidInputError(
            f"kind is {said!r}.", field="/kind", way_out=f"Use one of {', '.join(CONTENTS)}."
        )
    kind: Kind = said
    return kind


def _settings(kind: Kind, body: Mapping[str, Any], inside: list[str]) -> dict[str, Any]:
    if kind == "line":
        return {"account": _text(body, "account")}
    if kind == LINE_PHONE:
        if body.get("allowed") is not True:
            raise InvalidInputError(
                f"allowed is {body.get('allowed')!r}: LINE lets an account write to telephone numbers after an application.",
                field="/allowed",
                way_out="Apply at LINE for notification messages; when LINE has agreed, set allowed to true.",
            )
        return {"account": _text(body, "account"), "allowed": True}
    if kind == "email":
        port, security = body.get("port"), body.get("security")
        if isinstance(port, bool) or not isinstance(port, int) or not 0 < port <= PORT_MAX:
            raise InvalidInputError(f"port is {port!r}.", field="/port", way_out="Use 465 or 587.")
        if security not in SECURITY:
            raise InvalidInputError(
                f"security is {security!r}.", field="/security", way_out="Use tls, starttls or none."
            )
        sender = _text(body, "from")
        if "@" not in sender:
            raise InvalidInputError("from is no address.", field="/from", way_out="Write Name <a@b.example>.")
        found = {"host": _text(body, "host"), "port": port, "security": security, "from": sender}
        if security == "none" and body.get("user"):
            raise InvalidInputError(
                "A password would travel openly.", field="/security", way_out="Use tls or starttls."
            )
        return found | ({"user": _text(body, "user")} if body.get("user") else {})
    url = _text(body, "url")
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in inside:
        raise InvalidInputError("url is not https.", field="/url", way_out="Write https://...")
    return {"url": url} | ({"idempotent": body.get("idempotent") is True} if kind == "sms" else {})


def _text(body: Mapping[str, Any], name: str) -> str:
    said = body.get(name)
    if not isinstance(said, str) or not said.strip() or not said.isprintable():
        raise InvalidInputError(f"{name} is missing.", field=f"/{name}", way_out=f"Give {name} as a text.")
    return said.strip()


def _price(said: Any) -> Decimal:
    try:
        price = Decimal(str(said))
    except InvalidOperation:
        price = Decimal(-1)
    if not price.is_finite() or not 0 <= price <= PRICE_MAX:
        raise InvalidInputError(
            f"price is {said!r}.", field="/price", way_out=f"Use 0 to {PRICE_MAX}, of one message."
        )
    return price
