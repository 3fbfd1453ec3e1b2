"""The composition root: the only module that chooses adapters."""

import asyncio
import gc
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import (
    AbstractContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
    nullcontext,
    suppress,
)
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

import structlog
import uvicorn
from fastapi import FastAPI
from psycopg_pool import AsyncConnectionPool

from tieline import pipeline
from tieline.answer.stage import AnswerStage
from tieline.api.commit import GroupCommit
from tieline.api.doors import Doors, HistoryQuestions
from tieline.api.keys import Keys
from tieline.api.routes import build
from tieline.channel.console import ConsoleSms
from tieline.channel.line.client import LineClient
from tieline.channel.line.inbox import LineInbox
from tieline.channel.line.secrets import Vault, load_key
from tieline.clock import Clock, SystemClock
from tieline.collect.stage import CollectStage, message_key, named_key
from tieline.connect import undo
from tieline.connect.outgoing import OutgoingCaller
from tieline.connect.webhook import WebhookLoop
from tieline.deliver.body import Bodies
from tieline.deliver.broadcast import BroadcastStage
from tieline.deliver.fill import fill_tree
from tieline.deliver.reply import Replier, ReplyStage
from tieline.deliver.sender import Sender
from tieline.deliver.stage import DeliverStage
from tieline.identify.command import DecisionStage
from tieline.identify.stage import IdentifyStage
from tieline.identify.undo import UndoStage
from tieline.ids import SystemIds
from tieline.journey.stage import JourneyStage
from tieline.profile.stage import ProfileStage
from tieline.segment.stage import SegmentStage
from tieline.settings import Settings
from tieline.store.clickhouse import socket
from tieline.store.clickhouse.engine import ClickHouse, open_embedded, open_remote
from tieline.store.clickhouse.evaluate import ClickHouseEvaluator
from tieline.store.clickhouse.history import ClickHouseHistory
from tieline.store.clickhouse.imported import ClickHouseImported
from tieline.store.postgres.accounts import LineAccount
from tieline.store.postgres.backlog import PostgresBacklog
from tieline.store.postgres.bind import PostgresNonces
from tieline.store.postgres.broadcasts import PostgresBroadcasts
from tieline.store.postgres.deliver import PostgresSends
from tieline.store.postgres.directory import PostgresDirectory
from tieline.store.postgres.engine import tune
from tieline.store.postgres.facts import PostgresFacts
from tieline.store.postgres.identity import PostgresIdentity
from tieline.store.postgres.journeys import PostgresJourneys
from tieline.store.postgres.log import PostgresLog, PostgresMessages
from tieline.store.postgres.outbox import PostgresHistoryOutbox
from tieline.store.postgres.replies import PostgresAutoReplies, PostgresReplies
from tieline.store.postgres.segments import PostgresSegments
from tieline.store.postgres.signals import PostgresSignals
from tieline.store.postgres.undo import PostgresUndo
from tieline.store.postgres.unit import PostgresUnit
from tieline.store.postgres.webhooks import PostgresWebhooks
from tieline.store.postgres.workspaces import PostgresKeys
from tieline.stream.loop import Loop, Wakeup

_log = structlog.get_logger()
_CATALOG_SECONDS = 1.0


def clock(settings: Settings) -> Clock:
    """Return the clock that the settings ask for."""
    if not settings.clock_origin:
        return SystemClock()
    return SystemClock(
        settings.clock_speed,
        datetime.fromisoformat(settings.clock_origin),
        datetime.fromisoformat(settings.clock_epoch),
    )


def vault(settings: Settings) -> Vault:
    """Return what opens channel secrets; its key is made once and kept beside the data, readable by its owner."""
    return Vault(
        load_key(Path(settings.secret_file) if settings.secret_file else settings.data / "secret.key")
    )


def open_clickhouse(settings: Settings) -> ClickHouse:
    """Open the ClickHouse that the settings ask for."""
    if settings.clickhouse_url:
        return open_remote(settings.clickhouse_url)
    return open_embedded(settings.data / "clickhouse")


def history_socket(settings: Settings) -> Path:
    """Where the process that owns history answers questions."""
    return settings.data / "history.sock"


