"""One sender process against the simulated LINE: planning, multicasts and personalised pushes, each with a durable ledger.

Nothing else of Tieline runs: no stream, no history. What is counted ends when LINE's answer is committed.
"""

import asyncio
import os
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import deliver
import harness
import line
import psycopg
import uvloop
from psycopg.types.json import Jsonb
from table import Figure
from usage import Usage

from tieline import folder, pipeline, settings
from tieline.app import stages
from tieline.app.parts import vault
from tieline.channel.line.client import LineClient
from tieline.clock import SystemClock
from tieline.store.postgres.accounts import LineAccount, PostgresAccounts
from tieline.store.postgres.directory import PostgresDirectory
from tieline.store.postgres.unit import PostgresUnit
from tieline.store.postgres.workspaces import PostgresWorkspaces

KEYS = ("mass-a", "mass-b")
MULTICAST_TARGET, PUSH_TARGET = 90_000, 1_800
PATIENCE_SECONDS = 120
IDLE_SECONDS = 0.01
# Whoever absorbs moves this; the Tieline that made the accounts may have done so before it ended.
STANDING_CHANGED = """
    insert into position values ('standing', 1000000000, now())
    on conflict (consumer) do update set log_offset = excluded.log_offset
"""
PLANNED = """
    select 'broadcasts: ' || string_agg(concat_ws(' ', key, state, 'through', planned_place, 'of', frozen), ', ')
    from broadcast
"""


