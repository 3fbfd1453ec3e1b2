"""The recorded year as it reached each brand: CRM records, receipts of tills, web orders with the views before them. Pure."""

import random
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tieline.demo import events
from tieline.demo.contacts import Contact, plain_phone, spelled
from tieline.demo.events import Item
from tieline.demo.moments import milliseconds
from tieline.demo.purchases import MEAL_DEPARTMENTS, Order, last_recorded, orders

WEB_SHARE = 0.2
MINUTE_MS = 60_000
DAY_MS = 86_400_000


class Arrival(NamedTuple):
    """An item and the source it comes from: web, pos or crm."""

    source: str
    item: Item


def records(contacts: Mapping[int, Contact], at_ms: int) -> Iterator[Arrival]:
    """Yield what the CRM knows about everybody."""
    for contact in contacts.values():
        yield Arrival("crm", events.identify(contact, f"crm-{contact.member_id}", at_ms))


def purchases(table: pa.Table, contacts: Mapping[int, Contact], seed: int) -> Iterator[Arrival]:
    """Yield every basket as `Order Completed`; web orders after the views that led to them."""
    chance = random.Random(f"{seed}:purchases")
    for order in orders(table):
        contact = contacts[order.household_id]
        if contact.email and chance.random() < WEB_SHARE:
            device = chance.choice(contact.devices)
            yield from _views(order, device, chance)
            yield Arrival("web", completed(order, events.by_email(contact, device)))
        else:
            yield Arrival("pos", completed(order, at_till(contact, chance)))


def completed(order: Order, who: Item) -> Item:
    """Return the order with all its lines."""
    items = [
        {
            "sku": str(line.sku),
            "price": round(line.amount / line.quantity, 2) if line.quantity else line.amount,
            "qty": line.quantity,
            "category": line.department,
        }
        for line in order.lines
    ]
    properties = {
        "order_id": str(order.order_id),
        "store_id": order.store_id,
        "total": order.total,
        "currency": "TWD",
        "items": items,
    }
    return events.track("Order Completed", f"order-{order.order_id}", order.at_ms, properties, **who)


def at_till(contact: Contact, chance: random.Random) -> Item:
    """Name a customer as a till does: by a number that was said, by card, or by member number."""
    ways = ["member"]
    if contact.card:
        ways.append("card")
    if contact.phone_is_own:
        ways.append("phone")
    way = chance.choice(ways)
    if way == "phone":
        return events.by_phone(spelled(plain_phone(contact.phone), chance))
    return events.by_card(contact) if way == "card" else events.by_member(contact)


def _views(order: Order, device: str, chance: random.Random) -> Iterator[Arrival]:
    line = chance.choice(order.lines)
    started_ms = order.at_ms - chance.randint(3, 40) * MINUTE_MS
    name = f"{order.order_id}"
    yield Arrival("web", events.page(f"page-{name}", started_ms, f"/{line.department.lower()}", device))
    viewed = {"sku": str(line.sku), "category": line.department}
    yield Arrival(
        "web",
        events.track("Product Viewed", f"view-{name}", started_ms + MINUTE_MS, viewed, anonymousId=device),
    )


def passers_by(count: int, ends_ms: int, prefix: str) -> Iterator[Arrival]:
    """Yield views of people who never say who they are."""
    for number in range(count):
        yield Arrival(
            "web",
            events.page(f"passer-{number}", ends_ms - number * MINUTE_MS, "/", f"{prefix}-passer-{number}"),
        )


def campaigns(data: Path, contacts: Mapping[int, Contact], ends_at: datetime) -> Iterator[Arrival]:
    """Yield the mailings of the year, and the coupons that were redeemed because of them."""
    described = pq.read_table(data / "campaign_descriptions.parquet").to_pylist()
    ends_ms = milliseconds(ends_at)
    offset_ms = ends_ms - _recorded_ms(last_recorded(data))
    starts = {row["campaign_id"]: _recorded_ms(row["start_date"]) + offset_ms for row in described}
    for row in pq.read_table(data / "campaigns.parquet").to_pylist():
        campaign, contact = row["campaign_id"], contacts[row["household_id"]]
        at_ms = min(starts[campaign], ends_ms)
        name = f"campaign-{campaign}-{contact.member_id}"
        yield Arrival(
            "crm",
            events.track(
                "Campaign Received", name, at_ms, {"campaign_id": campaign}, userId=contact.member_id
            ),
        )
    for number, row in enumerate(pq.read_table(data / "coupon_redemptions.parquet").to_pylist()):
        at_ms = min(_recorded_ms(row["redemption_date"]) + offset_ms, ends_ms)
        properties = {"coupon": str(row["coupon_upc"]), "campaign_id": row["campaign_id"]}
        who = contacts[row["household_id"]].member_id
        yield Arrival(
            "crm", events.track("Coupon Redeemed", f"redeemed-{number}", at_ms, properties, userId=who)
        )


def _recorded_ms(at: datetime) -> int:
    """Read a recorded time, which has no zone, on the same scale as purchases."""
    return milliseconds(at.replace(tzinfo=UTC))


def check_ins(table: pa.Table, contacts: Mapping[int, Contact]) -> Iterator[Arrival]:
    """Yield the shopping trips of these contacts as visits to a gym: their rhythm is real, the gym is not."""
    for order in orders(only(table, contacts)):
        contact = contacts[order.household_id]
        properties = {"club_id": order.store_id}
        yield Arrival(
            "pos",
            events.track(
                "Checked In", f"visit-{order.order_id}", order.at_ms, properties, **events.by_member(contact)
            ),
        )


def meals(table: pa.Table, contacts: Mapping[int, Contact], seed: int) -> Iterator[Arrival]:
    """Yield the prepared food of the baskets as visits to a restaurant."""
    chance = random.Random(f"{seed}:meals")
    food = table.filter(pc.is_in(table["department"], pa.array(MEAL_DEPARTMENTS)))
    for order in orders(only(food, contacts)):
        yield Arrival("pos", completed(order, at_till(contacts[order.household_id], chance)))


def only(table: pa.Table, contacts: Mapping[int, Contact]) -> pa.Table:
    """Return the lines of these households."""
    return table.filter(pc.is_in(table["household"], pa.array(sorted(contacts), pa.int64())))
