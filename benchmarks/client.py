"""A lean HTTP client in a process of its own: keep-alive sockets, requests made beforehand, no parser in the way.

Reads an `Order` as JSON from standard input and prints a `Report`.
"""

import asyncio
import base64
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import cast

import events
import line_events
import msgspec

_MARK = b"@@@@@@@@"
NOW = datetime.now(UTC)


class Order(msgspec.Struct):
    """What to send.

    Attributes:
        events_each: Events in a request; 1 sends to /v1/track.
        per_second: Requests per second on a steady beat; 0 sends the next when the last was answered.
        seed: Start of all chance; also makes message ids different from those of other runs.
        hook: Send webhooks of a LINE account instead, one event each.
    """

    port: int
    write_key: str
    connections: int = 16
    seconds: float = 5.0
    events_each: int = events.BATCH
    per_second: float = 0.0
    people: int = 10_000
    seed: int = 1
    hook: line_events.Hook | None = None


class Report(msgspec.Struct):
    """What came of it.

    Attributes:
        seconds: From the first request to the last answer.
        milliseconds: How long the middle, the 95th and the 99th of 100 answers took.
    """

    events: int
    requests: int
    refused: int
    seconds: float
    cpu_seconds: float
    milliseconds: tuple[float, float, float]


class Sender(asyncio.Protocol):
    """One connection. It sends the next request when the last was answered, and on a beat not before its time.

    Args:
        beat_seconds: From one request to the next; 0 leaves no pause.
        answers: Grows by the seconds until each answer, counted from when the request was due, and whether it was 200.
    """

    def __init__(
        self, requests: Iterator[bytes], until: float, beat_seconds: float, answers: list[tuple[float, bool]]
    ) -> None:
        self._requests = requests
        self._until = until
        self._beat_seconds = beat_seconds
        self._answers = answers
        self._due = 0.0
        self._buffer = b""
        self.over = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by inheritance
        self._next()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r", 1)[0])
        if len(body) < length:
            return
        self._buffer = b""
        self._answers.append((time.perf_counter() - self._began, head.split(b" ", 2)[1] == b"200"))
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.over.done():
            self.over.set_result(exc)

    def _next(self) -> None:
        now = time.perf_counter()
        self._due = (
            max(self._due, now - 1.0) + self._beat_seconds if self._due and self._beat_seconds else now
        )
        if self._due >= self._until:
            self._transport.close()
        elif self._due > now:
            asyncio.get_running_loop().call_later(self._due - now, self._write)
        else:
            self._write()

    def _write(self) -> None:
        self._began = self._due
        self._transport.write(next(self._requests))


def requests(order: Order) -> Iterator[bytes]:
    """Yield requests for ever: the same few hundred in turn, each time with new message ids."""
    shop = events.Shop(order.seed, order.people)
    key = base64.b64encode(f"{order.write_key}:".encode()).decode()
    templates = []
    for _ in range(max(200, 2_000 // order.events_each)):
        said = [shop.event(NOW) for _ in range(order.events_each)]
        for event in said:
            event["messageId"] = f"{_MARK.decode()}{event['messageId']}"
        single = order.events_each == 1
        body = msgspec.json.encode(said[0] if single else {"batch": said, "sentAt": NOW.isoformat()})
        path = said[0]["type"] if single else "batch"
        head = f"POST /v1/{path} HTTP/1.1\r\nHost: tieline\r\nAuthorization: Basic {key}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        templates.append(head.encode() + body)
    turn = 0
    while True:
        for template in templates:
            yield template.replace(_MARK, b"%08x" % turn)
        turn += 1


async def load(order: Order) -> Report:
    """Send for as long as ordered."""
    loop = asyncio.get_running_loop()
    made = requests(order) if order.hook is None else line_events.requests(order.hook, order.seed)
    next(made)
    answers: list[tuple[float, bool]] = []
    cpu, began = time.process_time(), time.perf_counter()
    beat = order.connections / order.per_second if order.per_second else 0.0
    senders = []
    for _ in range(order.connections):
        await asyncio.sleep(beat / order.connections)
        _, sender = await loop.create_connection(
            lambda: Sender(made, began + order.seconds, beat, answers), "127.0.0.1", order.port
        )
        senders.append(sender.over)
    await asyncio.gather(*senders)
    took = sorted(seconds for seconds, _ in answers)
    good = sum(ok for _, ok in answers)
    p50, p95, p99 = (took[int(len(took) * part)] * 1_000 for part in (0.5, 0.95, 0.99))
    return Report(
        events=good * order.events_each,
        requests=len(answers),
        refused=len(answers) - good,
        seconds=time.perf_counter() - began,
        cpu_seconds=time.process_time() - cpu,
        milliseconds=(p50, p95, p99),
    )


if __name__ == "__main__":
    with suppress(ImportError):
        import uvloop

        uvloop.install()
    told = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    sys.stdout.buffer.write(msgspec.json.encode(asyncio.run(load(told))))
