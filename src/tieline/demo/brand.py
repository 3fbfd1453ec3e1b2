"""A brand's own view of Tieline: its keys and the admin API."""

import asyncio
from collections.abc import Mapping
from typing import Any, NamedTuple

import httpx

from tieline.clock import monotonic
from tieline.errors import UnavailableError

Json = dict[str, Any]
REFUSED = 400


class LineChannel(NamedTuple):
    """One Official Account, as LINE's console would show it."""

    key: str
    name: str
    provider_id: str
    channel_id: str
    channel_secret: str
    bot_user_id: str


class Brand:
    """One workspace.

    Attributes:
        write_keys: By source: web, pos, crm.
        channel: Its LINE Official Account.
    """

    def __init__(self, client: httpx.AsyncClient, secret_key: str, channel: LineChannel) -> None:
        self._client = client
        self._headers = {"authorization": f"Bearer {secret_key}"}
        self.write_keys: dict[str, str] = {}
        self.channel = channel

    async def get(self, path: str, **query: str | int) -> Json:
        """Read from the admin API."""
        return await self._call("GET", path, None, query)

    async def post(self, path: str, body: Json) -> Json:
        """Create through the admin API."""
        return await self._call("POST", path, body, {})

    async def put(self, path: str, body: Json) -> Json:
        """Replace through the admin API."""
        return await self._call("PUT", path, body, {})

    async def put_picture(self, path: str, png: bytes) -> None:
        """Keep a picture through the admin API."""
        response = await self._client.put(
            path, content=png, headers={**self._headers, "content-type": "image/png"}, timeout=60
        )
        if response.status_code >= REFUSED:
            raise UnavailableError(f"PUT {path} answered {response.status_code}: {response.text[:500]}")

    async def _call(self, method: str, path: str, body: Json | None, query: Mapping[str, str | int]) -> Json:
        response = await self._client.request(
            method, path, json=body, params=query, headers=self._headers, timeout=60
        )
        if response.status_code >= REFUSED:
            raise UnavailableError(f"{method} {path} answered {response.status_code}: {response.text[:500]}")
        answer: Json = response.json()
        return answer

    async def count(self, condition: Json) -> tuple[int, str]:
        """Return how many people a condition holds for now, and as of when."""
        answer = await self.post("/api/segments/preview", {"condition": condition})
        return int(answer["count"]), str(answer["as_of"])

    async def make_segments(self, segments: Mapping[str, tuple[str, Json]]) -> None:
        """Make segments, given as name and condition by key, and wait until each was computed."""
        for key, (name, condition) in segments.items():
            await self.post("/api/segments", {"key": key, "name": name, "condition": condition})
        for key in segments:
            await self.computed(key)

    async def computed(self, key: str, seconds: float = 30) -> Json:
        """Wait until a segment was computed, and return it.

        Raises:
            UnavailableError: It was not within `seconds`.
        """
        deadline = monotonic() + seconds
        while monotonic() < deadline:
            segment = await self.get(f"/api/segments/{key}")
            if segment["computed_at"] is not None:
                return segment
            await asyncio.sleep(0.05)
        raise UnavailableError(f"The segment {key} was not computed within {seconds} s.")

    async def members(self, key: str) -> set[str]:
        """Return the profile ids of all members."""
        found: set[str] = set()
        after = ""
        while True:
            page = (await self.get(f"/api/segments/{key}/members", limit=5_000, after=after))["members"]
            found |= {member["profile_id"] for member in page}
            if len(page) < 5_000:
                return found
            after = page[-1]["profile_id"]

    async def profile(self, namespace: str, value: str) -> Json:
        """Return the profile that an identifier belongs to."""
        return await self.get("/api/profiles/lookup", namespace=namespace, value=value)
