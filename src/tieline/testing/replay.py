"""The log read again by a fresh installation, in another order and with rows repeated: it must come to the same."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from tieline.clock import FakeClock
from tieline.collect.stage import message_key
from tieline.condition.match import HistoryEvent, Person
from tieline.model.event import IDENTITY_DECIDED, LogKind, LogRow, NewLogRow
from tieline.model.identity import Node
from tieline.model.profile import Profile
from tieline.profile.stage import ProfileStage
from tieline.store.memory.bind import MemoryNonces
from tieline.testing import scenario
from tieline.testing.database import Session
from tieline.testing.dice import Dice
from tieline.testing.installation import NOTICES, absorb, remember
from tieline.testing.stores import Stores


def messages(row: LogRow) -> list[tuple[str, int]]:
    """Return the id of every message in a row, with its place; read without the platform's own reader."""
    if row.kind is LogKind.LINE_WEBHOOK:
        items, name = msgspec.json.decode(row.body)["events"], "webhookEventId"
    else:
        items, name = msgspec.json.decode(row.body)["batch"], "messageId"
    return [
        (f"{scenario.SOURCES[row.source_id].key}:{item[name]}", place) for place, item in enumerate(items)
    ]


def decisions(row: LogRow) -> set[int]:
    """Return the places of decisions of people, which are nothing that a customer did."""
    if row.kind is not LogKind.OWN:
        return set()
    items = msgspec.json.decode(row.body)["batch"]
    return {place for place, item in enumerate(items) if item.get("event") == IDENTITY_DECIDED}


def reordered(rows: Sequence[LogRow], dice: Dice) -> list[LogRow]:
    """Return `rows` in another order, some twice.

    Copies of one message stay in order, because the first to come says when it happened; and so do decisions of
    people, because each is about what the earlier ones left.
    """
    earlier: dict[str, int] = {}
    needs: list[set[int]] = []
    for place, row in enumerate(rows):
        names = [name for name, _ in messages(row)]
        if row.kind is LogKind.OWN and IDENTITY_DECIDED.encode() in row.body:
            names.append(IDENTITY_DECIDED)
        needs.append({earlier[name] for name in names if name in earlier})
        earlier.update(dict.fromkeys(names, place))
    taken: dict[int, None] = {}

    def take(place: int) -> None:
        for needed in sorted(needs[place] - taken.keys()):
            take(needed)
        taken[place] = None

    for place in dice.shuffled(range(len(rows))):
        if place not in taken:
            take(place)
    once = [rows[place] for place in taken]
    return [*once, *(row for row in once if dice.hits(0.2))]


async def replayed(rows: Sequence[LogRow], nonces: MemoryNonces, clock: FakeClock, events_max: int) -> Stores:
    """Return what a fresh installation makes of `rows`, received as they were."""
    stores = Stores()
    for (workspace_id, account, nonce), known in nonces.rows.items():
        stores.nonces.add(workspace_id, account, nonce, known.member_id, known.expires_at)
    session = Session(stores.database, "replay", _at_once)
    first = absorb(stores, session, clock, Dice(0, "replay"), events_max)
    then = remember(stores, session, clock, stores.history)
    async with session.transaction():
        await first.log.append(
            [NewLogRow(r.workspace_id, r.source_id, r.kind, r.items, r.received_at, r.body) for r in rows]
        )
    while await first.step():
        pass
    while await then.step():
        pass
    return stores


async def _at_once(_what: str) -> None:
    """Wait for nothing."""


class Picture(NamedTuple):
    """Everything that must not depend on the order of the log.

    Attributes:
        places: Node, zone and profile by node id.
        profiles: By profile id.
        events: Source, message id, name, node, time and properties of everything in history.
    """

    places: dict[bytes, tuple[Node, bytes, bytes]]
    profiles: dict[bytes, Profile]
    events: set[tuple[str, str, str, bytes, datetime, str]]

    def people(self) -> dict[bytes, Person]:
        """Return everyone as conditions see them."""
        events: dict[bytes, list[HistoryEvent]] = {profile_id: [] for profile_id in self.profiles}
        for _, _, event, node_id, at, properties in self.events:
            said = HistoryEvent(event, at, msgspec.json.decode(properties))
            events[self.places[node_id][2]].append(said)
        return {
            profile_id: Person(
                traits={name: trait.value for name, trait in profile.traits.items()},
                tags=frozenset(profile.tags),
                consents=frozenset(profile.consents),
                friends=frozenset(profile.friends),
                namespaces=frozenset(namespace for namespace, _ in profile.identifiers),
                events=events[profile_id],
            )
            for profile_id, profile in self.profiles.items()
        }


async def picture(stores: Stores) -> Picture:
    """Return what `stores` know, made from facts and not from the rows of history."""
    everyone = stores.identity.everyone(scenario.WORKSPACE)
    profile_ids = sorted({place.profile_id for place in everyone})
    view = ProfileStage(stores.facts, message_key, NOTICES, {})
    changed = await view.view(scenario.WORKSPACE, profile_ids)
    return Picture(
        {place.node.node_id: (place.node, place.zone_id, place.profile_id) for place in everyone},
        {change.profile_id: change.profile for change in changed if change.profile is not None},
        {
            (row["source"], row["message_id"], row["event"], row["node_id"], row["at"], row["properties"])
            for row in stores.history.events(scenario.WORKSPACE)
        },
    )


def whole_log(stores: Stores) -> list[LogRow]:
    """Return every row of the log."""
    return list(stores.log.snapshot()["rows"])
