"""Chapter 1: the recorded year arrives from tills, web shop and CRM, and every line of it is found again."""

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from tieline.clock import monotonic
from tieline.demo import cast, history
from tieline.demo.brand import Brand
from tieline.demo.brands import clothing
from tieline.demo.cast import Newcomer
from tieline.demo.collector import Collector
from tieline.demo.contacts import Contact, plain_phone
from tieline.demo.expectations import Year, above
from tieline.demo.facts import Facts
from tieline.demo.history import Arrival
from tieline.demo.moments import LAST_PURCHASE_AT, milliseconds
from tieline.demo.people import Friends
from tieline.errors import UnavailableError

SPENDS = (0, 10_000, 50_000, 100_000, 200_000)
ORDERS = (10, 50, 100)
LOOKED_UP = 40
TIMELINE_ORDERS_MAX = 100
REPEATED = 3
ABSORBED_SECONDS = 600


class SentYear(NamedTuple):
    """How many items the year was, and how many purchase lines they carried."""

    items: int
    lines: int


async def send_year(
    collector: Collector,
    brand: Brand,
    table: pa.Table,
    data: Path,
    contacts: dict[int, Contact],
    sent: Callable[[int], None],
) -> SentYear:
    """Send everything that happened to the clothing brand."""
    before = collector.accepted
    ends_ms = milliseconds(LAST_PURCHASE_AT)
    lines = 0

    def counted() -> Iterator[Arrival]:
        nonlocal lines
        for arrival in history.purchases(table, contacts, cast.SEED):
            lines += len(arrival.item["properties"].get("items", ()))
            yield arrival

    chapters: list[Iterable[Arrival]] = [
        counted(),
        history.campaigns(data, contacts, LAST_PURCHASE_AT),
        history.passers_by(cast.PASSERS_BY, ends_ms, clothing.PREFIX.lower()),
    ]
    for arrivals in chapters:
        await collector.stream(arrivals, brand.write_keys, sent)
    return SentYear(collector.accepted - before, lines)


async def repeat(collector: Collector, brand: Brand, table: pa.Table, contacts: dict[int, Contact]) -> int:
    """Send the beginning of the year once more, as a client does whose network broke before the answer."""
    again = history.purchases(table.slice(0, REPEATED * 3_000), contacts, cast.SEED)
    items = [arrival for arrival in again if arrival.source == "pos"][:-1]
    before = collector.accepted
    await collector.stream(items, brand.write_keys, lambda _: None)
    return collector.accepted - before


async def absorbed(brand: Brand, seconds: float = ABSORBED_SECONDS) -> dict[str, int]:
    """Wait until everything that was collected is in profiles and in history; return the backlog.

    Raises:
        UnavailableError: It was not within `seconds`.
    """
    deadline = monotonic() + seconds
    while monotonic() < deadline:
        backlog: dict[str, int] = (await brand.get("/api/report"))["backlog"]
        if (
            backlog["stream"] >= backlog["head"]
            and not backlog["history_waiting"]
            and not backlog["signals_waiting"]
        ):
            return backlog
        await asyncio.sleep(0.25)
    raise UnavailableError(f"The stream did not catch up within {seconds} s: {backlog}.")


async def check(brand: Brand, year: Year, friends: Friends, items: int, facts: Facts) -> None:
    """Compare what Tieline knows with the year as it was recorded."""
    report = await brand.get("/api/report")
    facts.equal("events_once", "送出的事件，每一筆都在歷史中，重送的只算一次", items, report["events"])
    facts.equal("events_parked", "待處理（讀不懂而保留）的事件", 0, report["parked"])
    strangers = len(friends.all) - len(friends.bound)
    everybody = len(year.households) + cast.PASSERS_BY + strangers + len(cast.newcomers())
    facts.equal(
        "profiles", "歸戶後的顧客數：家戶＋未綁定好友＋未具名訪客＋新朋友", everybody, report["profiles"]
    )
    spend, orders = year.spend(), year.orders()
    for least in SPENDS:
        count, _ = await brand.count({**clothing.SPEND, "op": "gt", "value": least})
        facts.equal(
            f"spent_over_{least}", f"一年消費超過 NT${least:,} 的人數", len(above(spend, least)), count
        )
    for least in ORDERS:
        count, _ = await brand.count({**clothing.ORDERS, "op": "gt", "value": least})
        facts.equal(
            f"orders_over_{least}", f"一年超過 {least} 張訂單的人數", len(above(orders, least)), count
        )


async def receipts(brand: Brand, year: Year, contacts: dict[int, Contact], facts: Facts) -> None:
    """Read whole timelines: every line and every dollar of these households must be there."""
    lines, spend = year.line_counts(), year.spend()
    few = [household for household, orders in year.orders().items() if orders <= TIMELINE_ORDERS_MAX]
    asked = cast.drawn(few, LOOKED_UP, "receipts")
    found: dict[int, list[int]] = {}
    for household in asked:
        profile = await brand.profile("member_id", contacts[household].member_id)
        timeline = await brand.get(f"/api/profiles/{profile['profile_id']}/timeline", limit=500)
        orders = [event["properties"] for event in timeline["events"] if event["event"] == "Order Completed"]
        orders = [json.loads(said) if isinstance(said, str) else said for said in orders]
        found[household] = [
            sum(len(order["items"]) for order in orders),
            sum(order["total"] for order in orders),
        ]
    right = sum(found[household] == [lines[household], spend[household]] for household in asked)
    facts.equal("receipts", "抽查的顧客時間軸：明細筆數與金額都對", len(asked), right)


async def look_up(brand: Brand, contacts: dict[int, Contact], facts: Facts) -> None:
    """Ask for people by every name they have: each time it must be the same profile."""
    asked = [contacts[household] for household in cast.drawn(list(contacts), LOOKED_UP, "looked up")]
    same = 0
    for contact in asked:
        names = [("member_id", contact.member_id)]
        names += [("phone", plain_phone(contact.phone))] if contact.phone_is_own else []
        names += [("email", contact.email)] if contact.email else []
        names += [("pos_card", contact.card)] if contact.card else []
        found = {(await brand.profile(namespace, value))["profile_id"] for namespace, value in names}
        same += len(found) == 1
    facts.equal(
        "one_person_by_every_name", "用會員編號、手機、e-mail、會員卡查，都是同一個人", len(asked), same
    )


async def families(brand: Brand, contacts: dict[int, Contact], facts: Facts) -> None:
    """See that a telephone shared by a family, or typed to get past a form, joined nobody."""
    shared = [contact for contact in contacts.values() if not contact.phone_is_own]
    profiles = [await brand.profile("member_id", contact.member_id) for contact in shared]
    different = {profile["profile_id"] for profile in profiles}
    facts.equal(
        "shared_phones_join_nobody",
        "家人共用電話或填假號碼的會員，沒有被併成同一人",
        len(shared),
        len(different),
    )


def newcomer_records(newcomers: list[Newcomer], at_ms: int) -> list[Arrival]:
    """Return what the CRM knows about those who come later."""
    return list(history.records({one.contact.household_id: one.contact for one in newcomers}, at_ms))
