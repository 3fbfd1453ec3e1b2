import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

import aiohttp
import httpx
import msgspec
import pytest

from tieline.channel.console import ConsoleSms, masked
from tieline.channel.line.carrier import BODY_MAX_BYTES, SocketCarrier
from tieline.channel.line.client import LineClient
from tieline.channel.line.secrets import Vault
from tieline.clock import FakeClock
from tieline.simulator.faults import FaultKind, FaultSwitch
from tieline.simulator.platform import LinePlatform
from tieline.simulator.transport import SimulatedTransport

NOW = datetime(2026, 11, 20, tzinfo=UTC)
KEY = UUID("123e4567-e89b-12d3-a456-426655440000")
VAULT = Vault(b"k" * 32)


class Channel:
    channel_id = "100"

    def __init__(self, secret: str) -> None:
        self.channel_secret = VAULT.seal(secret, 1, "brand")


class Counted(SimulatedTransport):
    """Counts the tokens that are asked for, and takes a moment."""

    minted = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/oauth2"):
            self.minted += 1
        await asyncio.sleep(0)
        return await super().handle_async_request(request)


class Door:
    """A client, the platform behind it and the time."""

    def __init__(self) -> None:
        self.clock = FakeClock(NOW)
        self.platform = LinePlatform()
        self.account = self.platform.add_account("100", "secret", "900")
        self.user = self.platform.add_people(self.account, 1)[0]
        self.transport = Counted(self.platform, self.clock.now)
        self.accounts = {(1, "brand"): Channel("secret")}
        self.client = LineClient(
            "https://api.test/", "https://data.test", self.accounts, VAULT, self.clock, self.transport
        )

    def body(self) -> bytes:
        return msgspec.json.encode({"to": self.user, "messages": [{"type": "text", "text": "hi"}]})


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    made = Door()
    yield made
    await made.client.close()


async def test_a_push_returns_status_body_and_lines_name_for_it(door: Door) -> None:
    await door.client.ready(1, "brand")
    answer = await door.client.push(1, "brand", door.body(), KEY)
    assert (answer.status, answer.started) == (200, True)
    assert answer.request_id
    assert len(msgspec.json.decode(answer.body)["sentMessages"]) == 1


async def test_the_same_key_again_is_a_conflict_that_names_the_first(door: Door) -> None:
    await door.client.ready(1, "brand")
    first = await door.client.push(1, "brand", door.body(), KEY)
    again = await door.client.push(1, "brand", door.body(), KEY)
    assert (again.status, again.accepted_id) == (409, first.request_id)


async def test_many_callers_at_once_ask_for_one_token(door: Door) -> None:
    answers = await asyncio.gather(*[door.client.quota(1, "brand") for _ in range(20)])
    assert {answer.status for answer in answers} == {200}
    assert door.transport.minted == 1


async def test_a_token_is_kept_for_14_minutes(door: Door) -> None:
    await door.client.quota(1, "brand")
    door.clock.advance(timedelta(minutes=13, seconds=59))
    await door.client.quota(1, "brand")
    assert door.transport.minted == 1
    door.clock.advance(timedelta(seconds=1))
    await door.client.quota(1, "brand")
    assert door.transport.minted == 2


async def test_a_revoked_token_is_forgotten_and_replaced_when_a_send_gets_ready(door: Door) -> None:
    await door.client.ready(1, "brand")
    door.account.faults.append(FaultSwitch(FaultKind.UNAUTHORIZED, next_calls=1))
    assert (await door.client.push(1, "brand", door.body(), KEY)).status == 401
    assert door.transport.minted == 1
    await door.client.ready(1, "brand")
    assert (await door.client.push(1, "brand", door.body(), KEY)).status == 200
    assert door.transport.minted == 2


async def test_a_push_never_waits_for_a_token_behind_its_gate(door: Door) -> None:
    answer = await door.client.push(1, "brand", door.body(), KEY)
    assert (answer.status, answer.started, door.transport.minted) == (401, False, 0)


async def test_without_a_token_no_call_is_made(door: Door) -> None:
    door.accounts[1, "brand"] = Channel("wrong")
    answer = await door.client.push(1, "brand", door.body(), KEY)
    assert (answer.started, answer.problem) == (False, "no_token")
    assert answer.status in {400, 401}
    assert door.account.ledger.calls["push"] == 0


