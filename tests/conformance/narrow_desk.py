"""Narrowcasts by hand: audiences filled, the loop stepped, the platform's time moved; the real parts all of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from line_brand import Brand

from tieline.app import line as app_line
from tieline.app.parts import vault
from tieline.channel.line.client import LineClient
from tieline.clock import FakeClock
from tieline.deliver.audience import AudienceSync
from tieline.deliver.narrowcast import NarrowcastLoop
from tieline.deliver.narrowcast_insight import NarrowcastInsight
from tieline.store.postgres.audiences import PostgresAudiences
from tieline.store.postgres.directory import PostgresDirectory
from tieline.store.postgres.narrowcasts import PostgresNarrowcasts
from tieline.store.postgres.unit import PostgresUnit

NARROWCASTS = "/api/line/narrowcasts"
TEXT = [{"type": "text", "text": "春裝上市"}]


class Desk:
    """A brand with an audience at LINE, and a worker that can be killed and started anew."""

    def __init__(self, brand: Brand, url: str) -> None:
        self.brand = brand
        self.url = url
        self.clock = FakeClock(datetime.now(UTC))
        self.brand.transport._now = self.clock.now

    async def audience(self, key: str = "vip", people: int = 60, *, purpose: str = "marketing") -> list[str]:
        """Make an audience of new friends who agreed, and let LINE finish it."""
        await self.brand.segment(key)
        users = await self.brand.befriend(people)
        await self.brand.rows(
            "insert into membership select workspace_id, %s, profile_id, now() from node where value = any(%s) returning 1",
            key, users,
        )  # fmt: skip
        await self.snapshot(key, purpose=purpose)
        return users

    async def snapshot(self, key: str = "vip", *, purpose: str = "marketing", rounds: int = 6) -> None:
        await self.brand.call(
            "PUT", f"/api/line/accounts/main/audiences/{key}", {"segment": key, "purpose": purpose}
        )
        async with self.worker() as (client, unit, _):
            sync = AudienceSync(unit, PostgresAudiences(unit.connection), client)
            for _ in range(rounds):
                self.clock.advance(timedelta(seconds=31))
                await sync.step(self.clock.now())

    async def withdraw(self, users: list[str]) -> None:
        nodes = [
            bytes(node)
            for (node,) in await self.brand.rows("select node_id from node where value = any(%s)", users)
        ]
        await self.brand.consent(nodes, granted=False, at=datetime.now(UTC))

    async def save(self, key: str = "spring", **more: Any) -> Any:
        return await self.brand.call("POST", NARROWCASTS, wish(key, **more))

    async def read(self, key: str = "spring") -> Any:
        return await self.brand.call("GET", f"{NARROWCASTS}/{key}")

    @asynccontextmanager
    async def worker(
        self, killed: Any = None
    ) -> AsyncIterator[tuple[LineClient, PostgresUnit, NarrowcastLoop]]:
        """Open what a process has; `killed` may wrap its parts so that it dies."""
        unit = await PostgresUnit.open(self.url)
        directory = PostgresDirectory(unit)
        await directory.learn()
        client = LineClient(
            "https://api.test",
            "https://data.test",
            directory.accounts,
            vault(self.brand.settings),
            self.clock,
            self.brand.transport,
        )
        loop = app_line.narrowcasts(unit, client, directory)
        if killed is not None:
            killed(loop)
        try:
            yield client, unit, loop
        finally:
            await client.close()
            await unit.close()

    async def run(self, hours: float = 1.0, key: str = "spring") -> Any:
        """Let the loop work, and time pass, until it has come to an end or the time is over; return how it stands."""
        until = self.clock.now() + timedelta(hours=hours)
        async with self.worker() as (_, _, loop):
            while self.clock.now() < until:
                handled = await loop.step(self.clock.now())
                state = (await self.brand.rows("select state from narrowcast where key = %s", key))[0][0]
                if state not in {"ready", "prepared", "unknown", "sending"}:
                    break
                if not handled:
                    self.clock.advance(timedelta(seconds=5))
        return await self.read(key)

    async def ask(self) -> int:
        """Ask LINE what came of it."""
        async with self.worker() as (client, unit, _):
            insight = NarrowcastInsight(unit, PostgresNarrowcasts(unit.connection), client)
            return await insight.step(self.clock.now())

    def got(self) -> list[int]:
        """Return how many messages reached each friend who got any."""
        counts = [len(friend.deliveries()) for friend in self.brand.line.friends.values()]
        return [count for count in counts if count]


def wish(key: str = "spring", **more: Any) -> dict[str, Any]:
    """Return the body of a narrowcast to the audience."""
    return {"key": key, "account": "main", "messages": TEXT, "recipient": {"audience": "vip"}, **more}


class KilledError(BaseException):
    """The process is gone."""


class Mortal:
    """Lets a worker die at its n-th step: before or after a statement, after a commit, before or after a call to LINE."""

    def __init__(self, dies_at: int) -> None:
        self.steps = 0
        self.dead = False
        self._dies_at = dies_at

    def step(self) -> None:
        self.steps += 1
        self.dead = self.dead or self.steps == self._dies_at
        if self.dead:
            raise KilledError

    def __call__(self, loop: NarrowcastLoop) -> None:
        unit, line = loop._unit, loop._line
        execute, transaction = unit.live.execute, unit.transaction

        async def executed(*given: Any, **more: Any) -> Any:
            self.step()
            cursor = await execute(*given, **more)
            self.step()
            return cursor

        @asynccontextmanager
        async def committed() -> AsyncIterator[None]:
            async with transaction():
                yield
            self.step()

        def calls(name: str) -> Any:
            call = getattr(line, name)

            async def made(*given: Any) -> Any:
                self.step()
                answer = await call(*given)
                self.step()
                return answer

            return made

        unit.live.execute = executed
        unit.transaction = committed
        line.narrowcast, line.narrowcast_progress = calls("narrowcast"), calls("narrowcast_progress")
