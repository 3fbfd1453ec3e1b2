"""An abandoned cart on every loop there is, with the simulated LINE: what becomes of it when processes die, start anew, and
clocks change. On the left what happens, on the right every change of the person's way, of the message, and the phone."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from tieline.model.event import LogKind
from tieline.testing import scenario
from tieline.testing.story import Killed, Story, shown

CASES = Path(__file__).parent / "cart"
SECOND = timedelta(seconds=1)
DEATHS = {
    "before the entry is saved": ("advance", "MemoryJourneys.save"),
    "before the reminder is planned": ("advance", "MemorySends.add"),
    "before the reminder is claimed": ("send", "MemorySends.claim"),
    "between claim and call": ("send", "MemorySends.gate"),
    "between call and outcome": ("send", "MemorySends.settle"),
}


class Traced(Story):
    """A story that writes down, each time everything came to rest, what changed."""

    def __init__(self, at: datetime, zone: str) -> None:
        self.lines: list[str] = []
        self.known: dict[str, str] = {}
        self.rung = 0
        super().__init__(at, people=1, zone=zone)
        self.zone = ZoneInfo(zone)

    async def settle(self) -> None:
        try:
            await super().settle()
        except Killed:
            self.look()
            self.say(f"{self.dies} is killed; everything starts anew")
            self.restart()
            await self.settle()
        self.look()

    def look(self) -> None:
        found = {}
        for row in self.stores.journeys.enrolments.values():
            until = f" until {self.shown(row.due_at)}" if row.due_at else ""
            ended = row.state in {"finished", "exited"}
            found[row.correlation] = row.state if ended else f"{row.state} at {row.step}{until}"
        for sent in self.sends:
            reason = f", {sent.reason}" if sent.reason else ""
            found[f"message {sent.send.step}"] = f"{sent.state}{reason}"
        for who, what in found.items():
            if self.known.get(who) != what:
                self.say(f"{who} {what}")
        self.known.update(found)
        for heard in self.phones.heard[self.rung :]:
            self.say(f"phone: {shown(heard.messages[0])}")
        self.rung = len(self.phones.heard)

    def say(self, what: str) -> None:
        self.lines.append(f"{self.shown(self.clock.now())} {what}")

    def shown(self, at: datetime) -> str:
        return at.astimezone(self.zone).strftime("%d. %H:%M")

    async def play(self, at: str, what: str = "", *details: Any) -> None:
        moment = datetime.fromisoformat(at).replace(tzinfo=self.zone)
        await self.until(moment - SECOND)
        # What happens at the very moment is told before the timers of that moment are looked at.
        self.clock.advance(max(moment - self.clock.now(), timedelta(0)))
        match what:
            case "add":
                await self.track("Product Added", cart_id=details[0])
            case "buy":
                await self.track("Order Completed", cart_id=details[0])
            case "bought":
                await self._bought(*details)
            case "down":
                await self._down(*details)
            case "restart":
                self.say("everything starts anew")
                self.restart()
            case "clock":
                self.clock.advance(timedelta(minutes=details[0]))
                self.say(f"the clock is set by {details[0]} minutes")
            case "dies":
                self.dies, self.kill_before = DEATHS[details[0]]
        await self.settle()

    async def _bought(self, cart: str, at: str) -> None:
        """Tell late of an order that was placed before."""
        placed_at = datetime.fromisoformat(at).replace(tzinfo=self.zone).isoformat()
        said = {"type": "track", "userId": "M1", "event": "Order Completed", "properties": {"cart_id": cart}}
        await self.tell({**said, "timestamp": placed_at})

    async def _down(self, minutes: int, orders: dict[str, str]) -> None:
        """Let everything stand still for a while, except that calls are stored; timers are looked at before the log then."""
        self.say(f"everything is down for {minutes} minutes")
        began_at = self.clock.now()
        for cart, after in orders.items():
            self.clock.advance(began_at + timedelta(minutes=int(after)) - self.clock.now())
            said = {"messageId": f"down-{cart}", "type": "track", "userId": "M1", "event": "Order Completed"}
            body = msgspec.json.encode({"batch": [{**said, "properties": {"cart_id": cart}}]})
            await self._store(scenario.SHOP, LogKind.BATCH, 1, body)
        self.clock.advance(began_at + timedelta(minutes=minutes) - self.clock.now())
        self.say("everything starts anew")
        self.restart()
        for step in reversed(self._steps):
            await step()
        self.look()


def _stories() -> list[Any]:
    found = []
    for path in sorted(CASES.glob("*.json")):
        case = msgspec.json.decode(path.read_bytes())
        found += [pytest.param(case, name, id=f"{path.stem}: {name}") for name in case["stories"]]
    return found


@pytest.mark.parametrize(("case", "name"), _stories())
async def test_a_cart_goes_as_it_was_told(case: dict[str, Any], name: str) -> None:
    told = case["stories"][name]
    zone = case.get("time_zone", scenario.ZONE)
    begins = datetime.fromisoformat(case["begins"]).replace(tzinfo=ZoneInfo(zone))
    story = Traced(begins, zone)
    await story.befriend()
    await story.journey(case["definition"])
    for line in told["story"]:
        await story.play(*line)
    assert story.lines == told["trace"]
