"""The HTTP application with everything its routes need."""

import sys
from collections.abc import AsyncIterator
from contextlib import (
    AbstractContextManager,
    AsyncExitStack,
    asynccontextmanager,
    nullcontext,
)
from pathlib import Path
from typing import TextIO

import httpx
from fastapi import FastAPI
from psycopg_pool import AsyncConnectionPool

from tieline.api.callers import Callers
from tieline.api.commit import GroupCommit
from tieline.api.doors import Doors, HistoryQuestions
from tieline.api.keys import Keys
from tieline.api.routes import build
from tieline.app.parts import clock, vault
from tieline.channel.console import ConsoleSms
from tieline.channel.line.carrier import SocketCarrier, TransportCarrier
from tieline.channel.line.client import LineClient
from tieline.channel.line.login import LineLogin
from tieline.clock import SystemClock
from tieline.ids import SystemIds
from tieline.settings import Settings
from tieline.store.postgres import engine
from tieline.store.postgres.accounts import LineAccount
from tieline.store.postgres.log import PostgresLog
from tieline.store.postgres.unit import PostgresStatement
from tieline.store.postgres.workspaces import PostgresKeys


@asynccontextmanager
async def answering(
    settings: Settings, url: str, history: HistoryQuestions, transport: httpx.AsyncBaseTransport | None = None
) -> AsyncIterator[tuple[FastAPI, GroupCommit]]:
    """Open what the routes need and yield the application with its commit loop, which the caller runs.

    Args:
        settings: The settings in force.
        url: Address of PostgreSQL.
        history: Answers questions to history.
        transport: Carries calls to LINE; only simulations give one.
    """
    async with AsyncExitStack() as stack:
        pool = _pool(url, 10)
        reserve = _pool(url, 2)
        await stack.enter_async_context(pool)
        await stack.enter_async_context(reserve)
        unit = await PostgresStatement.open(url)
        stack.push_async_callback(unit.close)
        now = clock(settings)
        commit = GroupCommit(unit, PostgresLog(unit.connection), settings.commit_wait_ms / 1000)
        keys = Keys(PostgresKeys(reserve), settings.rate_per_second)
        callers = Callers(pool, SystemClock(), SystemIds(), settings.public_url)
        accounts: dict[tuple[int, str], LineAccount] = {}
        line = LineClient(
            settings.line_api_url, settings.line_data_api_url, accounts, vault(settings), now, transport
        )
        stack.push_async_callback(line.close)
        carrier = TransportCarrier(transport) if transport else SocketCarrier()
        login = LineLogin(settings.line_api_url, settings.line_access_url, carrier)
        stack.push_async_callback(login.close)
        doors = Doors(
            settings, pool, history, commit, keys, now, SystemIds(), line, accounts, callers, reserve
        )
        out = stack.enter_context(_sms_out(settings))
        yield build(doors, vault(settings), login, ConsoleSms(out)), commit


def _pool(url: str, size: int) -> AsyncConnectionPool:
    return AsyncConnectionPool(
        url,
        kwargs={"target_session_attrs": engine.PRIMARY},
        min_size=1,
        max_size=size,
        open=False,
        timeout=5,
        configure=engine.tune,
    )


def _sms_out(settings: Settings) -> AbstractContextManager[TextIO]:
    """Return where one-time codes are written until an SMS provider is connected."""
    return (
        Path(settings.sms_file).open("a", encoding="utf-8") if settings.sms_file else nullcontext(sys.stderr)
    )
