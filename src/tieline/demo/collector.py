"""Send items to the collect API as fast as it takes them, over a few kept-alive connections."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

import httpx
import msgspec

from tieline.demo.events import Item
from tieline.demo.history import Arrival
from tieline.errors import UnavailableError

ITEMS_TOGETHER = 300
CONNECTIONS = 4
TRIES = 20
PAUSE_SECONDS = 0.25


class Collector:
    """Sends to one Tieline.

    Attributes:
        accepted: Items answered with 2xx, refused ones left out.
        refused: Items the answer named as refused.
    """

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._encode = msgspec.json.Encoder().encode
        self.accepted = 0
        self.refused = 0

    async def send(self, write_key: str, items: list[Item]) -> None:
        """Send one batch; repeat it while the server asks for patience, as every client library does.

        Raises:
            UnavailableError: It was not taken after many tries.
        """
        body = self._encode({"batch": items})
        for _ in range(TRIES):
            response = await self._client.post(
                "/v1/batch", content=body, auth=(write_key, ""), headers={"content-type": "application/json"}
            )
            if response.status_code in {429, 503}:
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            response.raise_for_status()
            refused = len(response.json().get("rejected", ()))
            self.accepted += len(items) - refused
            self.refused += refused
            return
        raise UnavailableError("Tieline did not take a batch.")

    async def stream(
        self, arrivals: Iterable[Arrival], write_keys: Mapping[str, str], sent: Callable[[int], None]
    ) -> None:
        """Send many items, each with the key of its source; `sent` hears how many went out.

        A few senders share one queue of full batches; making items waits while the queue is full, so memory stays small.
        """
        queue: asyncio.Queue[tuple[str, list[Item]] | None] = asyncio.Queue(CONNECTIONS)
        async with asyncio.TaskGroup() as group:
            for _ in range(CONNECTIONS):
                group.create_task(self._drain(queue, sent))
            for source, items in batches(arrivals):
                await queue.put((write_keys[source], items))
            for _ in range(CONNECTIONS):
                await queue.put(None)

    async def _drain(
        self, queue: "asyncio.Queue[tuple[str, list[Item]] | None]", sent: Callable[[int], None]
    ) -> None:
        while (batch := await queue.get()) is not None:
            write_key, items = batch
            await self.send(write_key, items)
            sent(len(items))


def batches(arrivals: Iterable[Arrival]) -> Iterable[tuple[str, list[Item]]]:
    """Yield batches of one source each, in the order in which they fill."""
    waiting: defaultdict[str, list[Item]] = defaultdict(list)
    for arrival in arrivals:
        items = waiting[arrival.source]
        items.append(arrival.item)
        if len(items) == ITEMS_TOGETHER:
            yield arrival.source, items
            waiting[arrival.source] = []
    yield from ((source, items) for source, items in waiting.items() if items)
