"""The whole platform from one seed: first everything goes wrong, then nothing does, then the promises are checked."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from structlog.testing import capture_logs

from tieline.channel.line.client import LineClient
from tieline.channel.line.secrets import KEY_BYTES, Vault
from tieline.clock import FakeClock
from tieline.model.send import OPEN
from tieline.simulator.faults import FaultKind, FaultSwitch
from tieline.simulator.platform import LinePlatform
from tieline.simulator.settings import SimulatorSettings
from tieline.simulator.transport import SimulatedTransport
from tieline.simulator.webhooks import WebhookBehaviour
from tieline.testing import promises, replay, scenario, virtual_time
from tieline.testing.database import Session
from tieline.testing.dice import Dice
from tieline.testing.installation import EVENTS_MAX, PROCESSES, Installation, remember
from tieline.testing.network import Network
from tieline.testing.outcome import Outcome
from tieline.testing.people import People
from tieline.testing.record import Record
from tieline.testing.scale import MORNING, Scale
from tieline.testing.sources import Sources
from tieline.testing.stores import Stores
from tieline.testing.weather import Climate, Lost, Weather

BEGINNING = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
LOOK_SECONDS = 60.0


class LineAccount(NamedTuple):
    """What the LINE client must know of an account."""

    channel_id: str
    channel_secret: bytes


class Report(NamedTuple):
    """What one run showed.

    Attributes:
        broken: Every promise that does not hold, with what was found.
        steps: The last things that were done.
        facts: How much happened, so that nobody mistakes a run in which nothing happens for a good one.
    """

    seed: int
    climate: Climate
    broken: Sequence[str]
    steps: Sequence[str]
    facts: dict[str, int]

    def __str__(self) -> str:
        lines = [f"seed {self.seed}: {len(self.broken)} broken promises", *self.broken[:20]]
        return "\n".join([*lines, f"{self.climate}", f"{self.facts}", "last steps:", *self.steps])


class World:
    """An installation, LINE, people, and what goes wrong between them."""

    def __init__(self, seed: int, climate: Climate, scale: Scale) -> None:
        self.true = FakeClock(BEGINNING)
        self.believed = FakeClock(BEGINNING)
        self.weather = Weather(seed, climate)
        self.stores = Stores()
        self.record = Record(self.stores)
        self.platform = LinePlatform(SimulatorSettings(seed=seed))
        self.account = self.platform.add_account(
            scenario.CHANNEL, scenario.CHANNEL_SECRET, scenario.PROVIDER, webhooks=_behaviour(climate)
        )
        self.account.quota = climate.quota
        self._dice = Dice(seed, "world")
        self._scale = scale
        self._vault = Vault(bytes(KEY_BYTES))
        sealed = self._vault.seal(scenario.CHANNEL_SECRET, scenario.WORKSPACE, scenario.ACCOUNT)
        self._accounts = {(scenario.WORKSPACE, scenario.ACCOUNT): LineAccount(scenario.CHANNEL, sealed)}
        self.installation = Installation(
            seed, self.stores, self.believed, self.weather, self._connect, scale.idle_seconds
        )
        self.sources = Sources(seed, self.installation, self.platform, self.true, self.weather, self.record)
        self.people = People(
            seed,
            scale,
            self.platform,
            self.sources,
            self.true,
            self.believed,
            self.stores.nonces,
            self.stores.broadcasts,
        )

    async def live(self) -> Outcome:
        """Hurt, heal, and return what can be judged."""
        await self.stores.furnish(self.believed.now())
        await self._refresh_segments()
        running = [
            asyncio.ensure_future(work)
            for work in (
                self.installation.run(),
                self.sources.run(),
                self._kill(),
                self._jump(),
                self._spoil_line(),
            )
        ]
        await self.people.run()
        self.weather.calm = True
        self.installation.bury()
        self.account.faults.clear()
        self.account.quota = None
        drained = await self._drain()
        if self._dice.hits(0.5):
            await self._resume()
            drained = await self._drain()
        for work in running:
            work.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self._refresh_segments()
        rows = replay.reordered(replay.whole_log(self.stores), self._dice)
        events_max = 1 + self._dice.below(2 * EVENTS_MAX)
        again = await replay.replayed(rows, self.stores.nonces, self.believed, events_max)
        return Outcome(
            stores=self.stores,
            record=self.record,
            account=self.account,
            now=self.believed.now(),
            clock_set_back=bool(self.weather.struck["clock set back"]),
            drained=drained,
            errors=self.installation.ended,
            ours=await replay.picture(self.stores),
            theirs=await replay.picture(again),
        )

    def facts(self) -> dict[str, int]:
        """Return how much happened."""
        sends = Counter(f"{row.state} {row.reason}" for row in self.stores.sends.rows.values())
        carts = Counter(
            f"carts {row.body['reason']}"
            for row in self.stores.journeys.enrolments.values()
            if row.journey == "cart"
        )
        return {
            "log rows": len(replay.whole_log(self.stores)),
            "acknowledged": len(self.record.acknowledged),
            "planned": len(self.record.plans),
            "calls": len(self.record.started),
            "delivered": self.account.ledger.delivered,
            "decisions": len(self.stores.identity.asserted),
            "changes of person": len(self.stores.identity.changes),
            **dict(sorted((self.weather.struck + sends + carts).items())),
            **{f"LINE {kind}": count for kind, count in sorted(self.account.ledger.faults.items())},
        }

    async def _resume(self) -> None:
        """Let a person send what the quota had stopped."""
        rows = self.stores.sends.rows.values()
        for origin in sorted({row.send.origin for row in rows if row.reason == "quota"}):
            await self.stores.sends.resume(scenario.WORKSPACE, origin, "quota", self.believed.now())

    async def _drain(self) -> bool:
        """Wait until nothing is left to do; False if that takes too long."""
        for _ in range(int(self._scale.heal_seconds_max / LOOK_SECONDS)):
            if self._at_rest():
                return True
            await asyncio.sleep(LOOK_SECONDS)
        return False

    def _at_rest(self) -> bool:
        stores = self.stores
        positions = stores.log.snapshot()["positions"]
        return (
            self.sources.quiet
            and positions.get("stream", 0) == len(replay.whole_log(stores))
            and not stores.outbox.snapshot()["batches"]
            and not stores.signals.waiting
            and not any(row.state in OPEN for row in stores.sends.rows.values())
            and not any(row.due_at or row.needs_offset for row in stores.journeys.enrolments.values())
            and all(row.state == "planned" for row in stores.broadcasts.rows.values())
        )

    async def _refresh_segments(self) -> None:
        """Compute what moves with time once more, at the moment at which it is judged."""
        session = Session(self.stores.database, "last", self._at_once)
        await remember(self.stores, session, self.believed, self.stores.history).step()

    async def _at_once(self, _what: str) -> None:
        """Wait for nothing."""

    def _connect(self) -> LineClient:
        transport = SimulatedTransport(self.platform, self.true.now)
        network = Network(transport, self.weather, self._dice, self.record.call_starts)
        url = "http://line.example"
        return LineClient(url, url, self._accounts, self._vault, self.believed, network)

    async def _kill(self) -> None:
        while True:
            await asyncio.sleep(self._dice.between(0, 2 * self.weather.climate.kill_seconds))
            if self.weather.calm:
                return
            if self._dice.hits(0.3):
                self.installation.stall("send")
            else:
                self.installation.kill(self._dice.choice(PROCESSES))

    async def _jump(self) -> None:
        pause_seconds = 2 * self.weather.climate.jump_seconds * self._scale.jumps_rarer
        while True:
            await asyncio.sleep(self._dice.between(0, pause_seconds))
            if self.weather.calm:
                return
            seconds = self._dice.choice(self._scale.jumps_seconds)
            self.weather.note("the clock", f"JUMPS BY {seconds} s")
            self.weather.struck["clock set ahead" if seconds > 0 else "clock set back"] += 1
            self.believed.advance(timedelta(seconds=seconds))

    async def _spoil_line(self) -> None:
        kinds = list(FaultKind)
        while not self.weather.calm:
            chosen = [self._dice.choice(kinds) for _ in range(2)] if self.weather.climate.line else []
            self.account.faults[:] = [
                FaultSwitch(kind, self.weather.climate.line, delay_seconds=self._dice.choice((3.0, 30.0)))
                for kind in chosen
            ]
            await asyncio.sleep(self._dice.between(60, 900))


def simulate(seed: int, climate: Climate | None = None, scale: Scale = MORNING) -> Report:
    """Run the world of `seed` and say which promises it broke; the same seed always gives the same run."""
    world = World(seed, climate or Climate.of(seed), scale)
    with capture_logs() as logs:
        outcome = virtual_time.run(world.live(), world.true, world.believed)
    errors = [
        f"{entry.get('loop')}: {entry['event']}: {entry.get('error')} {entry.get('exc_info')}"
        for entry in logs
        if entry["log_level"] == "error" and entry.get("error") != Lost.__name__
    ]
    broken = [*errors, *promises.broken(outcome)]
    return Report(seed, world.weather.climate, broken, list(world.weather.steps), world.facts())


def _behaviour(climate: Climate) -> WebhookBehaviour:
    return WebhookBehaviour(
        url="http://tieline.example/line/main/webhook",
        redelivery=True,
        max_events=3,
        duplicate_probability=climate.duplicate,
        reorder_probability=climate.delay,
        reorder_seconds=60.0,
    )
