"""People who shop, browse, bind, follow, block and change their minds; and the one who runs the brand."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tieline.clock import FakeClock
from tieline.model.broadcast import Broadcast, Variant
from tieline.model.event import CONSENT_UPDATED, IDENTITY_DECIDED, TAG_ADDED, Source
from tieline.model.identity import ANONYMOUS, MEMBER
from tieline.simulator import phone
from tieline.simulator.friend_book import Friend, FriendState
from tieline.simulator.platform import LinePlatform
from tieline.store.memory.bind import MemoryNonces
from tieline.store.memory.broadcasts import MemoryBroadcasts
from tieline.testing import scenario
from tieline.testing.dice import Dice
from tieline.testing.scale import Scale
from tieline.testing.sources import Sources

NONCE_LIFE = timedelta(minutes=10)
LAST_MOMENT_SECONDS = (-120.0, 30.0)


@dataclass
class Human:
    """One person, their devices and what they are doing."""

    number: int
    friend: Friend
    devices: list[str]
    phone: str
    clock_ahead: timedelta
    logged_in: bool = False
    bound: bool = False
    carts: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    @property
    def member(self) -> str:
        """The number on the member card."""
        return f"M{self.number:05}"


class People:
    """Everyone who has to do with the brand.

    Args:
        seed: Of the simulation.
        scale: How many they are, and how long they live.
        platform: Their phones.
        sources: What carries what they do.
        clock: The true time.
        believed: The time that the installation believes.
        nonces: Where the member log-in leaves nonces.
        broadcasts: Where the brand starts broadcasts.
    """

    def __init__(
        self,
        seed: int,
        scale: Scale,
        platform: LinePlatform,
        sources: Sources,
        clock: FakeClock,
        believed: FakeClock,
        nonces: MemoryNonces,
        broadcasts: MemoryBroadcasts,
    ) -> None:
        self._dice = Dice(seed, "people")
        self._scale = scale
        self._platform = platform
        self._account = account = platform.world.accounts[scenario.CHANNEL]
        self._sources = sources
        self._clock = clock
        self._believed = believed
        self._nonces = nonces
        self._broadcasts = broadcasts
        self._carts = 0
        self._awake = True
        users = platform.add_people(account, scale.people, seed=seed, friends=False)
        self._humans = [self._human(number, account.friends[user]) for number, user in enumerate(users)]

    async def run(self) -> None:
        """Let everyone live for a while."""
        try:
            async with asyncio.timeout(self._scale.hurt_seconds):
                await asyncio.gather(self._brand(), *(self._live(human) for human in self._humans))
        except TimeoutError:
            self._awake = False

    def _human(self, number: int, friend: Friend) -> Human:
        digits = "".join(str(self._dice.below(10)) for _ in range(7))
        wrong = self._dice.between(-3_600, 3_600) if self._dice.hits(0.3) else 0.0
        devices = [self._dice.ids.token() for _ in range(2)]
        return Human(number, friend, devices, f"+88691{digits}", timedelta(seconds=wrong))

    async def _live(self, human: Human) -> None:
        deeds = (
            [self._browse] * 4
            + [self._fill_cart] * 4
            + [self._order] * 4
            + [self._log_in] * 2
            + [self._meet_on_line] * 4
            + [self._bind] * 2
            + [self._speak]
            + [self._change_mind] * 2
            + [self._become]
        )
        if self._dice.hits(0.1):
            deeds.append(self._leave_line)
        while True:
            await asyncio.sleep(self._dice.between(*self._scale.pause_seconds))
            self._dice.choice(deeds)(human)

    def _track(
        self, human: Human, source: Source, name: str, properties: Mapping[str, Any], **who: Any
    ) -> None:
        item = {"type": "track", "event": name, "properties": dict(properties), **who}
        self._send(human, source, item)

    def _send(self, human: Human, source: Source, item: dict[str, Any]) -> None:
        ahead = human.clock_ahead if source is scenario.WEB else timedelta(0)
        self._sources.send(source, [{**item, "messageId": self._dice.ids.token()}], ahead)

    def _device(self, human: Human) -> dict[str, Any]:
        borrowed = self._dice.hits(0.03)
        device = self._dice.choice((self._dice.choice(self._humans) if borrowed else human).devices)
        known = {"userId": human.member} if human.logged_in else {}
        return {"anonymousId": device, **known}

    def _browse(self, human: Human) -> None:
        self._send(human, scenario.WEB, {"type": "page", "name": "shoes", **self._device(human)})

    def _fill_cart(self, human: Human) -> None:
        self._carts += 1
        cart, who = f"c{self._carts}", self._device(human)
        human.carts.append((cart, who))
        if self._dice.hits(0.4):  # some make up their minds just before they are reminded, or just after
            wait = scenario.CART_WAIT_MINUTES * 60 + self._dice.between(*LAST_MOMENT_SECONDS)
            asyncio.get_running_loop().call_later(wait, self._buy, human, cart)
        self._track(human, scenario.WEB, scenario.ADDED, {"cart_id": cart, "product_id": "p1"}, **who)

    def _order(self, human: Human) -> None:
        if human.carts:
            self._buy(human, self._dice.choice(human.carts)[0])

    def _buy(self, human: Human, wanted: str) -> None:
        for cart, who in human.carts:
            if cart == wanted and self._awake:
                human.carts.remove((cart, who))
                bought = {"cart_id": cart, "total": 100 + self._dice.below(900)}
                self._track(human, scenario.WEB, scenario.ORDERED, bought, **who)
                return

    def _log_in(self, human: Human) -> None:
        human.logged_in = not human.logged_in or self._dice.hits(0.7)
        if human.logged_in:
            traits = {
                "phone": human.phone,
                "email": f"p{human.number}.wang@shop.com.tw",
                "size": self._dice.below(5),
            }
            self._send(human, scenario.WEB, {"type": "identify", "traits": traits, **self._device(human)})

    def _meet_on_line(self, human: Human) -> None:
        now = self._clock.now()
        if human.friend.state is not FriendState.FRIEND:
            phone.follow(self._platform.world, self._account, human.friend, now)
        elif self._dice.hits(0.3):
            phone.block(self._platform.world, self._account, human.friend, now)
        self._sources.stir()

    def _leave_line(self, human: Human) -> None:
        """Delete the LINE account; the brand is not told, and LINE refuses every call that names it."""
        self._platform.world.people[scenario.PROVIDER].discard(human.friend.user_id)

    def _speak(self, human: Human) -> None:
        if human.friend.state is FriendState.FRIEND:
            phone.say(self._platform.world, self._account, human.friend, "hello", self._clock.now())
            self._sources.stir()

    def _bind(self, human: Human) -> None:
        if human.friend.state is not FriendState.FRIEND or human.bound:
            return
        nonce = self._dice.ids.token()
        self._nonces.add(
            scenario.WORKSPACE, scenario.ACCOUNT, nonce, human.member, self._believed.now() + NONCE_LIFE
        )
        human.bound = True
        phone.linked(self._platform.world, self._account, human.friend, nonce, self._clock.now())
        self._sources.stir()

    def _change_mind(self, human: Human) -> None:
        said = {"purpose": "marketing", "channel": "line"}
        if self._dice.hits(0.5):
            source, state = self._dice.choice((scenario.WEB, scenario.SHOP)), "withdrawn"
        else:
            source, state = scenario.SHOP, "granted"
        self._track(human, source, CONSENT_UPDATED, {**said, "state": state}, userId=human.member)

    def _become(self, human: Human) -> None:
        if self._dice.hits(0.5):
            traits = {"tier": self._dice.choice(("gold", "blue"))}
            self._send(human, scenario.SHOP, {"type": "identify", "userId": human.member, "traits": traits})
        else:
            self._track(human, scenario.SHOP, TAG_ADDED, {"tag": "vip"}, userId=human.member)

    async def _brand(self) -> None:
        started = 0
        while True:
            await asyncio.sleep(self._dice.between(300, 1_500))
            if self._dice.hits(0.5):
                started += 1
                await self._broadcast(f"b{started}")
            else:
                self._decide(self._dice.choice(self._humans))

    async def _broadcast(self, key: str) -> None:
        segment = self._dice.choice((None, "reachable", "spender"))
        purpose = self._dice.choice(("marketing", "marketing", "transactional"))
        text = f"news {key} https://shop.com.tw/{key}" if self._dice.hits(0.5) else f"news {key}"
        messages = [{"type": "text", "text": text}]
        said = Broadcast(scenario.ACCOUNT, purpose, (Variant(tuple(messages)),), segment)
        await self._broadcasts.start(scenario.WORKSPACE, key, said, self._believed.now())

    def _decide(self, human: Human) -> None:
        a = {"namespace": MEMBER, "value": human.member}
        b = self._dice.choice(
            (
                {"namespace": scenario.LINE_NAMESPACE, "value": human.friend.user_id},
                {"namespace": ANONYMOUS, "value": human.devices[0]},
            )
        )
        said = {
            "kind": self._dice.choice(("cut", "undo", "join")),
            "a": a,
            "b": b,
            "author": "ann",
            "reason": "asked",
        }
        outside = {"externalIds": [{"type": MEMBER, "id": human.member}]}
        item = {"type": "track", "event": IDENTITY_DECIDED, "properties": said, "context": outside}
        self._sources.send(scenario.OWN, [{**item, "messageId": self._dice.ids.token()}])
