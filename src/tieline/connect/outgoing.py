"""Call other systems without being turned against our own: every address is looked at when it is connected to.

Text is never judged: `127.1`, `0x7f.1` and names that lead inward all end at an address, and the address decides.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx
import msgspec

ANSWER_BYTES_MAX = 64 * 1024
SECONDS_MAX = 10.0
# Python calls some of these global although they lead to private addresses.
_NEVER = [
    ipaddress.ip_network(text)
    for text in (
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
        "fec0::/10",
        "::ffff:0:0/96",
        "100.64.0.0/10",
    )
]


class Outcome(NamedTuple):
    """What became of a call. `again` says whether trying later makes sense."""

    ok: bool
    again: bool
    reason: str


class OutgoingCaller:
    """Posts JSON to addresses outside, without following redirects.

    Args:
        inside: Hosts that may be called although they are private, named by whoever runs Tieline.
    """

    def __init__(self, inside: Collection[str] = ()) -> None:
        self._inside = frozenset(inside)
        self._http = httpx.AsyncClient(timeout=SECONDS_MAX, follow_redirects=False, trust_env=False)

    async def post(self, url: str, body: Any, headers: Mapping[str, str]) -> Outcome:
        """Post once; bytes go out as they are, anything else as JSON."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        if (
            parts.scheme not in {"http", "https"}
            or not host
            or (parts.scheme == "http" and host not in self._inside)
        ):
            return Outcome(ok=False, again=False, reason="not_https")
        try:
            port = parts.port or (443 if parts.scheme == "https" else 80)
            address = await self._address(host, port)
        except (OSError, ValueError):
            return Outcome(ok=False, again=True, reason="no_address")
        if address is None:
            return Outcome(ok=False, again=False, reason="private_address")
        pinned = httpx.URL(url).copy_with(host=address)
        sent = {**headers, "Host": parts.netloc.rpartition("@")[2], "Content-Type": "application/json"}
        try:
            async with asyncio.timeout(SECONDS_MAX):
                async with self._http.stream(
                    "POST",
                    pinned,
                    content=body if isinstance(body, bytes) else msgspec.json.encode(body),
                    headers=sent,
                    extensions={"sni_hostname": host},
                ) as answer:
                    async for _ in answer.aiter_raw(ANSWER_BYTES_MAX):
                        break
        except (httpx.HTTPError, TimeoutError, ValueError) as error:
            return Outcome(ok=False, again=True, reason=type(error).__name__)
        status = answer.status_code
        return Outcome(ok=200 <= status < 300, again=status >= 500 or status == 429, reason=f"http_{status}")

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def _address(self, host: str, port: int) -> str | None:
        """Return the address to connect to, None if any address of this host leads inward."""
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(entry[4][0]) for entry in found]
        if host not in self._inside and not all(is_outside(address) for address in addresses):
            return None
        return addresses[0]


def is_outside(address: str) -> bool:
    """Tell whether an IP address belongs to the public internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    return (
        ip.is_global
        and not ip.is_multicast
        and not any(ip.version == net.version and ip in net for net in _NEVER)
    )
