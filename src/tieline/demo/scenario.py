"""The story from opening to the next day, one chapter after the other."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from tieline.clock import monotonic
from tieline.demo import (
    binding,
    carts,
    cast,
    desk,
    history,
    identity,
    load,
    others,
    people,
    purchases,
    push,
    totals,
)
from tieline.demo.brand import Brand
from tieline.demo.brands import clothing, gym, restaurant
from tieline.demo.collector import Collector
from tieline.demo.contacts import Contact, contacts
from tieline.demo.events import Item
from tieline.demo.expectations import Year, days_before
from tieline.demo.facts import Facts
from tieline.demo.moments import LAST_PURCHASE_AT, milliseconds
from tieline.demo.opening import Brands, open_brands
from tieline.demo.people import Friends
from tieline.demo.progress import Show
from tieline.demo.purchases import MEAL_DEPARTMENTS
from tieline.demo.shop import Shop
from tieline.demo.totals import Sent
from tieline.demo.world import FAST, World

DAY_ENDS_AFTER = timedelta(hours=24, minutes=4)
GYM_RETURNS = 2


class Input(NamedTuple):
    """What the story is made of; `table` becomes events, `year` becomes expectations."""

    data: Path
    table: pa.Table
    year: Year
    clothing: dict[int, Contact]
    gym: dict[int, Contact]
    restaurant: dict[int, Contact]


def read_input() -> Input:
    """Read the recorded year and make up who these people are."""
    data = purchases.folder()
    table = purchases.read(data, LAST_PURCHASE_AT)
    year = Year(data, LAST_PURCHASE_AT)
    shoppers = contacts(year.households, clothing.PREFIX, cast.SEED)
    guests = contacts(sorted(year.spend_on(MEAL_DEPARTMENTS)), restaurant.PREFIX, cast.SEED)
    members = contacts(cast.drawn(year.households, cast.GYM_MEMBERS, "gym"), gym.PREFIX, cast.SEED)
    return Input(data, table, year, shoppers, members, guests)


class Story:
    """Plays the chapters and gathers the facts."""

    def __init__(self, world: World, show: Show, facts: Facts) -> None:
        self.facts = facts
        self._world = world
        self._show = show

    async def play(self) -> Brands:
        """Play everything; return the brands, still open."""
        started = monotonic()
        with self._show.chapter("讀取真實購買資料，建立三個品牌"):
            reading = asyncio.create_task(asyncio.to_thread(read_input))
            brands = await open_brands(self._world)
            self._given, self._brands = await reading, brands
        self._collectors = {brand.channel.key: Collector(self._world.tieline) for brand in brands}
        await self._people()
        await self._load()
        await self._who_is_who()
        await self._push()
        first_at = await self._half_an_hour()
        await self._next_day(first_at)
        await self._lay_out()
        self.facts.figure("seconds", "示範用時（秒）", round(monotonic() - started, 1))
        self.facts.complete = True
        return brands

    @property
    def people_to_see(self) -> dict[str, str]:
        """Return addresses of customers worth a look, by what they stand for."""
        carts_of, gym_of = self._carts, sorted(self._returned)
        coat, new = (
            next(one for one in cast.newcomers() if one.bought is bought) for bought in (True, False)
        )
        shoppers = self._given.clothing
        return {
            "買過大衣才綁定的 VIP": f"/clothing/{coat.contact.member_id}",
            "第一次來的新會員": f"/clothing/{new.contact.member_id}",
            "把購物車留下的人": f"/clothing/{shoppers[carts_of.left[0].household].member_id}",
            "第 29 分鐘結帳的人": f"/clothing/{shoppers[carts_of.paid_soon[0].household].member_id}",
            "回到健身房的人": f"/gym/{self._given.gym[gym_of[0]].member_id}",
        }

    @property
    def phones_to_see(self) -> dict[str, str]:
        """Return addresses of phones worth a look, by whose they are."""
        line, clothing = self._world.line_address, self._brands.clothing.channel.channel_id
        coat = next(user for user, one in self._bound.items() if one.bought)
        new = next(user for user, one in self._bound.items() if not one.bought)
        users = {
            "第一次來的新會員：綁定、首購 8 折": new,
            "買過大衣才綁定的 VIP": coat,
            "把購物車留下的人：提醒": self._carts.left[0].user,
        }
        return {title: f"{line}/#account={clothing}&friend={user}" for title, user in users.items()}

    @property
    def shop(self) -> Shop:
        """Return the web shop, open for those who bound themselves."""
        brand = self._brands.clothing
        shoppers = [one.contact for one in cast.newcomers()]
        return Shop(brand, self._collector(brand), self._world.clock, shoppers)

    def _collector(self, brand: Brand) -> Collector:
        return self._collectors[brand.channel.key]

    async def _people(self) -> None:
        world, given, brands = self._world, self._given, self._brands
        with self._show.chapter("會員資料與 LINE 好友"):
            await others.open_restaurant(brands.restaurant)
            now_ms = milliseconds(world.clock.now())
            for brand, known in self._known():
                await self._collector(brand).stream(history.records(known, now_ms), brand.write_keys, _ignore)
            newcomers = load.newcomer_records(cast.newcomers(), now_ms)
            await self._collector(brands.clothing).stream(newcomers, brands.clothing.write_keys, _ignore)
            friends = await self._befriend(brands.clothing, given.clothing, cast.FRIENDS, cast.BOUND)
            self._gym_friends = await self._befriend(
                brands.gym, given.gym, cast.GYM_FRIENDS, cast.GYM_FRIENDS
            )
            guests = cast.RESTAURANT_FRIENDS
            self._guests = await self._befriend(brands.restaurant, given.restaurant, guests, guests)
            collector = self._collector(brands.clothing)
            self._friends = await people.lose_some(world, brands.clothing, collector, given.clothing, friends)

    def _known(self) -> list[tuple[Brand, Mapping[int, Contact]]]:
        given, brands = self._given, self._brands
        return [
            (brands.clothing, given.clothing),
            (brands.gym, given.gym),
            (brands.restaurant, given.restaurant),
        ]

    async def _befriend(self, brand: Brand, known: Mapping[int, Contact], count: int, bound: int) -> Friends:
        return await people.befriend(self._world, brand, self._collector(brand), known, count, bound)

    async def _load(self) -> None:
        given, brands, facts = self._given, self._brands, self.facts
        brand, collector = brands.clothing, self._collector(brands.clothing)
        started = monotonic()
        with self._show.chapter("一年的購買、瀏覽、活動與優惠券", total=217_000) as sent:
            year = await load.send_year(collector, brand, given.table, given.data, given.clothing, sent)
        facts.figure("sent", "送出的事件", year.items)
        facts.figure("sent_per_second", "每秒送出的事件", round(year.items / (monotonic() - started)))
        with self._show.chapter("健身房與餐廳的一年"):
            repeated = await load.repeat(collector, brand, given.table, given.clothing)
            visits = history.check_ins(given.table, given.gym)
            await self._collector(brands.gym).stream(visits, brands.gym.write_keys, _ignore)
            meals = history.meals(given.table, given.restaurant, cast.SEED)
            await self._collector(brands.restaurant).stream(meals, brands.restaurant.write_keys, _ignore)
            await load.absorbed(brand)
        accepted = sum(one.accepted for one in self._collectors.values())
        facts.figure(
            "absorbed_per_second", "每秒進入檔案與歷史的事件", round(accepted / (monotonic() - started))
        )
        with self._show.chapter("逐項核對"):
            line = len(self._friends.all) + len(self._friends.blocked)
            facts.equal("purchase_lines", "送出的真實購買明細（筆）", given.year.lines, year.lines)
            await load.check(brand, given.year, self._friends, collector.accepted - repeated + line, facts)
            await load.receipts(brand, given.year, given.clothing, facts)
            await load.look_up(brand, given.clothing, facts)
            await load.families(brand, given.clothing, facts)
            await others.check_tiers(brands.restaurant, given.year, facts)
            await others.check_birthdays(
                self._world, brands.restaurant, self._guests, given.restaurant, facts
            )

    async def _who_is_who(self) -> None:
        gym_brand, now_at = self._brands.gym, self._world.clock.now()
        with self._show.chapter("誰是誰：不該合併的，和拆得開的"):
            await identity.play(gym_brand, self._collector(gym_brand), now_at, self.facts)

    async def _push(self) -> None:
        world, brand, facts = self._world, self._brands.clothing, self.facts
        with self._show.chapter("推播、點擊、分眾與旅程"):
            self._gym_opened_at = await others.open_gym(self._brands.gym)
            await push.prepare(brand)
            computed_at = await push.push(brand)
            last = self._given.year.last_visits()
            limit = days_before(computed_at, push.RECENT_DAYS)
            self._recent = {household for household, at in last.items() if at > limit}
            self._pushed = await push.check_pushes(brand, self._given.year, self._friends, computed_at, facts)
            self._clicked = await push.click(world, brand)
            wanted = await push.check_segment(brand, self._given.year, self._friends, self._clicked, facts)
            await push.check_preview(world, brand, wanted, facts)
            self._previews = len(wanted)

    async def _half_an_hour(self) -> datetime:
        world, brand, facts = self._world, self._brands.clothing, self.facts
        known = self._given.clothing
        with self._show.chapter("購物車與綁定：每秒一分鐘"):
            await world.run(world.clock.now(), FAST)
            await carts.stock(brand, {})
            self._carts = carts.filled(self._friends, self._clicked)
            await self._send(brand, "pos", binding.coats(cast.newcomers(), milliseconds(world.clock.now())))
            first_at = world.clock.now()
            await self._send(brand, "server", carts.added(self._carts, known, first_at))
            await self._return_to_gym(first_at)
            bound = await binding.bind_all(world, brand, cast.newcomers())
            await world.sleep_until(first_at + carts.STOCK_CHANGES_AFTER)
            await carts.stock(brand, carts.STOCK_LATER)
            await world.sleep_until(first_at + carts.PAID_SOON_AFTER)
            await self._send(brand, "server", carts.paid(self._carts.paid_soon, known, world.clock.now()))
            await world.sleep_until(first_at + carts.REMINDED_AFTER)
            await carts.check_reminders(world, brand, self._carts, known, facts)
            self._bound = bound
            self._newcomers = await binding.check(world, brand, bound, facts)
        return first_at

    async def _next_day(self, first_at: datetime) -> None:
        world, brands, facts = self._world, self._brands, self.facts
        with self._show.chapter("重新啟動，到了第二天"):
            until_at = first_at + DAY_ENDS_AFTER
            await world.run(first_at + carts.NEXT_DAY_AFTER, FAST)
            await carts.stock(brands.clothing, carts.STOCK_NEXT_DAY)
            await world.sleep_until(first_at + carts.PAID_LATER_AFTER)
            later = carts.paid(self._carts.paid_later, self._given.clothing, world.clock.now())
            await self._send(brands.clothing, "server", later)
            await world.sleep_until(until_at)
            await carts.check_next_day(world, brands.clothing, self._carts, facts)
            await self._check_gym(until_at)
        with self._show.chapter("核對訊息、成本與重複"):
            sent = Sent(
                self._pushed, self._previews, self._newcomers, len(self._carts.unpaid) + len(self._carts.left)
            )
            await totals.check(
                world, brands.clothing, self._friends, self._given.year, self._recent, sent, facts
            )
            await totals.check_others(world, (brands.gym, brands.restaurant), facts)

    async def _lay_out(self) -> None:
        world, brand = self._world, self._brands.clothing
        with self._show.chapter("後台：標籤、生命週期、選單、自動回覆"):
            orders = desk.bought(
                self._friends, self._clicked, self._given.clothing, milliseconds(world.clock.now())
            )
            await self._send(brand, "web", orders)
            await desk.lay_out(brand, orders)

    async def _return_to_gym(self, at: datetime) -> None:
        """Let two come back to the gym whose two weeks would be over by tomorrow."""
        away = others.staying_away(
            self._given.year, self._given.gym, at + timedelta(minutes=5), at + DAY_ENDS_AFTER
        )
        self._returned = set(cast.drawn(sorted(away & set(self._gym_friends.bound)), GYM_RETURNS, "returned"))
        visits = others.visits(self._given.gym, self._returned, milliseconds(at))
        await self._send(self._brands.gym, "pos", visits)

    async def _check_gym(self, at: datetime) -> None:
        bound = self._gym_friends.bound
        computed_at = await others.refreshed(self._brands.gym, at)
        away = (
            others.staying_away(self._given.year, self._given.gym, self._gym_opened_at, computed_at)
            - self._returned
        )
        expected = {household: bound[household] for household in away if household in bound}
        returned = {bound[household] for household in self._returned}
        await others.check_gym(self._world, self._brands.gym, expected, returned, self.facts)

    async def _send(self, brand: Brand, source: str, items: list[Item]) -> None:
        await self._collector(brand).send(brand.write_keys[source], items)


def _ignore(_: int) -> None:
    """Nobody watches these few."""
