"""Everything that one installation keeps, in memory, under transactions."""

from datetime import datetime
from typing import Any

from tieline.store.memory.bind import MemoryBonds, MemoryNonces
from tieline.store.memory.broadcasts import MemoryBroadcasts
from tieline.store.memory.deliver import MemorySends
from tieline.store.memory.facts import MemoryFacts
from tieline.store.memory.history import MemoryHistory
from tieline.store.memory.identity import MemoryIdentity
from tieline.store.memory.journeys import MemoryJourneys
from tieline.store.memory.log import MemoryLog, MemoryMessages, MemoryOutbox
from tieline.store.memory.replies import MemoryAutoReplies, MemoryReplies
from tieline.store.memory.segments import MemorySegments
from tieline.store.memory.signals import MemorySignals
from tieline.store.memory.webhooks import MemoryWebhooks
from tieline.testing import scenario
from tieline.testing.database import Database, Rows, Table

COUPONS = 200


class Outbox(MemoryOutbox):
    """The outbox, emptied in place, so that others keep seeing the same collection."""

    async def done(self, log_offset: int) -> None:
        """Forget batches up to and including `log_offset`."""
        batches = self._state["batches"]
        for offset in [offset for offset in batches if offset <= log_offset]:
            del batches[offset]


class Stores:
    """The stores of one installation, furnished with the scenario.

    Args:
        zone: Time zone of the brand.
    """

    def __init__(self, zone: str = scenario.ZONE) -> None:
        self.database = Database()
        self.identity = MemoryIdentity()
        self._adopt_identity()
        placed = self.identity.everyone
        self.zones = {scenario.WORKSPACE: zone}
        self.log = MemoryLog()
        self.messages = MemoryMessages()
        self.outbox = Outbox()
        self.signals = MemorySignals()
        self.facts = MemoryFacts(placed)
        self.segments = MemorySegments(self.zones)
        self.journeys = MemoryJourneys(placed, self.log, self.signals)
        self.broadcasts = MemoryBroadcasts(placed, self.facts, self.segments)
        self.webhooks = MemoryWebhooks()
        self.nonces = MemoryNonces()
        self.bonds = MemoryBonds(placed)
        self.sends = MemorySends(placed, self.facts)
        self.auto_replies = MemoryAutoReplies(placed)
        self.replies = MemoryReplies()
        self.history = MemoryHistory()
        for store in (
            self.log,
            self.messages,
            self.outbox,
            self.signals,
            self.facts,
            self.segments,
            self.journeys,
            self.broadcasts,
            self.webhooks,
            self.nonces,
            self.bonds,
            self.sends,
            self.auto_replies,
            self.replies,
        ):
            self.database.adopt(store)

    def reindex(self) -> None:
        """Let the identity store look at its tables again, after a transaction that did not commit."""
        identity = self.identity
        tables: Any = (
            identity.placed,
            identity.linked,
            identity.asserted,
            identity.epochs_of,
            identity.turns_of,
            identity.changes,
        )
        identity.restore(tables)

    async def furnish(self, at: datetime) -> None:
        """Set up segments, journeys and coupons."""
        workspace_id = scenario.WORKSPACE
        for key, definition in scenario.SEGMENTS.items():
            await self.segments.put(workspace_id, key, key, definition, "ann", at)
        for key in scenario.JOURNEYS:
            await self.journeys.put(workspace_id, key, key, scenario.journey(key), "live", "ann", at)
        self.journeys.stock(workspace_id, {"welcome": [f"W{n:03}" for n in range(COUPONS)]}, {})

    def _adopt_identity(self) -> None:
        tables: Any = (*(Table(self.database, {}) for _ in range(5)), Rows(self.database, []))
        self.identity.restore(tables)
