"""Plans and sends by hand on PostgreSQL and the simulated platform, killed wherever a test wants."""

import asyncio
import itertools
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from line_brand import Brand

from tieline import pipeline
from tieline.app import stages
from tieline.app.parts import vault
from tieline.channel.line.client import LineClient
from tieline.store.postgres.directory import PostgresDirectory
from tieline.store.postgres.unit import PostgresUnit

PEOPLE = 60


class KilledError(Exception):
    """The process is gone."""


class Clock:
    """The present moment, with a jump ahead."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Desk:
    """Plans and sends by hand, and can be killed between any two steps of the store or of LINE."""

    def __init__(self, brand: Brand, url: str) -> None:
        self.brand = brand
        self.url = url
        self.clock = Clock()
        self.lease = timedelta(seconds=121)
        self.step = itertools.count()
        self.dies_at = -1
        self.everything = False
        self.outlives: tuple[type[Exception], ...] = ()
        self.does: dict[int, Any] = {}

    async def start(self, key: str = "sale", **said: Any) -> None:
        body = {
            "key": key,
            "account": "main",
            "segment": None,
            "purpose": "marketing",
            "messages": [{"type": "text", "text": "新品上市"}],
            **said,
        }
        await self.brand.call("POST", "/api/broadcasts", body)

    async def limit(self, most: int, scope: str = "workspace", unit: str = "messages") -> None:
        """Set a budget for the month."""
        body = {"scope": scope, "unit": unit, "most": most, "period": "month"}
        await self.brand.call("PUT", "/api/cost/budgets", body)

    async def plan(self) -> None:
        unit, directory = await PostgresUnit.open(self.url), await self.directory()
        broadcast = stages.broadcast(self.brand.settings, unit, None, directory, self.clock)  # type: ignore[arg-type] - no trial, so history is not asked
        while await broadcast.step():
            pass
        await unit.close()

    async def directory(self) -> PostgresDirectory:
        unit = await PostgresUnit.open(self.url)
        directory = PostgresDirectory(unit)
        await directory.learn()
        await unit.close()
        return directory

    async def send(self) -> None:
        """Send, as often as the process has to be started anew, until nothing is open; then write out."""
        for _ in range(30):
            try:
                await self._life()
            except KilledError:
                self.dies_at = -1
                self.clock.ahead += self.lease
                continue
            if not await self.open():
                break
            self.clock.ahead += timedelta(seconds=30)
        unit = await PostgresUnit.open(self.url)
        writing = stages.write_out(unit, await self.directory(), self.clock)
        while await writing.step():
            pass
        await unit.close()

    async def _life(self) -> None:
        directory = await self.directory()
        unit = await PostgresUnit.open(self.url)
        client = LineClient(
            "https://api.test",
            "https://data.test",
            directory.accounts,
            vault(self.brand.settings),
            self.clock,
            self.brand.transport,
        )
        send = stages.send(unit, client, directory, self.clock)
        assert send.mass is not None
        self._watch(send, client)
        try:
            quiet = 0
            while quiet < 3:
                try:
                    quiet = 0 if await send.step() else quiet + 1
                except self.outlives:  # the loop goes on with the same sender
                    quiet = 0
        except KilledError:
            for flight in [*send.sender.flights, *send.mass.flights]:
                await asyncio.wait([flight])
            raise
        finally:
            await unit.close()
            await client.close()

    def _watch(self, send: pipeline.Send, client: LineClient) -> None:
        """Count the steps; die at one of them, or let something happen."""
        chunks = send.mass._chunks if send.mass else None
        budgets = send.sender.outlet.purse._budgets if send.sender.outlet.purse else None
        watched: list[tuple[Any, tuple[str, ...]]] = [
            (chunks, ("claim", "gate", "settle", "open")),
            (client, ("multicast",)),
        ]
        if self.everything:
            watched += [
                (send.sender._sends, ("prepare", "gate", "settle")),
                (budgets, ("mark",)),
                (client, ("push",)),
            ]
        for owner, names in watched:
            for name in names:
                setattr(owner, name, self._counted(getattr(owner, name)))

    def _counted(self, call: Any) -> Any:
        async def counted(*args: Any, **named: Any) -> Any:
            await self._boundary()
            answer = await call(*args, **named)
            await self._boundary()
            return answer

        return counted

    async def _boundary(self) -> None:
        number = next(self.step)
        if happens := self.does.pop(number, None):
            await happens()
        if number == self.dies_at:
            raise KilledError

    async def open(self) -> int:
        rows = await self.brand.rows(
            "select (select count(*) from send where state in ('planned', 'prepared', 'unknown'))"
            " + (select count(*) from multicast where state in ('planned', 'prepared', 'unknown'))"
        )
        return int(rows[0][0])

    async def states(self) -> Counter[str]:
        return Counter(dict(await self.brand.rows("select state, count(*) from send group by 1")))

    def received(self) -> Counter[str]:
        """Return how many messages each person has on the phone."""
        each = {friend.user_id: len(friend.deliveries()) for friend in self.brand.line.friends.values()}
        return Counter({user: count for user, count in each.items() if count})

    async def shared(self, user: str) -> None:
        """Let a second person, who agreed too, have this LINE user, known under another provider."""
        for statement in (
            """
            insert into node select workspace_id, decode(md5(value), 'hex'), 'line:other', value, first_at,
                                    decode(md5(value), 'hex'), decode(md5(value), 'hex')
            from node where value = %s returning 1
            """,
            """
            insert into fact select workspace_id, node_id, 3, 'main', 'line', 'true', now()
            from node where value = %s and namespace = 'line:other' returning 1
            """,
            """
            insert into consent_event (workspace_id, node_id, purpose, channel, granted, method, notice_version, evidence,
                                       source, event_key, at, received_at)
            select workspace_id, node_id, 'marketing', 'line', true, 'form', '1', '{}', 'crm', 'x', now(), now()
            from node where value = %s and namespace = 'line:other' returning 1
            """,
        ):
            await self.brand.rows(statement, user)

    async def withdraw(self, user: str) -> None:
        await self.brand.rows(
            """
            insert into consent_event (workspace_id, node_id, purpose, channel, granted, method, notice_version, evidence,
                                       source, event_key, at, received_at)
            select workspace_id, node_id, 'marketing', 'line', false, 'form', '1', '{}', 'crm', 'no' || node_id, now(), now()
            from node where value = %s returning 1
            """,
            user,
        )
        await self.brand.rows(
            "insert into position values ('standing', 1, now()) on conflict (consumer)"
            " do update set log_offset = position.log_offset + 1 returning 1"
        )