@asynccontextmanager
async def working(settings: Settings, url: str) -> AsyncIterator[tuple[ClickHouseHistory, list[Loop]]]:
    """Open what the loops need and yield them, ready to run."""
    async with AsyncExitStack() as stack:
        engine = await asyncio.to_thread(open_clickhouse, settings)
        stack.callback(engine.close)
        history = ClickHouseHistory(engine)
        await history.mark()

        async def unit() -> PostgresUnit:
            opened = await PostgresUnit.open(url)
            stack.push_async_callback(opened.close)
            return opened

        now, directory = clock(settings), PostgresDirectory(await unit())
        await directory.learn()
        evaluator = ClickHouseEvaluator(history)
        client = LineClient(
            settings.line_api_url, settings.line_data_api_url, directory.accounts, vault(settings), now
        )
        stack.push_async_callback(client.close)

        absorb = _absorb(settings, await unit(), history, directory, now)
        remember = _remember(settings, await unit(), history, evaluator, now)
        advance = _advance(settings, await unit(), evaluator, directory, now)
        sending = await unit()
        if engine.embedded:
            # Nobody else can hold this folder, so what a killed worker had claimed need not wait for its lease.
            async with sending.transaction():
                await PostgresSends(sending.connection).take_over(now.now())
        send = _send(sending, client, directory, now)
        stack.push_async_callback(lambda: send.sender.close(now.now()))

        outside = await unit()
        caller = OutgoingCaller(settings.webhook_hosts.split())
        stack.push_async_callback(caller.close)
        webhooks = WebhookLoop(outside, PostgresWebhooks(outside.connection), caller)

        reply = _reply(await unit(), client, directory, now)
        stack.push_async_callback(lambda: reply.replier.close(now.now()))

        wake_remember, wake_advance, wake_send, wake_reply = Wakeup(), Wakeup(), Wakeup(), Wakeup()
        idle = settings.idle_ms / 1000

        def absorbed() -> None:
            wake_remember.call()
            wake_advance.call()
            wake_reply.call()

        loops = [
            Loop("absorb", absorb.step, idle_seconds=idle, then=absorbed, recover=absorb.recover),
            Loop(
                "remember", remember.step, idle_seconds=idle * 5, wake=wake_remember, then=wake_advance.call
            ),
            Loop("advance", advance.step, idle_seconds=idle * 2, wake=wake_advance, then=wake_send.call),
            Loop("send", send.step, idle_seconds=idle * 2, wake=wake_send),
            Loop("reply", reply.step, idle_seconds=idle * 2, wake=wake_reply),
            Loop("webhooks", lambda: webhooks.step(now.now()), idle_seconds=idle * 10),
            Loop("directory", directory.step, idle_seconds=_CATALOG_SECONDS),
        ]
        yield history, loops


def _absorb(
    settings: Settings,
    unit: PostgresUnit,
    history: ClickHouseHistory,
    directory: PostgresDirectory,
    now: Clock,
) -> pipeline.Absorb:
    connection, evaluator = unit.connection, ClickHouseEvaluator(history)
    identity = PostgresIdentity(connection)
    return pipeline.Absorb(
        unit=unit,
        directory=directory,
        log=PostgresLog(connection),
        messages=(messages := PostgresMessages(connection)),
        outbox=PostgresHistoryOutbox(connection),
        signals=PostgresSignals(connection),
        collect=CollectStage(messages, directory.sources, LineInbox(PostgresNonces(connection)).read),
        identify=IdentifyStage(identity, directory.identity_keys, directory.regions),
        decide=DecisionStage(identity, directory.identity_keys, directory.regions),
        profile=ProfileStage(PostgresFacts(connection), message_key, directory.notices, directory.golden),
        journey=JourneyStage(PostgresJourneys(connection), evaluator, fill_tree, directory.zones),
        answer=AnswerStage(PostgresAutoReplies(connection), directory.zones),
        reply=ReplyStage(
            PostgresReplies(connection), PostgresSends(connection), Bodies(SystemIds(), settings.public_url)
        ),
        clock=now,
        events_max=settings.batch_events,
        undo=UndoStage(
            PostgresUndo(connection), identity, ClickHouseImported(history), undo.message_ids, named_key
        ),
    )


