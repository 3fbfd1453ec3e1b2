"""Chapter 3: new friends bind their membership on the brand's page, with a code that reaches their telephone."""

import re
from collections.abc import Sequence
from html import unescape
from pathlib import Path

import httpx

from tieline.demo import events
from tieline.demo.brand import Brand, Json
from tieline.demo.brands import clothing
from tieline.demo.cast import COAT_PRICE, FRIENDS, Newcomer
from tieline.demo.contacts import Contact, plain_phone
from tieline.demo.events import Item
from tieline.demo.facts import Facts
from tieline.demo.phones import Received
from tieline.demo.polling import until
from tieline.demo.world import World
from tieline.errors import UnavailableError

WELCOME_SECONDS = 30
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
_TARGET = re.compile(r'<form method="post" action="([^"]+)"')
_CODE = re.compile(r": (\d{6})\s*$")


def coats(newcomers: Sequence[Newcomer], at_ms: int) -> list[Item]:
    """Return what the till says about those who bought a coat before they heard of the Official Account."""
    lines = [{"sku": "coat", "price": COAT_PRICE, "qty": 1, "category": "COATS"}]
    return [
        events.track(
            "Order Completed",
            f"coat-{one.contact.member_id}",
            at_ms,
            {"order_id": f"coat-{one.contact.member_id}", "store_id": 1, "total": COAT_PRICE, "items": lines},
            **events.by_phone(plain_phone(one.contact.phone)),
        )
        for one in newcomers
        if one.bought
    ]


async def bind_all(world: World, brand: Brand, newcomers: Sequence[Newcomer]) -> dict[str, Newcomer]:
    """Let each newcomer follow, open the link of the welcome message and bind; return them by LINE user."""
    users = await world.phones.follow(brand.channel, len(newcomers), FRIENDS)
    for user, one in zip(users, newcomers, strict=True):
        await bind(world, brand, user, one.contact)
    return dict(zip(users, newcomers, strict=True))


async def bind(world: World, brand: Brand, user: str, contact: Contact) -> None:
    """Go through the binding page as a friend does, from the welcome message to the log-in page of LINE."""

    async def welcomed() -> Received | None:
        received = await world.phones.received(brand.channel, user)
        return next((one for one in received if one.text == clothing.WELCOME), None)

    welcome = await until(welcomed, "the welcome message", WELCOME_SECONDS)
    async with httpx.AsyncClient(trust_env=False, base_url=world.address) as browser:
        page = await browser.get(link_of(welcome.messages), follow_redirects=True)
        asked = {"member_id": contact.member_id, "phone": contact.phone, "consent": "yes"}
        page = await _submit(browser, page, asked)
        page = await _submit(browser, page, {"code": last_code(world.sms_file)})
    if not page.has_redirect_location:
        raise UnavailableError(f"The binding page did not lead back to LINE but answered {page.status_code}.")
    await world.phones.open_page(brand.channel, user, page.headers["location"])


async def _submit(browser: httpx.AsyncClient, page: httpx.Response, typed: dict[str, str]) -> httpx.Response:
    """Send the form of a page, with what is hidden in it."""
    target = _TARGET.search(page.text)
    if target is None:
        raise UnavailableError(f"The binding page at {page.url.path} shows no form ({page.status_code}).")
    hidden = {name: unescape(value) for name, value in _HIDDEN.findall(page.text)}
    return await browser.post(unescape(target[1]), data={**hidden, **typed})


def link_of(messages: Sequence[Json]) -> str:
    """Return the address behind the button of a bubble."""
    address: str = messages[0]["contents"]["footer"]["contents"][0]["action"]["uri"]
    return address


def last_code(sms: Path) -> str:
    """Return the newest one-time code of the file that stands for all telephones."""
    lines = sms.read_text().splitlines() if sms.exists() else []
    found = _CODE.search(lines[-1]) if lines else None
    if found is None:
        raise UnavailableError("No one-time code was sent.")
    return found[1]


async def check(world: World, brand: Brand, bound: dict[str, Newcomer], facts: Facts) -> int:
    """See who got the first-order coupon; return how many messages the newcomers had to receive."""
    new = {user for user, one in bound.items() if not one.bought}

    def greeted(received: list[Received]) -> bool:
        return new <= {one.user_id for one in received if one.text.startswith(clothing.FIRST_ORDER)}

    received = await world.phones.until(brand.channel, greeted, 30)
    coupons = [one.user_id for one in received if one.text.startswith(clothing.FIRST_ORDER)]
    bought = sorted(set(bound) - new)
    facts.equal(
        "vip_gets_no_first_order_coupon",
        "門市買過 5,000 元大衣的 VIP 綁定 LINE 後，收到「首購8折」的人數",
        0,
        sum(user in bought for user in coupons),
    )
    facts.once_each(
        "new_members_get_first_order_coupon", "從未購買的新會員綁定後，各收到一則「首購8折」", new, coupons
    )
    provider = brand.channel.provider_id
    together = 0
    for user, one in bound.items():
        by_line = await brand.profile(f"line:{provider}", user)
        by_member = await brand.profile("member_id", one.contact.member_id)
        together += by_line["profile_id"] == by_member["profile_id"]
    facts.equal("bound_is_one_person", "在綁定頁完成綁定的好友，LINE 與會員是同一人", len(bound), together)
    return len(bound) + len(new)
