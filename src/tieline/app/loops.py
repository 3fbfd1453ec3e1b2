"""The loops of one worker, opened together and ready to run."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import (
    AsyncExitStack,
    asynccontextmanager,
)

from tieline.app import line, stages
from tieline.app.parts import clock, open_clickhouse, vault
from tieline.channel.line.client import LineClient
from tieline.clock import Clock
from tieline.connect.outgoing import OutgoingCaller
from tieline.connect.sync import SyncLoop
from tieline.connect.webhook import WebhookLoop
from tieline.deliver.carrier import CarrierLoop
from tieline.identify.rules import read_rules
from tieline.settings import Settings
from tieline.store.clickhouse.evaluate import ClickHouseEvaluator
from tieline.store.clickhouse.history import ClickHouseHistory
from tieline.store.postgres.chunks import PostgresChunks
from tieline.store.postgres.deliver import PostgresSends
from tieline.store.postgres.destinations import PostgresDestinations
from tieline.store.postgres.directory import PostgresDirectory
from tieline.store.postgres.narrowcasts import PostgresNarrowcasts
from tieline.store.postgres.statistics import PostgresStatistics
from tieline.store.postgres.unit import PostgresStatement, PostgresUnit
from tieline.store.postgres.webhooks import PostgresWebhooks
from tieline.stream.loop import Loop, Wakeup
from tieline.tag.expiry import ExpiryLoop

_CATALOG_SECONDS = 1.0
_GATHER_SECONDS = 0.5
_EXPIRY_SECONDS = 5.0
_DAY_SECONDS = 30.0
_SQUASH_SECONDS = 60.0


@asynccontextmanager
async def working(settings: Settings, url: str) -> AsyncIterator[tuple[ClickHouseHistory, list[Loop]]]:
    """Open what the loops need and yield them, ready to run."""
    async with AsyncExitStack() as stack:
        engine = await asyncio.to_thread(open_clickhouse, settings)
        stack.callback(engine.close)
        history = ClickHouseHistory(engine)
        await history.mark()
        await history.squash()  # what an interruption left half written, before anybody asks

        async def unit() -> PostgresUnit:
            opened = await PostgresUnit.open(url)
            stack.push_async_callback(opened.close)
            return opened

        now, directory = clock(settings), PostgresDirectory(await unit(), read_rules)
        await directory.learn()
        evaluator = ClickHouseEvaluator(history)
        client = LineClient(
            settings.line_api_url, settings.line_data_api_url, directory.accounts, vault(settings), now
        )
        stack.push_async_callback(client.close)

        absorb = stages.absorb(settings, url, await unit(), history, directory, now)
        remember = stages.remember(settings, await unit(), history, evaluator, directory, now)
        advance = stages.advance(settings, await unit(), evaluator, directory, now)
        broadcast = stages.broadcast(settings, await unit(), history, directory, now)
        sending = await unit()
        if engine.embedded:
            await take_over(sending, now)
        send = stages.send(sending, client, directory, now)
        stack.push_async_callback(send.close)
        write_out = stages.write_out(await unit(), directory, now)

        caller = OutgoingCaller(settings.webhook_hosts.split())
        stack.push_async_callback(caller.close)

        reply = stages.reply(await unit(), client, directory, now)
        stack.push_async_callback(lambda: reply.replier.close(now.now()))

        rules = stages.change_rules(await unit(), url, now)
        erase = stages.erase(settings, await unit(), history, directory, now)

        wake_remember, wake_advance, wake_send, wake_reply = Wakeup(), Wakeup(), Wakeup(), Wakeup()
        idle = settings.idle_ms / 1000

        def absorbed() -> None:
            wake_remember.call()
            wake_advance.call()
            wake_reply.call()

        loops = [
            Loop("absorb", absorb.step, idle_seconds=idle, then=absorbed, recover=absorb.recover),
            remember_loop(remember.step, idle * 5, wake_remember, wake_advance),
            Loop("advance", advance.step, idle_seconds=idle * 2, wake=wake_advance, then=wake_send.call),
            Loop("broadcast", broadcast.step, idle_seconds=idle * 2, then=wake_send.call),
            Loop("send", send.step, idle_seconds=idle * 2, wake=wake_send),
            Loop("write_out", write_out.step, idle_seconds=idle * 20),
            Loop("reply", reply.step, idle_seconds=idle * 2, wake=wake_reply),
            webhook_loop(settings, await unit(), caller, now),
            Loop("rules", rules.step, idle_seconds=idle * 20),
            Loop("erase", erase.step, idle_seconds=idle * 10),
            *aside(stages.carry(settings, await unit(), caller, client, directory, now), history, now, idle),
            sync_loop(settings, await unit(), caller, now),
            *upkeep((await unit(), await unit(), await unit()), history, directory, now),
            await statistics_loop(url, stack),
            *await line.loops(settings, unit, client, directory, now),
        ]
        yield history, loops


async def take_over(unit: PostgresUnit, now: Clock) -> None:
    """Let nothing that a killed worker had claimed wait for its lease: nobody else can hold this folder."""
    async with unit.transaction():
        for store in (PostgresSends, PostgresChunks, PostgresNarrowcasts):
            await store(unit.connection).take_over(now.now())


def aside(carriers: CarrierLoop, history: ClickHouseHistory, now: Clock, idle: float) -> list[Loop]:
    """Messages of other channels leave; history is kept short to read."""
    return [
        Loop("carry", lambda: carriers.step(now.now()), idle_seconds=idle * 10),
        Loop("squash", lambda: squashed(history), idle_seconds=_SQUASH_SECONDS),
    ]


async def squashed(history: ClickHouseHistory) -> int:
    """Write events of people who moved anew, so many at a time; then rest, whether or not more wait."""
    await history.squash()
    return 0


def remember_loop(
    step: Callable[[], Awaitable[int]], idle_seconds: float, wake: Wakeup, then: Wakeup
) -> Loop:
    """History and segments: each round has its price, so that a little is let come together first."""
    return Loop(
        "remember",
        step,
        idle_seconds=idle_seconds,
        wake=wake,
        then=then.call,
        gather_seconds=_GATHER_SECONDS,
    )


def webhook_loop(settings: Settings, unit: PostgresUnit, caller: OutgoingCaller, now: Clock) -> Loop:
    """Journeys call other systems."""
    webhooks = WebhookLoop(unit, PostgresWebhooks(unit.connection), caller)
    return Loop("webhooks", lambda: webhooks.step(now.now()), idle_seconds=settings.idle_ms / 100)


def sync_loop(settings: Settings, unit: PostgresUnit, caller: OutgoingCaller, now: Clock) -> Loop:
    """Other systems are kept told who is in a segment."""
    sync = SyncLoop(unit, PostgresDestinations(unit.connection), caller, stages.opener(settings))
    return Loop("sync", lambda: sync.step(now.now()), idle_seconds=settings.idle_ms / 50)


async def statistics_loop(url: str, stack: AsyncExitStack) -> Loop:
    """Statements are planned by what the tables are now."""
    unit = await PostgresStatement.open(url)
    stack.push_async_callback(unit.close)
    statistics = PostgresStatistics(unit.connection)

    async def step() -> int:
        async with unit.transaction():
            return await statistics.renew()

    return Loop("statistics", step, idle_seconds=_CATALOG_SECONDS)


def upkeep(
    units: tuple[PostgresUnit, PostgresUnit, PostgresUnit],
    history: ClickHouseHistory,
    directory: PostgresDirectory,
    now: Clock,
) -> list[Loop]:
    """What is known of the workspace is read anew; tags come off in time, links grow old, and buyers are foretold."""
    tags, ages, likely = units
    expiry = ExpiryLoop(tags, stages.tagging(tags, directory, now), now)
    return [
        Loop("directory", directory.step, idle_seconds=_CATALOG_SECONDS),
        Loop("expiry", expiry.step, idle_seconds=_EXPIRY_SECONDS),
        Loop("age", stages.pass_day(ages, directory, now).step, idle_seconds=_DAY_SECONDS),
        Loop("predict", stages.predict(likely, history, directory, now).step, idle_seconds=_DAY_SECONDS),
    ]
