"""Run the loops, the HTTP application, or both, until a signal comes.

Each process imports its own half only: reading both would double the time until it answers.
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import (
    AsyncExitStack,
    contextmanager,
    suppress,
)
from typing import TYPE_CHECKING, Any

import uvicorn

from tieline.app.calm import calm_collector
from tieline.app.parts import history_socket
from tieline.settings import Settings
from tieline.store.clickhouse import socket

if TYPE_CHECKING:
    from tieline.api.doors import HistoryQuestions


async def work(settings: Settings, url: str) -> None:
    """Run the loops and answer questions to history, until a signal comes."""
    from tieline.app.loops import working

    calm_collector()
    async with working(settings, url) as (history, loops):
        server = await socket.serve(history, history_socket(settings))
        async with server:
            await _until_signal(*(loop.run for loop in loops))


async def serve_http(settings: Settings, url: str, host: str, port: int, *, alone: bool) -> None:
    """Answer HTTP until a signal comes; alone, run the loops in this process too."""
    from tieline.app.http import answering

    calm_collector()
    async with AsyncExitStack() as stack:
        questions: HistoryQuestions
        others: list[Callable[[], Awaitable[None]]] = []
        if alone:
            from tieline.app.loops import working

            questions, loops = await stack.enter_async_context(working(settings, url))
            others += [loop.run for loop in loops]
        else:
            questions = socket.HistoryClient(history_socket(settings))
        app, commit = await stack.enter_async_context(answering(settings, url, questions))
        others.append(commit.run)
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            log_level="warning",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=5,
        )
        server = _Server(config)
        tasks = [asyncio.ensure_future(other()) for other in [*others, server.serve]]
        try:  # whichever ends first ends the others: a process that only half works would look healthy
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            server.should_exit = True
            await tasks[-1]
            await _cancel(tasks[:-1])


class _Server(uvicorn.Server):
    """Ends when told to, and leaves it at that: uvicorn itself raises the signal again, and nothing after it would run."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take SIGTERM and SIGINT as the wish to end."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._end)
        yield

    def _end(self) -> None:
        self.should_exit = True


async def _until_signal(*runs: Callable[[], Awaitable[None]]) -> None:
    """Run everything until SIGTERM or SIGINT, or until one of them ends."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    tasks = [asyncio.ensure_future(run()) for run in runs]
    stopped = asyncio.ensure_future(stop.wait())
    await asyncio.wait([*tasks, stopped], return_when=asyncio.FIRST_COMPLETED)
    await _cancel([*tasks, stopped])


async def _cancel(tasks: Sequence[asyncio.Future[Any]]) -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task