def measure(*, quick: bool) -> list[Figure]:
    """Measure what one sender does, and what the simulator does without it, in the same run."""
    people, pushes = (10_000, 600) if quick else (100_000, 10_000)
    with line.simulator() as simulated, harness.folder() as data:
        harness.command("init", "--data", str(data), "--json")
        with folder.database(data) as (_, url, _):
            bench = Bench(data, url, simulated)
            asyncio.run(bench.connect((*KEYS, "named")))
            simulated.open("bare")
            for key in KEYS:
                line.befriend(url, key, simulated.people(key, people // 2, announce=False))
            line.befriend(url, "named", simulated.people("named", pushes, announce=False))
            bench.analyze()
            strangers = simulated.people("bare", people, announce=False)
            return [
                *uvloop.run(bench.multicasts(people, strangers)),  # as the worker of the product does
                uvloop.run(bench.pushes(pushes, strangers)),
            ]


class Bench:
    """A sender of its own on the database of a Tieline that was never started."""

    def __init__(self, data: Path, url: str, simulated: line.Simulator) -> None:
        self._url = url
        self._simulated = simulated
        values = {f"TIELINE_{name}": str(value) for name, value in line.settings(simulated).items()}
        self._settings = settings.load(data, values)
        self._pids = (os.getpid(), harness.postmaster(data))

    async def connect(self, keys: Sequence[str]) -> None:
        """Open accounts at the simulator, and connect them as the API does; a server that has to start first proves no more."""
        unit, sealing, now = await PostgresUnit.open(self._url), vault(self._settings), datetime.now(UTC)
        try:
            async with unit.transaction():
                store, accounts = PostgresWorkspaces(unit.connection), PostgresAccounts(unit.connection)
                workspace_id = (await store.all())[0].workspace_id
                for key in keys:
                    self._simulated.open(key)
                    secret, bot = self._simulated.secrets(key)
                    sealed = sealing.seal(secret, workspace_id, key)
                    source_id, _ = await store.add_source(workspace_id, f"line-{key}", "line", key, now)
                    await accounts.add(
                        LineAccount(
                            workspace_id, key, 0, key, line.PROVIDER, self._simulated.channel(key), sealed, bot,
                            source_id, "tw-high", "live",
                        ),
                        now,
                    )  # fmt: skip
        finally:
            await unit.close()

    def analyze(self) -> None:
        """Let the database look at its tables, as it does by itself within a minute."""
        self._say("analyze")

    async def multicasts(self, people: int, strangers: list[str]) -> list[Figure]:
        """Measure planning, then sending what is planned; once more with everybody looked at again at the gate."""
        figures = []
        limit = people / (await deliver.multicast_calls(self._simulated, strangers))
        for again in (False, True):
            async with self._loops() as (broadcast, send):
                for key in KEYS:
                    self._start(key, [{"type": "text", "text": f"新品上市 {uuid.uuid4().hex}"}])
                planning = Usage(*self._pids)
                with planning:
                    await self._plan(broadcast)
                if again:
                    self._say(STANDING_CHANGED)
                sending, line_usage = Usage(*self._pids), Usage(self._simulated.pid)
                with sending, line_usage:
                    await self._send(send, "multicast", people)
            name = "standing looked at again at the gate" if again else "nobody's standing changed meanwhile"
            share = line_usage.cpu_seconds / people * 1e6
            figures.append(
                Figure(
                    name=f"sender: {people:,} planned multicast recipients, {name}",
                    value=people / sending.seconds,
                    unit="recipients/s",
                    limit=limit,
                    limit_is="multicast calls alone",
                    target=MULTICAST_TARGET,
                    cpu_seconds=sending.cpu_seconds / people,
                    peak_mib=sending.peak_mib,
                    remarks=f"the simulator takes {share:.1f} µs a recipient of the same cores",
                )
            )
            figures.append(
                Figure(
                    name=f"sender: {people:,} people frozen and planned into chunks",
                    value=people / planning.seconds,
                    unit="people/s",
                    cpu_seconds=planning.cpu_seconds / people,
                    peak_mib=planning.peak_mib,
                )
            )
        return figures[:3]

    async def pushes(self, count: int, strangers: list[str]) -> Figure:
        """Measure personalised pushes from the plan to the settled answer."""
        limit = 2_000 / await deliver.push_calls(self._simulated, strangers[:2_000])
        async with self._loops() as (broadcast, send):
            self._start("named", [{"type": "text", "text": "{{ profile.given_name }}，新品先給您看。"}])
            await self._plan(broadcast)
            sending, line_usage = Usage(*self._pids), Usage(self._simulated.pid)
            with sending, line_usage:
                await self._send(send, "send", count)
        share = line_usage.cpu_seconds / count * 1e6
        return Figure(
            name=f"sender: {count:,} planned personalised pushes",
            value=count / sending.seconds,
            unit="messages/s",
            limit=limit,
            limit_is=f"push calls alone, {deliver.AT_ONCE} at once",
            target=PUSH_TARGET,
            cpu_seconds=sending.cpu_seconds / count,
            peak_mib=sending.peak_mib,
            remarks=f"the simulator takes {share:.0f} µs a push of the same cores",
        )

    @asynccontextmanager
    async def _loops(self) -> AsyncIterator[tuple[pipeline.Broadcast, pipeline.Send]]:
        units = [await PostgresUnit.open(self._url) for _ in range(3)]
        planning, sending, looking = units
        directory = PostgresDirectory(looking)
        await directory.learn()
        chosen, now = self._settings, SystemClock()
        client = LineClient(
            chosen.line_api_url, chosen.line_data_api_url, directory.accounts, vault(chosen), now
        )
        send = stages.send(sending, client, directory, now)
        try:
            yield stages.broadcast(chosen, planning, None, directory, now), send  # type: ignore[arg-type] - no trial, so history is not asked
        finally:
            await send.close()
            await client.close()
            for unit in units:
                await unit.close()

    async def _plan(self, broadcast: pipeline.Broadcast) -> None:
        """Freeze and plan until nothing is left to plan."""
        began = time.perf_counter()
        while await broadcast.step():
            if time.perf_counter() - began > PATIENCE_SECONDS:
                raise TimeoutError(
                    f"not everybody was planned in {PATIENCE_SECONDS} s; {self._said(PLANNED)}"
                )

    async def _send(self, send: pipeline.Send, table: str, count: int) -> None:
        """Send until as many are settled as there are; a step that found nothing to do leaves the cores to the simulator."""
        began = time.perf_counter()
        done = (
            "select coalesce(sum(members), 0) from multicast where state = 'accepted'"
            if table == "multicast"
            else "select count(*) from send where state = 'accepted'"
        )
        before = self._ask(done)
        while time.perf_counter() - began < PATIENCE_SECONDS:
            if await send.step():
                continue
            settled = self._ask(done) - before
            if settled >= count:
                return
            await asyncio.sleep(IDLE_SECONDS)
        raise TimeoutError(
            f"{self._ask(done) - before:,} of {count:,} {table}s were settled in {PATIENCE_SECONDS} s;"
            f" {len(send.sender.flights)} pushes and {len(send.mass.flights) if send.mass else 0} multicasts wait for LINE,"
            f" {len(send.sender.outlet.questions)} questions too; {line.waits_for(self._url)}"
        )

    def _start(self, key: str, messages: list[dict[str, str]]) -> None:
        definition = {
            "account": key,
            "purpose": "marketing",
            "segment": None,
            "variants": [{"messages": messages, "name": ""}],
        }
        now = datetime.now(UTC)
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(
                """
                insert into broadcast (workspace_id, key, account, definition, state, created_at)
                select workspace_id, %s, %s, %s, 'ready', %s from workspace
                """,
                (f"{key}-{uuid.uuid4().hex[:8]}", key, Jsonb(definition), now),
            )

    def _say(self, statement: str) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(statement.encode())

    def _ask(self, question: str) -> int:
        return int(self._said(question) or 0)

    def _said(self, question: str) -> object:
        with psycopg.connect(self._url, autocommit=True) as connection:
            row = connection.execute(question.encode()).fetchone()
        return row[0] if row else None
