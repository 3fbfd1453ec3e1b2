"""The phones of virtual friends: what they do, and what they received, asked of the simulated LINE platform."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import httpx

from tieline.clock import monotonic
from tieline.demo.brand import LineChannel
from tieline.errors import UnavailableError

Json = dict[str, Any]
DELIVERIES_MAX = 1_000_000
AT_ONCE = 16


class Received(NamedTuple):
    """One delivery to one phone."""

    user_id: str
    at: datetime
    messages: list[Json]

    @property
    def text(self) -> str:
        """What the first message says on the lock screen."""
        first = self.messages[0]
        return str(first.get("text") or first.get("altText") or "")


class Phones:
    """The control interface of the simulated LINE platform."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def set_clock(self, at: datetime, speed: float) -> None:
        """Let LINE live at the same time as Tieline."""
        await self._call("POST", "/_sim/clock", {"at": at.isoformat(), "speed": speed})

    async def open_account(self, channel: LineChannel, webhook_url: str) -> None:
        """Open an Official Account whose webhooks go to Tieline."""
        body = {
            "channel_id": channel.channel_id,
            "channel_secret": channel.channel_secret,
            "provider_id": channel.provider_id,
            "bot_user_id": channel.bot_user_id,
            "name": channel.name,
            "webhooks": {"url": webhook_url, "redelivery": True, "max_events": 100},
        }
        await self._call("POST", "/_sim/accounts", body)

    async def follow(self, channel: LineChannel, count: int, first: int) -> list[str]:
        """Let people number `first` and on add the account as a friend; return their LINE user ids."""
        body = {"count": count, "seed": 1, "first": first, "announce": True}
        answer = await self._call("POST", f"/_sim/accounts/{channel.channel_id}/friends", body)
        return [str(user_id) for user_id in answer["user_ids"]]

    async def block(self, channel: LineChannel, user_ids: Iterable[str]) -> None:
        """Let people block the account."""
        await self._each(channel, user_ids, "block", {})

    async def tap(self, channel: LineChannel, user_ids: Iterable[str]) -> None:
        """Let people tap the first link or button of what they received last."""
        await self._each(channel, user_ids, "tap", {"delivery": -1, "action": 0})

    async def open_page(self, channel: LineChannel, user_id: str, url: str) -> list[Json]:
        """Let a person open a page in LINE's browser; return where that led."""
        path = f"/_sim/accounts/{channel.channel_id}/friends/{user_id}/bind"
        hops: list[Json] = (await self._call("POST", path, {"url": url, "form": {}}))["hops"]
        return hops

    async def received(self, channel: LineChannel, user_id: str | None = None) -> list[Received]:
        """Return what reached everybody, or one person, oldest first."""
        query: dict[str, str | int] = {"channel_id": channel.channel_id, "limit": DELIVERIES_MAX}
        if user_id is not None:
            query["user_id"] = user_id
        rows = (await self._call("GET", "/_sim/deliveries", None, query))["deliveries"]
        return [Received(row["user_id"], datetime.fromisoformat(row["at"]), row["messages"]) for row in rows]

    async def facts(self, channel: LineChannel | None = None) -> Json:
        """Return what LINE counted."""
        return await self._call(
            "GET", "/_sim/facts", None, {"channel_id": channel.channel_id} if channel else {}
        )

    async def settled(self, seconds: float = 30) -> Json:
        """Wait until no webhook is on its way, and return the facts.

        Raises:
            UnavailableError: Some still were after `seconds`.
        """
        deadline = monotonic() + seconds
        while monotonic() < deadline:
            facts = await self.facts()
            waiting = sum(account["waiting"] for account in facts["webhooks"].values())
            if not waiting and not facts["under_way"]:
                return facts
            await asyncio.sleep(0.1)
        raise UnavailableError(f"Webhooks were still on their way after {seconds} s.")

    async def until(
        self,
        channel: LineChannel,
        arrived: Callable[[list[Received]], bool],
        seconds: float,
        user_id: str | None = None,
    ) -> list[Received]:
        """Wait until what was received is enough, at most `seconds`; return what was received, enough or not."""
        deadline = monotonic() + seconds
        while True:
            received = await self.received(channel, user_id)
            if arrived(received) or monotonic() > deadline:
                return received
            await asyncio.sleep(0.1)

    async def _each(self, channel: LineChannel, user_ids: Iterable[str], action: str, body: Json) -> None:
        limit = asyncio.Semaphore(AT_ONCE)

        async def act(user_id: str) -> None:
            async with limit:
                await self._call(
                    "POST", f"/_sim/accounts/{channel.channel_id}/friends/{user_id}/{action}", body
                )

        async with asyncio.TaskGroup() as group:
            for user_id in user_ids:
                group.create_task(act(user_id))

    async def _call(
        self, method: str, path: str, body: Json | None, query: Mapping[str, str | int] | None = None
    ) -> Json:
        response = await self._client.request(method, path, json=body, params=query, timeout=60)
        if response.status_code >= 400:
            raise UnavailableError(
                f"the LINE simulator answered {response.status_code} to {path}: {response.text[:300]}"
            )
        answer: Json = response.json()
        return answer
