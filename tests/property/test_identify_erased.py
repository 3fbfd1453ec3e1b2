"""After an erasure nothing of the person is left, whatever had happened to them; whoever stays stands where their facts put them."""

import random
from collections.abc import Mapping

import msgspec
import pytest
from identify_histories import History
from identify_worlds import KEY, SOURCES
from test_identify_workers import TABLES, signed

from tieline.clock import FakeClock
from tieline.identify.decide import Decisions
from tieline.identify.erase import EraseStage
from tieline.identify.graph import resolve
from tieline.identify.rules import RuleBook
from tieline.identify.settle import stand
from tieline.identify.stage import IdentifyStage
from tieline.identify.suppress import suppression_of
from tieline.ids import keyed_hash
from tieline.model.erasure import spellings
from tieline.model.event import PERSON_ERASED, Event, LogKind, NewLogRow, Source
from tieline.store.postgres.erasure import PostgresErasures
from tieline.store.postgres.identity import PostgresIdentity
from tieline.store.postgres.log import PostgresLog
from tieline.testing.build import NOON
from tieline.upkeep import Erase
from traces import in_postgres

OWN = Source(1, 9, "tieline", "tieline")
BY_ID = {source.source_id: source for source in SOURCES.values()}
SAYS_WHO = frozenset({"phone", "email", "line:p1", "line:p2"})
"""Identifiers whose value is nobody else's wherever it stands; "m1" may be a size."""


class Nowhere:
    """What history keeps here: nothing."""

    async def erase(self, _workspace_id: int, _nodes: object) -> int:
        return 0


class Town:
    """A database in which a history has happened, its requests in the log."""

    def __init__(self, unit, url):
        self.unit, self.url = unit, url
        self.noted: list[Mapping[bytes, str]] = []

    async def live(self, history):
        self.book = RuleBook(default=history.rules)
        self.identity, self.store = (
            PostgresIdentity(self.unit.connection),
            PostgresErasures(self.unit.connection),
        )
        stage = IdentifyStage(self.identity, {1: KEY}, {}, rules=self.book)
        async with self.unit.transaction():
            await self.unit.connection.execute(
                f"truncate {TABLES}, log, erasure, suppression restart identity"
            )
            await self.unit.connection.execute(
                "insert into workspace (workspace_id, key, name, time_zone, country, identity_key, created_at) "
                "overriding system value values (1, 'w', 'w', 'UTC', 'TW', %s, now()) on conflict do nothing",
                (KEY,),
            )
            rows = [_told(event) for event in history.events]
            await PostgresLog(self.unit.connection).append(rows)
            await stage.process(history.events)
            for decision in history.decisions:
                await Decisions(self.identity, self.book).decide(1, decision)

    async def everybody(self):
        async with self.unit.transaction():
            rows = await (
                await self.unit.connection.execute("select node_id from node order by 1")
            ).fetchall()
            ids = [bytes(one) for (one,) in rows]
            return (
                await self.identity.nodes(1, ids),
                await self.identity.touching(1, ids),
                await self.identity.assertions(1, ids),
            )

    async def erase(self, target):
        properties = {"erasure_id": "er_1"}
        event = Event(1, OWN, 10_000, 0, "track", PERSON_ERASED, "", NOON, NOON, (), properties, {})
        async with self.unit.transaction():
            await self.store.ask(1, "er_1", target, "amy", "asked for it", NOON)
            await EraseStage(self.store, self.identity, {1: KEY}, {}, self.book).process(event)
        rest = Erase(
            unit=self.unit, store=self.store, history=Nowhere(), sources=BY_ID, keys={1: KEY}, regions={},
            ledger=lambda _, hashes: self.noted.append(hashes), files=lambda _: 0, clock=FakeClock(NOON), rows_max=3,
        )  # fmt: skip
        while await rest.step():
            pass

    async def named_in_log(self):
        async with self.unit.transaction():
            rows = await (await self.unit.connection.execute("select body from log")).fetchall()
        items = [item for (body,) in rows for item in msgspec.json.decode(body)["batch"]]
        ends = [end for item in items for end in item.get("context", {}).get("externalIds", ())]
        return {(end["type"], end["id"]) for end in ends}


def _told(event):
    item = {
        "type": event.type, "event": event.name, "messageId": "m", "traits": event.traits,
        "context": {"externalIds": [{"type": one.namespace, "id": one.value} for one in event.identifiers]},
    }  # fmt: skip
    body = msgspec.json.encode({"batch": [item]})
    return NewLogRow(1, event.source.source_id, LogKind.BATCH, 1, event.received_at, body)


@pytest.mark.parametrize("number", range(200, 212))
async def test_nothing_of_an_erased_person_survives_but_the_hash_that_refuses_them(
    unit, postgres_url, number
):
    history, town = History(number), Town(unit, postgres_url)
    await town.live(history)
    before, _, _ = await town.everybody()
    one = random.Random(number).choice(before)
    gone = [placed.node for placed in before if placed.profile_id == one.profile_id]

    await town.erase(one.node.node_id)

    pairs = [(node.namespace, node.value) for node in gone]
    words = [node.node_id.hex() for node in gone] + [keyed_hash(b"", *pair).hex() for pair in pairs]
    words += spellings(pair for pair in pairs if pair[0] in SAYS_WHO)
    assert in_postgres(postgres_url, words) == []
    assert not await town.named_in_log() & set(pairs)
    refused = {suppression_of(KEY, *pair, "TW") for pair in pairs} - {None}
    async with unit.transaction():
        assert {held.hash for _, held in await town.store.suppressed()} == refused
    assert [set(noted) for noted in town.noted] == [refused]

    placed, links, said = await town.everybody()
    nodes = {each.node.node_id: each.node for each in placed}
    assert set(nodes) == {each.node.node_id for each in before} - {node.node_id for node in gone}
    alone = stand(nodes, resolve(nodes.values(), links, said, history.rules), history.rules)
    assert signed(placed, [])[0] == alone
