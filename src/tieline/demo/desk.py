"""After the story: those who tapped the push buy, and the clothing brand's marketers have their tools laid out."""

from collections.abc import Mapping, Sequence

from tieline.demo import carts, cast, events
from tieline.demo.brand import Brand
from tieline.demo.brands import clothing
from tieline.demo.brands import clothing_desk as desk
from tieline.demo.contacts import Contact
from tieline.demo.events import Item
from tieline.demo.people import Friends
from tieline.demo.picture import menu_picture

BUYERS = 40


async def lay_out(brand: Brand, orders: Sequence[Item]) -> None:
    """Make what fills the pages of the console: measures, tags, menus, answers, ways in, messages; who ordered likes coats."""
    account = f"/api/line/accounts/{clothing.ACCOUNT}"
    for model in desk.MODELS:
        await brand.put(f"/api/traits/models/{model}", {"thresholds": {}})
    for key, (name, definition) in desk.TRAITS.items():
        await brand.post("/api/traits", {"key": key, "name": name, "definition": definition})
    await brand.put("/api/traits/predictions", {"on": True})
    for key, said in desk.TAGS.items():
        await brand.put(f"/api/tags/{key}", said)
    for key, rule in desk.TAG_RULES.items():
        await brand.put(f"/api/tags/rules/{key}", rule)
    await brand.post("/api/tags/VIP/people", {"action": "add", "people": {"segment": clothing.VIP}})
    buyers = {"namespace": "member_id", "values": [item["userId"] for item in orders]}
    await brand.post("/api/tags/coats/people", {"action": "add", "people": buyers})
    picture = menu_picture()
    for key, menu in desk.MENUS.items():
        await brand.put(f"{account}/menus/{key}", menu)
        await brand.put_picture(f"{account}/menus/{key}/image", picture)
    for key, reply in desk.REPLIES.items():
        await brand.put(f"/api/auto-replies/{key}", {"rule": reply, "live": True})
    for key, source in desk.JOIN_SOURCES.items():
        await brand.put(f"{account}/join-sources/{key}", source)
    for key, (name, messages) in desk.MESSAGES.items():
        await brand.put(f"/api/messages/{key}", {"name": name, "messages": messages})


def bought(friends: Friends, clicked: set[str], contacts: Mapping[int, Contact], at_ms: int) -> list[Item]:
    """Return what the web shop says of some who tapped the push: each buys one of the winter things."""
    tapped = sorted(household for household, user in friends.bound.items() if user in clicked)
    products = sorted(carts.CATALOG)
    return [
        events.track(
            "Order Completed",
            f"winter-{household}",
            at_ms,
            {"order_id": f"winter-{household}", "total": carts.CATALOG[products[household % 2]]["price"], "currency": "TWD"},
            **events.by_member(contacts[household]),
        )
        for household in cast.drawn(tapped, BUYERS, "buyers")
    ]  # fmt: skip
