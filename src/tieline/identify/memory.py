"""What a stage remembers between batches, so that a person it knows costs no question to the database."""

from datetime import datetime
from typing import Generic, TypeVar

import msgspec

from tieline.identify.census import Census
from tieline.identify.mark import Said
from tieline.model.event import Event
from tieline.model.identity import Assertion, Placed

Key = TypeVar("Key")
Value = TypeVar("Value")
NodeKey = tuple[int, bytes]
StarKey = tuple[int, str, object, object]

STARS_MAX = 200_000
NODES_MAX = 200_000


class Known(msgspec.Struct, gc=False):
    """An event like this one was stored: it says nothing new if it happened within these times.

    Attributes:
        until_at: End of the last day on which its links were seen.
    """

    node: NodeKey
    first_at: datetime
    until_at: datetime


class Recent(Generic[Key, Value]):
    """A map that forgets what was not used for a while.

    Two generations stand in for an order of use: what is asked for moves to the young one, and when that is full the
    old one goes. Between two calls of `age` nothing is lost.
    """

    def __init__(self, entries_max: int) -> None:
        self._entries_max = entries_max
        self._young: dict[Key, Value] = {}
        self._old: dict[Key, Value] = {}

    def get(self, key: Key) -> Value | None:
        """Return what is remembered under `key`."""
        value = self._young.get(key)
        if value is None:
            value = self._old.get(key)
            if value is not None:
                self._young[key] = value
        return value

    def put(self, key: Key, value: Value) -> None:
        """Remember `value`."""
        self._young[key] = value

    def age(self) -> None:
        """Let go of what was not used since the last full generation; holds at most twice `entries_max` after that."""
        if len(self._young) > self._entries_max:
            self._old, self._young = self._young, {}

    def clear(self) -> None:
        """Forget everything."""
        self._young, self._old = {}, {}


class Shape(msgspec.Struct, gc=False):
    """What a zone looks like to whoever would join it.

    Attributes:
        plain: It is one profile, nobody decided about it, none of its nodes is shared, and what names people in it is
            proven to be one.
        first_at: When its first node was seen.
        name: Its first node: the id of the zone, and of its profile.
        census: What it holds, until one person may not hold more.
        anchored: The proven group of what names people in it; empty if nothing does.
    """

    plain: bool
    first_at: datetime
    name: bytes
    census: Census
    anchored: bytes


class Zone(msgspec.Struct, gc=False):
    """A whole zone as it is stored.

    Attributes:
        placed: Its nodes, by id.
        assertions: Every decision about any of them.
        divided: It may be several profiles, so that even a change of order may matter.
        shape: What it looks like, once somebody asked.
    """

    placed: dict[bytes, Placed]
    assertions: list[Assertion]
    divided: bool
    shape: Shape | None = None


class Memory:
    """Stars that were stored, and the zones of nodes."""

    def __init__(self, stars_max: int = STARS_MAX, nodes_max: int = NODES_MAX) -> None:
        self.stars: Recent[StarKey, Known] = Recent(stars_max)
        self.zones: Recent[NodeKey, Zone] = Recent(nodes_max)

    def age(self) -> None:
        """Make room; only between batches."""
        self.stars.age()
        self.zones.age()

    def clear(self) -> None:
        """Forget everything."""
        self.stars.clear()
        self.zones.clear()


def star_key(event: Event, said: Said) -> StarKey:
    """Return the name under which the star of an event that says `said` is remembered."""
    return event.workspace_id, event.source.key, event.identifiers, said
