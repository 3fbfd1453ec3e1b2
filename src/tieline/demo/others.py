"""The gym and the restaurants: who stayed away, who rose a tier, whose birthday it is."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from tieline.demo import events
from tieline.demo.brand import Brand
from tieline.demo.brands import gym, restaurant
from tieline.demo.contacts import Contact
from tieline.demo.events import Item
from tieline.demo.expectations import Year
from tieline.demo.facts import Facts
from tieline.demo.moments import OPENS_AT
from tieline.demo.people import Friends
from tieline.demo.phones import Received
from tieline.demo.polling import until
from tieline.demo.purchases import MEAL_DEPARTMENTS
from tieline.demo.world import World


async def open_gym(brand: Brand) -> datetime:
    """Make the segment when history is there, so that nobody hears of what is long past; return when it was computed."""
    await brand.make_segments(gym.SEGMENTS)
    for definition in gym.journeys():
        await brand.post("/api/journeys", {"definition": definition, "state": "live"})
    segment = await brand.get(f"/api/segments/{gym.AWAY}")
    return datetime.fromisoformat(segment["computed_at"])


async def open_restaurant(brand: Brand) -> None:
    """Make tiers and journeys before history arrives, so that everybody rises as the receipts come in."""
    await brand.make_segments(restaurant.segments())
    for definition in restaurant.journeys():
        await brand.post("/api/journeys", {"definition": definition, "state": "live"})


def staying_away(year: Year, members: Mapping[int, Contact], from_at: datetime, to_at: datetime) -> set[int]:
    """Return whose fourteenth day without a visit ends between two moments, if nobody comes back."""
    last = year.last_visits()
    limit = timedelta(days=gym.AWAY_DAYS)
    return {one for one in members if from_at < last[one] + limit <= to_at}


def visits(members: Mapping[int, Contact], households: set[int], at_ms: int) -> list[Item]:
    """Return what the gym's door says when these come in."""
    return [
        events.track(gym.VISIT, f"return-{one}", at_ms, {"club_id": 1}, **events.by_member(members[one]))
        for one in sorted(households)
    ]


async def refreshed(brand: Brand, at: datetime) -> datetime:
    """Wait until time alone has changed who stays away, and return as of when it did."""

    async def computed() -> datetime | None:
        segment = await brand.get(f"/api/segments/{gym.AWAY}")
        computed_at = datetime.fromisoformat(segment["computed_at"])
        return computed_at if computed_at >= at else None

    return await until(computed, "the gym's segment", 30)


async def check_gym(
    world: World, brand: Brand, expected: Mapping[int, str], returned: set[str], facts: Facts
) -> None:
    """See that exactly those who stayed away heard from the coach."""

    def arrived(received: list[Received]) -> bool:
        return len(received) >= len(expected)

    received = await world.phones.until(brand.channel, arrived, 20)
    got = [one.user_id for one in received if one.text.startswith(gym.COACH)]
    facts.once_each("gym_14_days_once", "健身房：滿 14 天沒來的好友各收到一則", expected.values(), got)
    facts.equal(
        "gym_returned", "健身房：第 14 天前又來的人，收到的人數", 0, sum(user in got for user in returned)
    )


async def check_tiers(brand: Brand, year: Year, facts: Facts) -> None:
    """Compare everybody's tier with what was spent on prepared food."""
    spend = year.spend_on(MEAL_DEPARTMENTS)
    for key, (name, least, below) in restaurant.TIERS.items():
        expected = sum(least <= amount and (below is None or amount < below) for amount in spend.values())
        count, _ = await brand.count({"trait": "tier", "op": "eq", "value": name})
        facts.equal(key, f"餐飲：等級「{name}」的人數", expected, count)


async def check_birthdays(
    world: World, brand: Brand, friends: Friends, contacts: Mapping[int, Contact], facts: Facts
) -> None:
    """See that exactly the friends born in this month got a dessert, each with a code of their own."""
    month = f"-{OPENS_AT.month:02d}-"
    born = [user for household, user in friends.bound.items() if contacts[household].birthday[4:8] == month]
    received = await world.phones.until(brand.channel, lambda all_: len(all_) >= len(born), 20)
    got = [one for one in received if one.text.startswith(restaurant.GIFT)]
    facts.once_each("birthday_once", "餐飲：本月壽星好友各收到一則", born, [one.user_id for one in got])
    facts.equal(
        "birthday_codes_differ",
        "餐飲：生日禮碼各不相同",
        len(born),
        len({one.text.split("憑 ")[1].split(" ")[0] for one in got}),
    )