async def test_a_replaced_secret_is_used_at_once(door: Door) -> None:
    door.accounts[1, "brand"] = Channel("wrong")
    await door.client.quota(1, "brand")
    door.accounts[1, "brand"] = Channel("secret")
    assert (await door.client.quota(1, "brand")).status == 200


async def test_an_unknown_account_is_an_answer_too(door: Door) -> None:
    answer = await door.client.push(1, "nobody", b"", KEY)
    assert (answer.status, answer.started, answer.problem) == (0, False, "not_found")


@pytest.mark.parametrize(
    ("kind", "problem"),
    [(FaultKind.ACCEPT_THEN_HANG, "read_timeout"), (FaultKind.ACCEPT_THEN_RESET, "read_error")],
)
async def test_a_broken_line_is_an_answer_that_leaves_doubt(
    door: Door, kind: FaultKind, problem: str
) -> None:
    door.account.faults.append(FaultSwitch(kind, next_calls=1))
    await door.client.ready(1, "brand")
    answer = await door.client.push(1, "brand", door.body(), KEY)
    assert (answer.status, answer.started, answer.problem) == (0, True, problem)


async def test_reading_calls_reach_line(door: Door) -> None:
    info = msgspec.json.decode((await door.client.bot_info(1, "brand")).body)
    assert info["userId"] == door.account.bot_user_id
    assert "linkToken" in msgspec.json.decode((await door.client.link_token(1, "brand", door.user)).body)
    assert (await door.client.profile(1, "brand", door.user)).status == 200
    assert msgspec.json.decode((await door.client.consumption(1, "brand")).body) == {"totalUsage": 0}


async def test_a_user_id_cannot_lead_to_another_endpoint(door: Door) -> None:
    assert (await door.client.profile(1, "brand", "../info")).status == 404


@asynccontextmanager
async def answering(answer: bytes, *, hang: bool = False) -> AsyncIterator[tuple[SocketCarrier, str]]:
    """A server that says the same to everyone, a carrier, and the server's address."""
    done = asyncio.Event()
    handled: set[asyncio.Task[None] | None] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handled.add(asyncio.current_task())
        await reader.readuntil(b"\r\n\r\n")
        with suppress(ConnectionError):
            writer.write(answer)
            await writer.drain()
            if hang:
                await done.wait()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    carrier = SocketCarrier()
    yield carrier, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    done.set()
    await carrier.close()
    await asyncio.gather(*[task for task in handled if task])
    server.close()
    await server.wait_closed()


async def test_a_closed_port_has_certainly_not_been_called() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    carrier = SocketCarrier()
    answer = await carrier.carry("POST", f"http://127.0.0.1:{port}/", b"{}", {})
    assert (answer.status, answer.started) == (0, False)
    await carrier.close()


@pytest.mark.parametrize(
    "said", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", b"nonsense\r\n\r\n"]
)
async def test_a_connection_that_ends_without_a_whole_answer_leaves_doubt(said: bytes) -> None:
    async with answering(said) as (carrier, url):
        answer = await carrier.carry("POST", url, b"{}", {})
    assert (answer.status, answer.started) == (0, True)


async def test_an_answer_without_end_is_cut_off() -> None:
    endless = b"HTTP/1.1 200 OK\r\nContent-Length: 9000000000\r\n\r\n" + b"x" * 2_000_000
    async with answering(endless, hang=True) as (carrier, url):
        answer = await carrier.carry("GET", url, None, {})
    assert (answer.status, len(answer.body)) == (200, BODY_MAX_BYTES)


async def test_a_silent_server_is_given_up() -> None:
    async with answering(b"", hang=True) as (carrier, url):
        carrier._opened()._timeout = aiohttp.ClientTimeout(total=0.05)
        answer = await carrier.carry("POST", url, b"{}", {})
    assert (answer.status, answer.started, answer.problem) == (0, True, "timeout_error")


async def test_a_redirect_is_not_followed() -> None:
    elsewhere = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
    async with answering(elsewhere) as (carrier, url):
        assert (await carrier.carry("POST", url, b"{}", {})).status == 302


async def test_the_console_shows_the_code_beside_a_masked_number(capsys: pytest.CaptureFixture[str]) -> None:
    await ConsoleSms().send_code("+886912345678", "123456")
    assert capsys.readouterr().out == "SMS to **********678: 123456\n"
    assert masked("12") == "12"
