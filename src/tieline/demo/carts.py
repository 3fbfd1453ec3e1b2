"""Chapters 4 and 5: carts that are left, paid at minute 29, or paid the next day."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from tieline.demo import cast, events
from tieline.demo.brand import Brand, Json
from tieline.demo.brands import clothing
from tieline.demo.contacts import Contact
from tieline.demo.events import Item
from tieline.demo.facts import Facts
from tieline.demo.moments import milliseconds
from tieline.demo.opening import codes
from tieline.demo.people import Friends
from tieline.demo.phones import Received
from tieline.demo.world import World

CATALOG: dict[str, Json] = {
    "coat-01": {"name": "羊毛大衣", "price": 5_000, "stock": 12},
    "knit-02": {"name": "喀什米爾毛衣", "price": 2_400, "stock": 30},
}
SIZE = "M"
STOCK_LATER, STOCK_NEXT_DAY = {"coat-01": 3, "knit-02": 7}, {"coat-01": 1, "knit-02": 5}
PAID_SOON_AFTER = timedelta(minutes=29)
REMINDED_AFTER = timedelta(minutes=30)
STOCK_CHANGES_AFTER = timedelta(minutes=20)
NEXT_DAY_AFTER = timedelta(
    hours=23, minutes=20
)  # early enough for a slow machine to be up before the carts are paid
PAID_LATER_AFTER = timedelta(hours=23, minutes=50)
ASKED_AFTER = timedelta(hours=24)
PATIENCE_SECONDS = 20


class Cart(NamedTuple):
    """What one friend put in."""

    household: int
    user: str
    product: str

    @property
    def id(self) -> str:
        """Name of the cart."""
        return f"cart-{self.household}"


class Carts(NamedTuple):
    """All carts: left for good, paid at minute 29, and reminded but paid the next day."""

    left: Sequence[Cart]
    paid_soon: Sequence[Cart]
    paid_later: Sequence[Cart]

    @property
    def all(self) -> list[Cart]:
        """Every cart."""
        return [*self.left, *self.paid_soon, *self.paid_later]

    @property
    def unpaid(self) -> list[Cart]:
        """Those that half an hour later were not paid."""
        return [*self.left, *self.paid_later]


def filled(friends: Friends, clicked: set[str]) -> Carts:
    """Choose who fills a cart: friends whom marketing may reach, and whom an order makes no VIP."""
    writable = {household: user for household, user in friends.writable().items() if user not in clicked}
    chosen = cast.drawn(list(writable), cast.CARTS, "carts")
    products = sorted(CATALOG)
    carts = [
        Cart(household, writable[household], products[index % 2]) for index, household in enumerate(chosen)
    ]
    later = cast.CARTS_PAID_SOON + cast.CARTS_PAID_LATER
    return Carts(carts[later:], carts[: cast.CARTS_PAID_SOON], carts[cast.CARTS_PAID_SOON : later])


async def stock(brand: Brand, left: Mapping[str, int]) -> None:
    """Tell the catalog how many are left of each product."""
    items = {key: {**item, "stock": left.get(key, item["stock"])} for key, item in CATALOG.items()}
    await brand.put("/api/catalogs/product", {"items": items})


def added(carts: Carts, contacts: Mapping[int, Contact], at: datetime) -> list[Item]:
    """Return what the web shop says when carts are filled."""
    return [
        said
        for cart in carts.all
        for said in put_in(
            cart.id, cart.product, milliseconds(at), events.by_member(contacts[cart.household])
        )
    ]


def put_in(cart_id: str, product: str, at_ms: int, who: Item) -> list[Item]:
    """Return what the web shop says when somebody puts a product into a cart: what was added, and the cart as it is."""
    price = CATALOG[product]["price"]
    put = {"cart_id": cart_id, "product_id": product, "price": price}
    cart = {"cart_id": cart_id, "product_id": product, "size": SIZE, "total": price}
    return [
        events.track("Product Added", f"added-{cart_id}", at_ms, put, **who),
        events.track("cart_updated", f"updated-{cart_id}", at_ms, cart, **who),
    ]


def paid(carts: Sequence[Cart], contacts: Mapping[int, Contact], at: datetime) -> list[Item]:
    """Return what the web shop says when carts are paid."""
    return [
        events.track(
            "Order Completed",
            f"paid-{cart.id}",
            milliseconds(at),
            {"cart_id": cart.id, "order_id": f"paid-{cart.id}", "total": CATALOG[cart.product]["price"]},
            **events.by_member(contacts[cart.household]),
        )
        for cart in carts
    ]


async def check_reminders(
    world: World, brand: Brand, carts: Carts, contacts: Mapping[int, Contact], facts: Facts
) -> None:
    """See that exactly the unpaid carts were reminded, with name, product, stock of that moment and an own code."""
    found = await _by_user(world, brand, clothing.CART_SOON, len(carts.unpaid))
    facts.once_each(
        "cart_30_minutes_once", "加入購物車 30 分鐘未結帳：各收到一則提醒", _users(carts.unpaid), _told(found)
    )
    facts.equal(
        "cart_paid_at_minute_29",
        "第 29 分鐘結帳的人，收到提醒的人數",
        0,
        sum(cart.user in found for cart in carts.paid_soon),
    )
    right = sum(_says(cart, contacts, found.get(cart.user, []), STOCK_LATER) for cart in carts.unpaid)
    facts.equal("cart_reminder_words", "提醒裡有姓名、商品與當下的剩餘庫存", len(carts.unpaid), right)
    pool = set(codes("free-shipping", "SHIP"))
    used = [code for said in found.values() for text in said for code in pool if code in text]
    facts.equal("cart_codes_differ", "免運碼各不相同", len(carts.unpaid), len(set(used)))


async def check_next_day(world: World, brand: Brand, carts: Carts, facts: Facts) -> None:
    """See that a day later exactly those were asked again who still had not paid."""
    found = await _by_user(world, brand, clothing.CART_LATER, len(carts.left))
    facts.once_each(
        "cart_24_hours_once",
        "24 小時仍未結帳（其間服務重新啟動過）：各再收到一則",
        _users(carts.left),
        _told(found),
    )
    facts.equal(
        "cart_paid_before_24_hours",
        "第 23 小時 50 分結帳的人，再收到的人數",
        0,
        sum(cart.user in found for cart in carts.paid_later),
    )


async def _by_user(world: World, brand: Brand, begins: str, wanted: int) -> dict[str, list[str]]:
    def arrived(received: list[Received]) -> bool:
        return sum(one.text.startswith(begins) for one in received) >= wanted

    found: dict[str, list[str]] = {}
    for one in await world.phones.until(brand.channel, arrived, PATIENCE_SECONDS):
        if one.text.startswith(begins):
            found.setdefault(one.user_id, []).append(one.text)
    return found


def _users(carts: Sequence[Cart]) -> list[str]:
    return [cart.user for cart in carts]


def _told(found: Mapping[str, Sequence[str]]) -> list[str]:
    return [user for user, said in found.items() for _ in said]


def _says(cart: Cart, contacts: Mapping[int, Contact], said: Sequence[str], left: Mapping[str, int]) -> bool:
    words = (contacts[cart.household].name, CATALOG[cart.product]["name"], f"剩 {left[cart.product]} 件")
    return len(said) == 1 and all(word in said[0] for word in words)
