"""Two months of a brand with 100,000 friends on a clock of its own, from one seed.

Its purchases are the demonstration's recorded ones. People follow, block, write and consent at LINE's side and reach the
brand by signed webhooks; broadcasts are frozen, planned and sent, a journey thanks for each purchase, words are answered
for free: all of it by the product's own doors, loops and tables, on PostgreSQL and the simulated platform.
"""

import random
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

import pyarrow as pa
from line_brand import PROVIDER, Brand

from tieline.app import stages
from tieline.app.parts import vault
from tieline.channel.line.client import LineClient
from tieline.deliver.quota import LINE_TIME
from tieline.deliver.reconcile import Reconciler
from tieline.demo import purchases
from tieline.ids import keyed_hash
from tieline.model.signal import SendRequest
from tieline.simulator import phone
from tieline.simulator.webhooks import WebhookBehaviour
from tieline.store.postgres.days import PostgresDays
from tieline.store.postgres.directory import PostgresDirectory
from tieline.store.postgres.unit import PostgresUnit
from tieline.store.postgres.workspaces import PostgresWorkspaces

FIRST, MONTH, NEXT = date(2026, 10, 4), date(2026, 11, 1), date(2026, 12, 1)
ASKED_ON = (1, 8, 15, 22, 29)
UNHEARD_A_DAY = 2
ANYBODY = '{"trait": "tier", "op": "exists"}'
APART = 37  # the households are no block of friends: they live among all of them
THANKS = ({"type": "text", "text": "謝謝您的光臨"},)
SALES: dict[date, dict[str, Any]] = {
    date(2026, 11, 4): {"key": "autumn", "holdout_percent": 10},
    date(2026, 11, 18): {"key": "regulars", "segment": "regulars", "exclude": ["staff"]},
    date(2026, 12, 3): {"key": "winter"},
}
"""What the brand puts on its calendar at the beginning of November; a month that has not come yet costs nothing yet."""


class Clock:
    """The present moment of the brand and of LINE: it moves a little whenever it is read."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        self.at += timedelta(milliseconds=5)
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class Day(NamedTuple):
    """What people do on one day; people by their place among the friends.

    Attributes:
        buyers: Who pays at the till, once for each basket.
        blocks: Who blocks the account.
        unheard: Of these, whose webhook never arrives.
        withdraw: Who takes the consent back.
        words: Who asks for the opening hours.
        follows: How many strangers become friends.
    """

    date: date
    buyers: list[int]
    blocks: list[int]
    unheard: set[int]
    withdraw: list[int]
    words: list[int]
    follows: int


def days(seed: int, friends: int) -> Iterator[Day]:
    """Yield every day of both months, the same for the same seed."""
    chance = random.Random(seed)
    bought = _baskets()
    for number in range((NEXT - FIRST).days):
        today = FIRST + timedelta(days=number)
        blocks = chance.sample(range(friends), round(chance.gauss(70, 15)))
        yield Day(
            date=today,
            buyers=[household * APART % friends for household in bought.get(today, [])],
            blocks=blocks,
            unheard=set(blocks[:UNHEARD_A_DAY]),
            withdraw=chance.sample(range(friends), 5),
            words=chance.sample(range(friends), 90) if today >= MONTH else [],
            follows=round(chance.gauss(90, 20)),
        )


def _baskets() -> dict[date, list[int]]:
    """Return the households of the recorded baskets, by day: the last recorded day is the month's last."""
    ends_at = datetime.combine(NEXT, time(), LINE_TIME) - timedelta(minutes=10)
    table = purchases.read(purchases.folder(), ends_at)
    each: pa.Table = table.group_by("basket").aggregate([("at_ms", "min"), ("household", "min")])
    found: dict[date, list[int]] = {}
    for at_ms, household in zip(
        each["at_ms_min"].to_pylist(), each["household_min"].to_pylist(), strict=True
    ):
        found.setdefault(datetime.fromtimestamp(at_ms / 1000, LINE_TIME).date(), []).append(household)
    return found


