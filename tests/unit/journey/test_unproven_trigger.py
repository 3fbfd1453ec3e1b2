"""What somebody says with a browser's public key is asked and looked up by a journey, and shown to nobody."""

from typing import Any

from tieline.deliver.fill import fill_tree
from tieline.journey.effects import UNTOLD
from tieline.journey.library import nobodys
from tieline.journey.stage import JourneyStage
from tieline.model.event import Event, Identified, Identifier, Source
from tieline.model.signal import UNPROVEN, SendRequest, Signal
from tieline.store.memory.history import MemoryHistory
from tieline.store.memory.identity import MemoryIdentity
from tieline.store.memory.journeys import MemoryJourneys
from tieline.store.memory.log import MemoryLog
from tieline.store.memory.signals import MemorySignals
from tieline.testing.build import NOON, WORKSPACE, minutes, name, placed, signal

SAID = {"size": "M", "note": "evil.example"}
SEND = {
    "id": "remind", "kind": "send_line", "account": "main", "purpose": "marketing", "messages": [{"type": "text", "text": "hi"}],
}  # fmt: skip


def journey(key: str, trigger: dict[str, Any]) -> dict[str, Any]:
    return {"key": key, "name": key, "trigger": trigger, "start": "remind", "steps": [SEND]}


class Shop:
    """A brand whose journeys start by a size, or by another journey."""

    def __init__(self) -> None:
        self.identity, self.signals = MemoryIdentity(), MemorySignals()
        self.journeys = MemoryJourneys(self.identity.everyone, MemoryLog(), self.signals)
        self.stage = JourneyStage(self.journeys, MemoryHistory(), fill_tree, {WORKSPACE: "UTC"})

    async def open(self) -> None:
        where = {"property": "size", "op": "eq", "value": "M"}
        await self.identity.save(WORKSPACE, [placed(one) for one in ("ann", "bob", "cat")], [])
        for key, trigger in (
            ("sized", {"kind": "event", "event": "Added", "where": where}),
            ("asked", {"kind": "manual"}),
        ):
            await self.journeys.put(WORKSPACE, key, key, journey(key, trigger), "live", "ann", NOON)
        await self.stage.refresh(NOON)

    async def told(self, *signals: Signal) -> dict[bytes, Any]:
        """Return what templates may read of the trigger, by person."""
        await self.signals.put(signals)
        moved = await self.stage.process(minutes(1), 100)
        return {one.person: one.context["trigger"] for one in moved.requests if isinstance(one, SendRequest)}


def said(kind: str, **properties: Any) -> Identified:
    event = Event(
        WORKSPACE, Source(WORKSPACE, 1, "site", kind), 1, 0, "track", "Added", "m1", NOON, NOON,
        (Identifier("member_id", "M1"),), properties, {},
    )  # fmt: skip
    return Identified(event, name("ann"), name("ann"))


async def test_what_nobody_proved_is_asked_and_shown_to_nobody_not_even_by_another_journey() -> None:
    shop = Shop()
    await shop.open()

    told = await shop.told(
        signal("Added", "ann", NOON, **SAID, **{UNPROVEN: True}),
        signal("Added", "bob", NOON, **SAID),
        signal("journey_start_asked", "cat", NOON, journey="asked", data={**SAID, UNPROVEN: True}),
    )

    assert told == {name("ann"): UNTOLD, name("bob"): SAID, name("cat"): UNTOLD}


async def test_a_browsers_event_is_marked_unless_the_browser_is_theirs_and_no_sender_takes_it_off() -> None:
    shop = Shop()
    await shop.open()

    def marked(item: Identified, *, theirs: bool = False) -> bool:
        (heard,) = shop.stage.listen([item], (lambda _: True) if theirs else nobodys)
        return UNPROVEN in heard.data

    assert marked(said("web", size="M"))
    assert marked(said("web", **{UNPROVEN: False}))
    assert not marked(said("web", size="M"), theirs=True)
    assert not marked(said("server", **{UNPROVEN: True}))
