"""Chapter 2: pushes to the right people, clicks on one of them, and a segment that only those clicks complete."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from tieline.demo import cast
from tieline.demo.brand import Brand, Json
from tieline.demo.brands import clothing
from tieline.demo.expectations import Year, above, days_before
from tieline.demo.facts import Facts
from tieline.demo.load import absorbed
from tieline.demo.people import Friends
from tieline.demo.phones import Received
from tieline.demo.polling import until
from tieline.demo.world import World

CAMPAIGNS = (23, 26, 27)
RECENT_DAYS = 90
RECENT = "recent-buyers"
WINDOW_DAYS = 30
PATIENCE_SECONDS = 90


async def prepare(brand: Brand) -> None:
    """Make the segments and set the journeys live, before the first push."""
    recent = (f"{RECENT_DAYS} 天內買過", {**clothing.ORDERS, "window": {"last": f"P{RECENT_DAYS}D"}})
    mailed = {f"campaign-{number}": clothing.campaign(number) for number in CAMPAIGNS}
    await brand.make_segments({**clothing.SEGMENTS, RECENT: recent, **mailed})
    for definition in clothing.journeys():
        await brand.post("/api/journeys", {"definition": definition, "state": "live"})


async def push(brand: Brand) -> datetime:
    """Send five pushes; return when the segment of the winter push was computed."""
    for number in CAMPAIGNS:
        await _broadcast(brand, f"campaign-{number}", f"campaign-{number}", clothing.campaign_push(number))
    await _broadcast(brand, "brand-week", None, clothing.BRAND_PUSH)
    segment = await brand.get(f"/api/segments/{RECENT}")
    await _broadcast(brand, clothing.PUSH, RECENT, clothing.WINTER_PUSH)
    return datetime.fromisoformat(segment["computed_at"])


async def _broadcast(brand: Brand, key: str, segment: str | None, messages: list[Json]) -> None:
    body = {
        "key": key,
        "name": messages[0]["altText"],
        "account": clothing.ACCOUNT,
        "purpose": "marketing",
        "segment": segment,
        "messages": messages,
    }
    await brand.post("/api/broadcasts", body)


async def outcome(brand: Brand, key: str) -> dict[str, int]:
    """Wait until a broadcast is over, and return how many sends ended in which way."""

    async def over() -> dict[str, int] | None:
        state = await brand.get(f"/api/broadcasts/{key}")
        counts = Counter({_ending(send["state"], send["reason"]): send["people"] for send in state["sends"]})
        waiting = any(send["state"] in {"planned", "prepared"} for send in state["sends"])
        return dict(counts) if state["state"] == "planned" and not waiting else None

    return await until(over, f"the broadcast {key}", 60)


def _ending(state: str, reason: str) -> str:
    return f"{state}:{reason}" if reason else state


def endings(audience: set[int], friends: Friends) -> dict[str, int]:
    """Return how a push to these households must end, by what is known about each."""
    counts: Counter[str] = Counter()
    for household in audience:
        user = friends.bound.get(household)
        if user is None:
            counts["suppressed:no_line_id"] += 1
        elif user in friends.blocked:
            counts["suppressed:not_friend"] += 1
        elif household in friends.withdrawn:
            counts["suppressed:no_consent"] += 1
        else:
            counts["accepted"] += 1
    return dict(counts)


async def check_pushes(
    brand: Brand, year: Year, friends: Friends, computed_at: datetime, facts: Facts
) -> int:
    """Compare what became of each push; return how many messages had to go to LINE."""
    wanted = 0
    recent = {
        household
        for household, at in year.last_visits().items()
        if at > days_before(computed_at, RECENT_DAYS)
    }
    audiences = {**{f"campaign-{number}": year.mailed(number) for number in CAMPAIGNS}, clothing.PUSH: recent}
    for key, audience in audiences.items():
        expected, got = endings(audience, friends), await outcome(brand, key)
        facts.equal(f"push_{key}", f"推播 {key}：送出與不送的原因", expected, got)
        wanted += expected["accepted"]
    everybody = {
        "accepted": len(friends.all) - len(friends.blocked) - len(friends.withdrawn),
        "suppressed:no_consent": len(friends.withdrawn),
    }
    got = await outcome(brand, "brand-week")
    facts.equal("push_brand-week", "推播 brand-week（全部好友）：送出與不送的原因", everybody, got)
    return wanted + everybody["accepted"]


async def click(world: World, brand: Brand) -> set[str]:
    """Let a share of those who received the winter push tap its button; return who did."""
    title = clothing.WINTER_PUSH[0]["altText"]
    received = await world.phones.received(brand.channel)
    latest: dict[str, Received] = {one.user_id: one for one in received}
    shown = [user for user, one in latest.items() if one.text == title]
    clicking = cast.share(shown, cast.CLICK_SHARE, "clicks")
    await world.phones.tap(brand.channel, clicking)
    return set(clicking)


async def check_segment(
    brand: Brand, year: Year, friends: Friends, clicked: set[str], facts: Facts
) -> set[str]:
    """Compare the segment with a count over the recorded lines; return the LINE users of its members."""
    await absorbed(brand)
    condition = clothing.SEGMENTS[clothing.VIP][1]
    count, as_of = await brand.count(condition)
    wanted = vips(year, friends.bound, clicked, datetime.fromisoformat(as_of))
    facts.equal(
        "vip_segment_count",
        "分眾「過去30天內消費超過3000元，且點擊過冬季大衣推播」的人數",
        len(wanted),
        count,
    )
    members = await brand.members(clothing.VIP)
    facts.equal("vip_segment_members", "同一分眾即時維護的成員數", len(wanted), len(members))
    return wanted


def vips(year: Year, bound: Mapping[int, str], clicked: set[str], as_of_at: datetime) -> set[str]:
    """Return the LINE users who spent enough within the window and clicked."""
    spend = year.spend(days_before(as_of_at, WINDOW_DAYS), as_of_at)
    rich = above(spend, clothing.VIP_SPEND)
    return {user for household, user in bound.items() if household in rich and user in clicked}


async def check_preview(world: World, brand: Brand, wanted: set[str], facts: Facts) -> None:
    """See that exactly the members were shown the preview, each once."""

    def arrived(received: list[Received]) -> bool:
        return sum(one.text == clothing.PREVIEW for one in received) >= len(wanted)

    received = await world.phones.until(brand.channel, arrived, PATIENCE_SECONDS)
    shown = [one.user_id for one in received if one.text == clothing.PREVIEW]
    facts.once_each(
        "vip_preview_once", "旅程「VIP專屬新品預覽」：分眾的每位成員剛好收到一則，別人沒有", wanted, shown
    )
