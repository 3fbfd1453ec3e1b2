"""F22 of docs/faults.md at a real socket: whoever sends drop by drop costs the others nothing, and ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec
import pytest
import uvicorn
from line_brand import BOT, CHANNEL_SECRET, Brand, serving

from tieline.api import body
from tieline.channel.line.signature import sign

BODY = msgspec.json.encode({"destination": BOT, "events": []})
SIGNED = {"x-line-signature": sign(BODY, CHANNEL_SECRET)}
START = b"POST /line/main/webhook HTTP/1.1\r\nHost: tieline.test\r\n"
SLOW = 40
Caller = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def listening(brand: Brand) -> AsyncIterator[int]:
    """Serve the brand's application at a port, as `tieline serve` does."""
    app = brand.http._transport.app  # type: ignore[attr-defined]  # the same application, at a socket
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    running = asyncio.ensure_future(server._serve())
    async with asyncio.timeout(30):
        while not server.started:
            await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.force_exit = server.should_exit = True
    await running


async def call(port: int, begun: bytes) -> Caller:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(begun)
    await writer.drain()
    return reader, writer


async def drip(caller: Caller) -> bytes:
    """Send a byte now and then; return how the answer begins."""
    reader, writer = caller
    answer = asyncio.ensure_future(reader.readline())
    while not answer.done():
        writer.write(b" ")
        await asyncio.wait([answer], timeout=0.2)
    writer.close()
    return answer.result()


async def test_f22_who_sends_drop_by_drop_is_cut_off_and_holds_nobody_up(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body, "SECONDS_MAX", 3.0)
    async with serving(tmp_path, postgres_url) as brand, listening(brand) as port:
        bodies = [await call(port, START + b"Content-Length: 5000\r\n\r\n{") for _ in range(SLOW)]
        heads = [await call(port, START + b"X-Half-A-Head: ") for _ in range(SLOW)]
        dripping = [asyncio.ensure_future(drip(one)) for one in bodies]

        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as line:
            answer = await line.post("/line/main/webhook", content=BODY, headers=SIGNED, timeout=30)
        assert answer.status_code == 200

        said = await asyncio.gather(*dripping)
        assert {line.split()[1] for line in said} == {b"408"}
        assert await brand.rows("select count(*) from log where kind = 20") == [(1,)]
        for _, writer in heads:
            writer.close()
