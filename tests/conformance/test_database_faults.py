"""Faults of the database under the numbers of docs/faults.md: away, slow, cut off, full of others, read-only."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from line_brand import BOT, CHANNEL_SECRET, Brand, serving
from mass_desk import PEOPLE, Desk
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tieline.api.commit import GroupCommit
from tieline.channel.line.signature import sign
from tieline.errors import StartError, UnavailableError
from tieline.model.event import LogKind, NewLogRow
from tieline.store.postgres import engine
from tieline.store.postgres.log import PostgresLog
from tieline.store.postgres.unit import PostgresUnit

EVENT = {
    "type": "follow",
    "mode": "active",
    "timestamp": 1_790_000_000_000,
    "source": {"type": "user", "userId": "U4af4980629c0b7d3e51f26a8b9d0c3e7"},
    "webhookEventId": f"01HK{1:022d}",
    "deliveryContext": {"isRedelivery": False},
    "follow": {"isUnblocked": False},
}
BODY = msgspec.json.encode({"destination": BOT, "events": [EVENT]})
DOOR = sql.SQL("alter database {} with allow_connections {}")
ROW = NewLogRow(1, 1, LogKind.TRACK, 1, datetime(2026, 11, 10, tzinfo=UTC), b"{}")


async def hook(brand: Brand, *, secret: str = CHANNEL_SECRET) -> int:
    signed = {"x-line-signature": sign(BODY, secret)}
    answer = await brand.http.post("/line/main/webhook", content=BODY, headers=signed, timeout=30)
    return answer.status_code


@asynccontextmanager
async def held(url: str, table: str) -> AsyncIterator[None]:
    """Let every statement that touches a table stand still, as on a database that has no time."""
    async with await psycopg.AsyncConnection.connect(url) as holder:
        await holder.execute(sql.SQL("lock table {} in access exclusive mode").format(sql.Identifier(table)))
        yield
        await holder.rollback()


@asynccontextmanager
async def committing(url: str, answer_seconds: float) -> AsyncIterator[GroupCommit]:
    unit = await PostgresUnit.open(url)
    commit = GroupCommit(unit, PostgresLog(unit.connection), 0.001, answer_seconds)
    running = asyncio.ensure_future(commit.run())
    try:
        yield commit
        assert not running.done()  # a commit loop that ends takes the process with it
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await unit.close()


async def test_f6_a_sender_whose_connection_is_cut_anywhere_sends_nobody_two_messages(desk: Desk) -> None:
    users = await desk.brand.befriend(2 * PEOPLE)
    for number in range(3):
        await desk.start(f"sale-{number}")
    await desk.plan()
    cuts = 0

    async def cut() -> None:
        nonlocal cuts
        async with await psycopg.AsyncConnection.connect(desk.url, autocommit=True) as admin:
            cursor = await admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
                " and pid <> all(%s)",
                ([admin.info.backend_pid, desk.brand.unit.live.info.backend_pid],),
            )
            cuts += len(await cursor.fetchall())

    desk.outlives = (psycopg.OperationalError,)
    desk.does = dict.fromkeys((1, 4, 7, 9, 12, 15, 18, 20, 23), cut)
    await desk.send()

    assert cuts >= 5
    assert desk.received() == Counter(dict.fromkeys(users, 3))
    assert await desk.states() == {"accepted": 3 * len(users)}


async def test_f8_the_log_is_away_and_back_again_and_its_door_stays_open(postgres_url: str) -> None:
    """Whoever is answered with an error sends again; the process that answers outlives the time between."""
    name = str(conninfo_to_dict(postgres_url)["dbname"])
    admin_url = make_conninfo(postgres_url, dbname="postgres")
    async with committing(postgres_url, 5.0) as commit:
        await commit.append([ROW])
        async with await psycopg.AsyncConnection.connect(admin_url, autocommit=True) as admin:
            await admin.execute(DOOR.format(sql.Identifier(name), sql.Literal(False)))
            await admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (name,)
            )
            for _ in range(3):
                with pytest.raises(UnavailableError):
                    await commit.append([ROW])
            await admin.execute(DOOR.format(sql.Identifier(name), sql.Literal(True)))
        assert await commit.append([ROW]) > 0


async def test_f9_a_log_that_is_too_slow_is_an_error_and_what_comes_again_is_one_event(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(GroupCommit.__init__, "__defaults__", (2.0,))
    async with serving(tmp_path, postgres_url) as brand:
        async with held(postgres_url, "log"):
            assert await asyncio.gather(hook(brand), hook(brand)) == [503, 503]
        assert await hook(brand) == 200

        await brand.absorb(postgres_url)
        assert await brand.rows("select value from fact where kind = 3") == [(True,)]
        assert await brand.rows("select count(*) from message_seen") == [(1,)]


async def test_f9_a_database_that_stands_still_between_the_steps_of_a_send_changes_nothing(
    desk: Desk,
) -> None:
    users = await desk.brand.befriend(2 * PEOPLE)
    for number in range(2):
        await desk.start(f"sale-{number}")
    await desk.plan()
    stalls: list[asyncio.Task[None]] = []

    async def stand_still() -> None:
        async with held(desk.url, "send"):
            await asyncio.sleep(0.1)

    async def stall() -> None:
        stalls.append(asyncio.create_task(stand_still()))
        await asyncio.sleep(0)

    desk.does = dict.fromkeys(range(1, 30, 2), stall)
    await desk.send()
    await asyncio.gather(*stalls)

    assert len(stalls) >= 5
    assert desk.received() == Counter(dict.fromkeys(users, 2))
    assert await desk.states() == {"accepted": 2 * len(users)}


async def test_f10_webhooks_and_events_are_stored_while_the_console_holds_every_connection(
    tmp_path: Path, postgres_url: str
) -> None:
    async with serving(tmp_path, postgres_url) as brand:
        await brand.rows(
            "insert into source (workspace_id, key, kind, name, write_key, created_at)"
            " select workspace_id, 'shop', 'http', 'Shop', 'wk_shop', now() from workspace returning 1"
        )
        async with held(postgres_url, "segment"):
            asked = [asyncio.create_task(brand.http.get("/api/segments", timeout=60)) for _ in range(14)]
            await waits_for_a_lock(postgres_url, 10)

            assert await hook(brand, secret="of-another") == 401  # forgets the account: it is read again
            assert await hook(brand) == 200
            event = {"type": "track", "event": "Looked", "messageId": "m1", "anonymousId": "a1"}
            stored = await brand.http.post(
                "/v1/batch", json={"batch": [event]}, auth=("wk_shop", ""), headers={"Authorization": ""}
            )
            assert stored.status_code == 200, stored.text
            refused = await brand.http.get("/api/segments", timeout=60)
            assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        statuses = [one.status_code for one in await asyncio.gather(*asked)]
        assert Counter(statuses) == {200: 10, 503: 4}
        assert await brand.rows("select count(*) from log where kind in (1, 20)") == [(2,)]


async def waits_for_a_lock(url: str, many: int) -> None:
    """Return when so many statements of this database wait for a lock."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as admin, asyncio.timeout(30):
        while True:
            cursor = await admin.execute(
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
            )
            row: Any = await cursor.fetchone()
            if row[0] >= many:
                return
            await asyncio.sleep(0.02)


async def test_f12_a_server_that_takes_no_writes_is_never_read(postgres_url: str) -> None:
    """A replica in the list of addresses is passed over: what it says of consent may be old."""
    name = str(conninfo_to_dict(postgres_url)["dbname"])
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(
            sql.SQL("alter database {} set default_transaction_read_only = on").format(sql.Identifier(name))
        )

    with pytest.raises(StartError, match="read-only"):
        await PostgresUnit.open(postgres_url)
    with pytest.raises(StartError, match="read-only"):
        engine.prepare(postgres_url)
