"""Calls to the LINE platform. An HTTP status and a broken line are answers; nothing here raises for them.

One client and one pool of connections serve all accounts. There are no retries below the sender's: whoever repeats a
call must know its key.

Source: https://developers.line.biz/en/reference/messaging-api/
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import Protocol
from urllib.parse import quote, urlencode
from uuid import UUID

import httpx

from tieline.channel.line.carrier import Carrier, SocketCarrier, TransportCarrier
from tieline.channel.line.secrets import Vault
from tieline.channel.line.tokens import GRANT, Credentials, Tokens
from tieline.clock import Clock
from tieline.errors import NotFoundError, TielineError
from tieline.model.send import Answer


class Account(Protocol):
    """What is needed of a LINE account."""

    @property
    def channel_id(self) -> str:
        """LINE's id of the channel."""
        ...

    @property
    def channel_secret(self) -> bytes:
        """The secret, sealed."""
        ...


class LineClient:
    """LineApi over HTTP.

    Args:
        api_url: Base address of the API.
        data_api_url: Base address for large content.
        accounts: Accounts by (workspace_id, key); may be filled anew at any time.
        vault: Opens their secrets.
        clock: Tells how old a token is.
        transport: Carries the requests; only simulations give one.
    """

    def __init__(
        self,
        api_url: str,
        data_api_url: str,
        accounts: Mapping[tuple[int, str], Account],
        vault: Vault,
        clock: Clock,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._api = api_url.rstrip("/")
        self._data_api = data_api_url.rstrip("/")
        self._accounts = accounts
        self._vault = vault
        self._opened: dict[tuple[int, str], tuple[bytes, Credentials]] = {}
        self._tokens = Tokens(self._mint, clock)
        self._carrier: Carrier = TransportCarrier(transport) if transport else SocketCarrier()

    async def ready(self, workspace_id: int, account: str) -> None:
        """Fetch a token if there is none that is fresh, so that the calls which follow leave at once."""
        with suppress(TielineError):
            await self._tokens.get(self._credentials(workspace_id, account))

    async def push(self, workspace_id: int, account: str, body: bytes, retry_key: UUID) -> Answer:
        """Send to one person."""
        return await self._send(workspace_id, account, "/v2/bot/message/push", body, _under(retry_key))

    async def multicast(self, workspace_id: int, account: str, body: bytes, retry_key: UUID) -> Answer:
        """Send the same to up to 500 people."""
        return await self._send(workspace_id, account, "/v2/bot/message/multicast", body, _under(retry_key))

    async def narrowcast(self, workspace_id: int, account: str, body: bytes, retry_key: UUID) -> Answer:
        """Let LINE send the same to everybody of its audiences; LINE says yes at once, and works later."""
        return await self._send(workspace_id, account, "/v2/bot/message/narrowcast", body, _under(retry_key))

    async def narrowcast_progress(self, workspace_id: int, account: str, request_id: str) -> Answer:
        """Return how far LINE is with a narrowcast; it tells so for 14 days."""
        path = f"/v2/bot/message/progress/narrowcast?{urlencode({'requestId': request_id})}"
        return await self._call(workspace_id, account, "GET", path)

    async def reply(self, workspace_id: int, account: str, body: bytes) -> Answer:
        """Answer an event. LINE takes no retry key here: after doubt it must never be repeated."""
        return await self._call(workspace_id, account, "POST", "/v2/bot/message/reply", body)

    async def notify(self, workspace_id: int, account: str, body: bytes, tag: str) -> Answer:
        """Send to a telephone number, named by its hash. LINE takes no retry key; `tag` comes back when it is delivered."""
        return await self._send(workspace_id, account, "/bot/pnp/push", body, {"X-Line-Delivery-Tag": tag})

    async def validate(self, workspace_id: int, account: str, kind: str, body: bytes) -> Answer:
        """Return whether LINE would take these messages for a kind of sending: push, multicast and so on."""
        return await self._call(
            workspace_id, account, "POST", f"/v2/bot/message/validate/{quote(kind, safe='')}", body
        )

    async def quota(self, workspace_id: int, account: str) -> Answer:
        """Return how many messages this month may have."""
        return await self._call(workspace_id, account, "GET", "/v2/bot/message/quota")

    async def consumption(self, workspace_id: int, account: str) -> Answer:
        """Return about how many messages this month has had."""
        return await self._call(workspace_id, account, "GET", "/v2/bot/message/quota/consumption")

    async def delivered(self, workspace_id: int, account: str, kind: str, day: date) -> Answer:
        """Return how many messages a kind of send delivered on a day of LINE's calendar; ready the day after."""
        path = f"/v2/bot/message/delivery/{quote(kind, safe='')}?date={day:%Y%m%d}"
        return await self._call(workspace_id, account, "GET", path)

    async def followers(self, workspace_id: int, account: str, day: date) -> Answer:
        """Return friends, reach and blocks at the end of a day; ready the day after."""
        return await self._call(workspace_id, account, "GET", f"/v2/bot/insight/followers?date={day:%Y%m%d}")

    async def of_unit(self, workspace_id: int, account: str, unit: str, first: str, last: str) -> Answer:
        """Return what came of a unit's pushes and multicasts between two days of LINE's calendar, at most 30."""
        asked = urlencode({"customAggregationUnit": unit, "from": first, "to": last})
        return await self._call(
            workspace_id, account, "GET", f"/v2/bot/insight/message/event/aggregation?{asked}"
        )

    async def of_request(self, workspace_id: int, account: str, request_id: str) -> Answer:
        """Return what came of a narrowcast."""
        path = f"/v2/bot/insight/message/event?{urlencode({'requestId': request_id})}"
        return await self._call(workspace_id, account, "GET", path)

    async def delivered_by_kind(self, workspace_id: int, account: str, day: date) -> Answer:
        """Return how many messages of every kind were delivered on a day of LINE's calendar; ready the day after."""
        return await self._call(
            workspace_id, account, "GET", f"/v2/bot/insight/message/delivery?date={day:%Y%m%d}"
        )

    async def profile(self, workspace_id: int, account: str, user_id: str) -> Answer:
        """Return a user's name, picture and language; 404 if the user is no friend or has blocked the account."""
        return await self._call(workspace_id, account, "GET", f"/v2/bot/profile/{quote(user_id, safe='')}")

    async def link_token(self, workspace_id: int, account: str, user_id: str) -> Answer:
        """Return a token that starts an account link; good once, for ten minutes."""
        return await self._call(
            workspace_id, account, "POST", f"/v2/bot/user/{quote(user_id, safe='')}/linkToken"
        )

    async def bot_info(self, workspace_id: int, account: str) -> Answer:
        """Return who the account is at LINE."""
        return await self._call(workspace_id, account, "GET", "/v2/bot/info")

    async def content(self, workspace_id: int, account: str, message_id: str) -> Answer:
        """Return the bytes a user sent, at most 1 MiB of them."""
        path = f"/v2/bot/message/{quote(message_id, safe='')}/content"
        return await self._call(workspace_id, account, "GET", path, base=self._data_api)

    async def call(
        self,
        workspace_id: int,
        account: str,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        content_type: str = "application/json",
        data: bool = False,
    ) -> Answer:
        """Make one call that changes nothing when it is made twice; with `data`, to the address for large content."""
        base = self._data_api if data else ""
        return await self._call(
            workspace_id, account, method, path, body, {"Content-Type": content_type}, base
        )

    async def pass_on(
        self,
        workspace_id: int,
        account: str,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str],
    ) -> Answer:
        """Make a call for another tool, with the retry key that it chose, if any."""
        return await self._call(workspace_id, account, method, path, body, headers)

    async def close(self) -> None:
        """Close all connections."""
        await self._carrier.close()

    async def _send(
        self, workspace_id: int, account: str, path: str, body: bytes, named: Mapping[str, str]
    ) -> Answer:
        """Send with the token there is.

        Consent was read a moment ago; a wait for a new token here would let a withdrawal pass unseen.
        """
        try:
            credentials = self._credentials(workspace_id, account)
        except TielineError as error:
            return Answer(0, started=False, problem=error.code)
        token = self._tokens.fresh(credentials)
        if token is None:
            return Answer(401, started=False, problem="no_token")
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            **named,
        }
        answer = await self._carrier.carry("POST", f"{self._api}{path}", body, headers)
        if answer.status == 401:
            self._tokens.forget(credentials, token)
        return answer

    async def _call(
        self,
        workspace_id: int,
        account: str,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        base: str = "",
    ) -> Answer:
        """Make one call; after a 401, which changed nothing, once more with a new token."""
        try:
            credentials = self._credentials(workspace_id, account)
        except TielineError as error:
            return Answer(0, started=False, problem=error.code)
        answer = Answer(401, started=False)
        for _ in range(2):
            token = await self._tokens.get(credentials)
            if isinstance(token, Answer):
                return Answer(token.status, token.body, token.request_id, started=False, problem="no_token")
            known = {
                "Authorization": f"Bearer {token}",
                "Content-Type": "application/json",
                **(headers or {}),
            }
            answer = await self._carrier.carry(method, f"{base or self._api}{path}", body, known)
            if answer.status != 401:
                return answer
            self._tokens.forget(credentials, token)
        return answer

    async def _mint(self, credentials: Credentials) -> Answer:
        form = {
            "grant_type": GRANT,
            "client_id": credentials.channel_id,
            "client_secret": credentials.channel_secret,
        }
        body = urlencode(form).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self._carrier.carry("POST", f"{self._api}/oauth2/v3/token", body, headers)

    def _credentials(self, workspace_id: int, account: str) -> Credentials:
        """Return id and secret; the secret is opened once, and again when it was replaced."""
        known = self._accounts.get((workspace_id, account))
        if known is None:
            raise NotFoundError(
                f"There is no LINE account {account}.", way_out="Connect it under /api/line/accounts."
            )
        kept = self._opened.get((workspace_id, account))
        if kept is None or kept[0] != known.channel_secret:
            secret = self._vault.open(known.channel_secret, workspace_id, account)
            kept = known.channel_secret, Credentials(known.channel_id, secret)
            self._opened[workspace_id, account] = kept
        return kept[1]


def _under(retry_key: UUID) -> dict[str, str]:
    return {"X-Line-Retry-Key": str(retry_key)}
