"""People become friends of the Official Accounts; the brands' servers say which member they are, some block, some refuse."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tieline.demo import cast, events
from tieline.demo.brand import Brand
from tieline.demo.collector import Collector
from tieline.demo.contacts import Contact
from tieline.demo.moments import milliseconds
from tieline.demo.world import World


class Friends(NamedTuple):
    """The friends of one account.

    Attributes:
        all: LINE user ids.
        bound: LINE user by household, for those whose member number is known.
        blocked: LINE users who blocked the account.
        withdrawn: Households that refused marketing on LINE.
    """

    all: Sequence[str]
    bound: Mapping[int, str]
    blocked: frozenset[str]
    withdrawn: frozenset[int]

    def writable(self) -> dict[int, str]:
        """Return the bound friends whom marketing may reach."""
        return {
            household: user
            for household, user in self.bound.items()
            if user not in self.blocked and household not in self.withdrawn
        }


async def befriend(
    world: World, brand: Brand, collector: Collector, contacts: Mapping[int, Contact], count: int, bound: int
) -> Friends:
    """Let `count` people follow, of whom `bound` are known to the brand's server as members."""
    name = brand.channel.key
    users = await world.phones.follow(brand.channel, count, 0)
    await world.phones.settled()
    matched = cast.matched(cast.drawn(list(contacts), bound, f"{name}:bound"), users)
    now_ms = milliseconds(world.clock.now())
    provider = brand.channel.provider_id
    items = [
        events.linked(contacts[household].member_id, provider, user, f"linked-{household}", now_ms)
        for household, user in matched.items()
    ]
    for start in range(0, len(items), 300):
        await collector.send(brand.write_keys["server"], items[start : start + 300])
    return Friends(users, matched, frozenset(), frozenset())


async def lose_some(
    world: World, brand: Brand, collector: Collector, contacts: Mapping[int, Contact], friends: Friends
) -> Friends:
    """Let some friends block the account and others refuse marketing on paper."""
    blocked = frozenset(
        friends.bound[household] for household in cast.drawn(list(friends.bound), cast.BLOCKED, "blocked")
    )
    left = [household for household, user in friends.bound.items() if user not in blocked]
    withdrawn = frozenset(cast.drawn(left, cast.WITHDRAWN, "withdrawn"))
    await world.phones.block(brand.channel, sorted(blocked))
    now_ms = milliseconds(world.clock.now())
    items = [
        events.consent(contacts[household].member_id, "withdrawn", f"withdrawn-{household}", now_ms)
        for household in sorted(withdrawn)
    ]
    await collector.send(brand.write_keys["crm"], items)
    await world.phones.settled()
    return friends._replace(blocked=blocked, withdrawn=withdrawn)