def _remember(
    settings: Settings,
    unit: PostgresUnit,
    history: ClickHouseHistory,
    evaluator: ClickHouseEvaluator,
    now: Clock,
) -> pipeline.Remember:
    connection = unit.connection
    every = timedelta(seconds=settings.refresh_seconds)
    return pipeline.Remember(
        unit=unit,
        outbox=PostgresHistoryOutbox(connection),
        history=history,
        signals=PostgresSignals(connection),
        segment=SegmentStage(PostgresSegments(connection), evaluator, every),
        clock=now,
    )


def _advance(
    settings: Settings,
    unit: PostgresUnit,
    evaluator: ClickHouseEvaluator,
    directory: PostgresDirectory,
    now: Clock,
) -> pipeline.Advance:
    connection = unit.connection
    return pipeline.Advance(
        unit=unit,
        journey=JourneyStage(PostgresJourneys(connection), evaluator, fill_tree, directory.zones),
        broadcast=BroadcastStage(PostgresBroadcasts(connection)),
        deliver=DeliverStage(PostgresSends(connection), SystemIds(), now, settings.public_url),
        webhooks=PostgresWebhooks(connection),
        news=pipeline.LogNews(PostgresLog(connection), directory.own_sources, now),
        clock=now,
    )


def _send(unit: PostgresUnit, client: LineClient, directory: PostgresDirectory, now: Clock) -> pipeline.Send:
    news = pipeline.LogNews(PostgresLog(unit.connection), directory.own_sources, now)
    sends, backlog = PostgresSends(unit.connection), PostgresBacklog(unit.connection)
    return pipeline.Send(Sender(unit, sends, backlog, client, news, SystemIds()), now)


def _reply(
    unit: PostgresUnit, client: LineClient, directory: PostgresDirectory, now: Clock
) -> pipeline.Reply:
    news = pipeline.LogNews(PostgresLog(unit.connection), directory.own_sources, now)
    return pipeline.Reply(Replier(unit, PostgresReplies(unit.connection), client, news), now)


def calm_collector() -> None:
    """Keep the garbage collector from walking what lives long, again and again: a third of the stream's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1_000)


async def work(settings: Settings, url: str) -> None:
    """Run the loops and answer questions to history, until a signal comes."""
    calm_collector()
    async with working(settings, url) as (history, loops):
        server = await socket.serve(history, history_socket(settings))
        async with server:
            await _until_signal(*(loop.run for loop in loops))


async def serve_http(settings: Settings, url: str, host: str, port: int, *, alone: bool) -> None:
    """Answer HTTP until a signal comes; alone, run the loops in this process too."""
    calm_collector()
    async with AsyncExitStack() as stack:
        questions: HistoryQuestions
        others: list[Callable[[], Awaitable[None]]] = []
        if alone:
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


@asynccontextmanager
async def answering(
    settings: Settings, url: str, history: HistoryQuestions
) -> AsyncIterator[tuple[FastAPI, GroupCommit]]:
    """Open what the routes need and yield the application with its commit loop, which the caller runs."""
    async with AsyncExitStack() as stack:
        pool = AsyncConnectionPool(url, min_size=1, max_size=10, open=False, timeout=5, configure=tune)
        await stack.enter_async_context(pool)
        unit = await PostgresUnit.open(url)
        stack.push_async_callback(unit.close)
        now = clock(settings)
        commit = GroupCommit(unit, PostgresLog(unit.connection), settings.commit_wait_ms / 1000)
        keys = Keys(PostgresKeys(pool), settings.rate_per_second)
        accounts: dict[tuple[int, str], LineAccount] = {}
        line = LineClient(settings.line_api_url, settings.line_data_api_url, accounts, vault(settings), now)
        stack.push_async_callback(line.close)
        doors = Doors(settings, pool, history, commit, keys, now, SystemIds(), line, accounts)
        out = stack.enter_context(_sms_out(settings))
        yield build(doors, vault(settings), ConsoleSms(out)), commit


def _sms_out(settings: Settings) -> AbstractContextManager[TextIO]:
    """Return where one-time codes are written until an SMS provider is connected."""
    return (
        Path(settings.sms_file).open("a", encoding="utf-8") if settings.sms_file else nullcontext(sys.stderr)
    )


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