class Month:
    """The brand while its months pass.

    Attributes:
        forecasts: What the brand's door said of the month's end, by day of the month.
    """

    def __init__(self, brand: Brand, url: str, clock: Clock) -> None:
        self.brand = brand
        self.url = url
        self.clock = clock
        self.users: list[str] = []
        self.nodes: list[bytes] = []
        self.forecasts: dict[int, dict[str, Any]] = {}

    async def open(self, friends: int) -> None:
        """Let the friends be there, most of them with consent, and the loops stand ready."""
        brand = self.brand
        behaviour = WebhookBehaviour(url="/line/main/webhook", max_events=100)
        brand.line.webhooks.behaviour = behaviour
        await brand.rows("update line_account set bot_user_id = %s returning 1", brand.line.bot_user_id)
        self.users = brand.platform.add_people(brand.line, friends, seed=7)
        self.strangers = iter(brand.platform.add_people(brand.line, 10_000, seed=8, friends=False))
        # Every twentieth friend never agreed to anything.
        await brand.known(self.users[::20], consent=False, at=self.clock.now())
        told = [user for place, user in enumerate(self.users) if place % 20]
        await brand.known(told, at=self.clock.now())
        async with brand.unit.transaction():
            key = (await PostgresWorkspaces(brand.unit.connection).find(brand.workspace_id)).identity_key
        self.nodes = [keyed_hash(key, f"line:{PROVIDER}", user) for user in self.users]
        for segment, modulus in (("regulars", 3), ("staff", 100)):
            await brand.segment(segment)
            await brand.rows("update segment set definition = %s::jsonb returning 1", ANYBODY)
            await brand.rows(
                "insert into membership select %s, %s, n, now() from unnest(%s::bytea[]) as t (n) returning 1",
                brand.workspace_id, segment, self.nodes[::modulus],
            )  # fmt: skip
        rule = {
            "key": "hours",
            "on": {"kind": "message", "keywords": [{"match": "contains", "text": "營業"}]},
            "messages": [{"type": "text", "text": "每天十點到九點半"}],
        }
        await brand.call("PUT", "/api/auto-replies/hours", {"rule": rule})
        async with brand.unit.transaction():
            await brand.unit.connection.execute("analyze")  # as the database does by itself within a minute

    async def pass_by(self, seed: int) -> None:
        """Let every day of both months happen."""
        units = [await PostgresUnit.open(self.url) for _ in range(6)]
        directory = PostgresDirectory(units[0])
        await directory.learn()
        client = LineClient(
            "https://api.test",
            "https://data.test",
            directory.accounts,
            vault(self.brand.settings),
            self.clock,
            self.brand.transport,
        )
        settings = self.brand.settings
        absorb = stages.absorb(settings, self.url, units[1], None, directory, self.clock)  # type: ignore[arg-type] - nothing here asks history
        broadcast = stages.broadcast(settings, units[2], None, directory, self.clock)  # type: ignore[arg-type] - no trial, so history is not asked
        send = stages.send(units[3], client, directory, self.clock)
        write_out = stages.write_out(units[4], directory, self.clock)
        reply = stages.reply(units[5], client, directory, self.clock)
        compared = Reconciler(
            self.brand.unit,
            PostgresDays(self.brand.unit.connection),
            client,
            {(self.brand.workspace_id, "main"): None},
        )
        try:
            for day in days(seed, len(self.users)):
                self._until(day.date, 9)
                await compared.step(self.clock.now())
                await self._people(day)
                await _all(absorb.step)
                await _all(reply.step)
                if day.date == MONTH:
                    await self._calendar()
                if day.date >= MONTH and day.date.day in ASKED_ON:
                    said = await self.brand.call("GET", "/api/cost")
                    self.forecasts[day.date.day] = said["accounts"][0]
                self._until(day.date, 12)
                await _all(broadcast.step)
                async with units[2].transaction():
                    await broadcast.news.said(await broadcast.deliver.process(self._thanks(day)))
                while await self._open():
                    await _all(send.step)
                    self.clock.at += timedelta(seconds=5)
                await _all(write_out.step)
            self._until(NEXT, 9)
            await compared.step(self.clock.now())
        finally:
            await send.sender.close(self.clock.now())
            await client.close()
            for unit in units:
                await unit.close()

    def _until(self, day: date, hour: int) -> None:
        """Let the time come, by LINE's calendar."""
        at = datetime.combine(day, time(hour), LINE_TIME).astimezone(UTC)
        assert at > self.clock.at, "a day was too short for what happened on it"
        self.clock.at = at

    async def _people(self, day: Day) -> None:
        """Let people act at LINE's side; the brand hears of it by signed webhooks, of a few blocks never."""
        platform, account, now = self.brand.platform, self.brand.line, self.clock.now()
        friends = account.friends
        for place in day.blocks:
            friend = friends[self.users[place]]
            if place in day.unheard:
                friend.state = phone.FriendState.BLOCKED
            elif friend.state is phone.FriendState.FRIEND:
                phone.block(platform.world, account, friend, now)
        for place in day.words:
            friend = friends[self.users[place]]
            if friend.state is phone.FriendState.FRIEND:
                phone.say(platform.world, account, friend, "請問營業時間", now)
        new = [next(self.strangers) for _ in range(day.follows)]
        for user in new:
            phone.follow(platform.world, account, friends[user], now)
        for call in platform.tick(self.clock.now()).webhooks:
            answer = await self.brand.http.post(call.url, content=call.body, headers=dict(call.headers))
            platform.webhook_answered(call, answer.status_code, self.clock.now())
            assert answer.status_code == 200, answer.text
        await self.brand.consent([self.nodes[place] for place in day.withdraw], granted=False, at=now)

    async def _calendar(self) -> None:
        """Put the sales of both months on the calendar."""
        for day, said in SALES.items():
            at = datetime.combine(day, time(12), LINE_TIME)
            body = {
                "account": "main",
                "messages": [{"type": "text", "text": "特賣"}],
                "send_at": at.isoformat(),
            }
            await self.brand.call("POST", "/api/broadcasts", {**body, **said})

    def _thanks(self, day: Day) -> list[SendRequest]:
        """Return what the journey wishes for: a word of thanks for each basket."""
        now = self.clock.now()
        return [
            SendRequest(
                workspace_id=self.brand.workspace_id,
                send_id=keyed_hash(self.nodes[place], "thanks", f"{day.date}", str(number)),
                account="main",
                origin="journey:thanks",
                step="thanks",
                person=self.nodes[place],
                purpose="marketing",
                messages=THANKS,
                context={},
                at=now,
            )
            for number, place in enumerate(day.buyers)
        ]

    async def _open(self) -> int:
        found = await self.brand.rows(
            "select (select count(*) from send where state in ('planned', 'prepared', 'unknown'))"
            " + (select count(*) from multicast where state in ('planned', 'prepared', 'unknown'))"
        )
        return int(found[0][0])

    async def ledger(self) -> tuple[int, int]:
        """Return what our ledger and LINE's counter say of the month."""
        began, ended = (datetime.combine(day, time(), LINE_TIME) for day in (MONTH, NEXT))
        rows = await self.brand.rows(
            "select coalesce(sum(billed), 0)::bigint from send where settled_at >= %s and settled_at < %s",
            began, ended,
        )  # fmt: skip
        return int(rows[0][0]), self.brand.line.usage[f"{MONTH:%Y%m}"]


async def _all(step: Callable[[], Awaitable[int]]) -> None:
    """Take a step until three in a row found nothing to do."""
    quiet = 0
    while quiet < 3:
        quiet = 0 if await step() else quiet + 1
