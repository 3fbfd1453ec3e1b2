"""Traits, tags, friendships and the consent ledger: memory and PostgreSQL keep the same promises."""

from collections.abc import AsyncIterator
from itertools import permutations
from typing import NamedTuple

import pytest

from tieline.model.profile import Fact
from tieline.ports import ProfileFacts
from tieline.store.memory.facts import MemoryFacts
from tieline.store.memory.unit import MemoryUnit
from tieline.store.postgres.facts import PostgresFacts
from tieline.store.postgres.identity import PostgresIdentity
from tieline.store.postgres.unit import PostgresUnit
from tieline.testing.build import WORKSPACE, consent, friendship, minutes, name, placed, trait, undone

NODES = [placed("ann"), placed("ann2", "ann"), placed("ben")]


class Doors(NamedTuple):
    unit: MemoryUnit | PostgresUnit
    facts: MemoryFacts | PostgresFacts

    async def load(self, *profiles: str) -> ProfileFacts:
        async with self.unit.transaction():
            return await self.facts.load(WORKSPACE, [name(profile) for profile in profiles])

    async def save(self, *facts: Fact) -> None:
        async with self.unit.transaction():
            await self.facts.save_facts(WORKSPACE, facts)


@pytest.fixture(params=["memory", "postgres"])
async def doors(request: pytest.FixtureRequest) -> AsyncIterator[Doors]:
    if request.param == "memory":
        facts = MemoryFacts(lambda workspace_id: NODES if workspace_id == WORKSPACE else [])
        yield Doors(MemoryUnit(facts), facts)
        return
    unit = await PostgresUnit.open(request.getfixturevalue("postgres_url"))
    async with unit.transaction():
        await PostgresIdentity(unit.connection).save(WORKSPACE, NODES, [])
    yield Doors(unit, PostgresFacts(unit.connection))
    await unit.close()


async def test_a_profile_has_the_facts_of_all_its_nodes(doors: Doors) -> None:
    mine = [trait("ann", "tier", "gold"), trait("ann2", "size", 38), friendship("ann", "main", friend=True)]
    await doors.save(*mine, trait("ben", "tier", "blue"))

    loaded = await doors.load("ann")

    assert {node.node_id for node in loaded.nodes[name("ann")]} == {name("ann"), name("ann2")}
    assert sorted(loaded.facts[name("ann")], key=repr) == sorted(mine, key=repr)
    assert name("ben") not in loaded.nodes


@pytest.mark.parametrize("value", ["鞋", "", 0, 1.5, True, None, [1, "a"], {"b": {"c": [None]}}])
async def test_a_value_comes_back_as_it_was(doors: Doors, value: object) -> None:
    await doors.save(trait("ann", "tier", value))

    ((fact,),) = (await doors.load("ann")).facts.values()

    assert (fact.value, type(fact.value)) == (value, type(value))


async def test_the_newest_word_of_a_source_is_kept_in_any_order(doors: Doors) -> None:
    words = [trait("ann", "tier", value, minutes(at)) for at, value in enumerate(("gold", "blue", "red"))]
    for order in permutations(words):
        await doors.save(*order)

        ((fact,),) = (await doors.load("ann")).facts.values()

        assert fact == words[2]


async def test_of_two_words_at_once_the_greater_text_is_kept(doors: Doors) -> None:
    for order in permutations(trait("ann", "tier", value) for value in ("blue", "gold", "amber")):
        await doors.save(*order)

        ((fact,),) = (await doors.load("ann")).facts.values()

        assert fact.value == "gold"


async def test_each_source_keeps_a_word_of_its_own(doors: Doors) -> None:
    await doors.save(trait("ann", "tier", "gold", source="crm"), trait("ann", "tier", "blue", source="web"))

    loaded = await doors.load("ann")

    assert {fact.source: fact.value for fact in loaded.facts[name("ann")]} == {"crm": "gold", "web": "blue"}


async def test_the_ledger_keeps_every_line_once(doors: Doors) -> None:
    lines = [
        consent("ann", granted=True, key="1"),
        consent("ann", granted=False, at=minutes(1), key="2"),
        consent("ann2", granted=True, at=minutes(2), key="3", method="import"),
    ]
    for _ in range(2):
        async with doors.unit.transaction():
            await doors.facts.save_consents(WORKSPACE, lines)

    loaded = await doors.load("ann")

    assert sorted(loaded.consents[name("ann")], key=lambda line: line.at) == lines


async def test_the_same_event_counts_as_it_came_first(doors: Doors) -> None:
    async with doors.unit.transaction():
        await doors.facts.save_consents(WORKSPACE, [consent("ann", granted=False, key="1")])
        await doors.facts.save_consents(WORKSPACE, [consent("ann", granted=True, key="1")])

    ((line,),) = (await doors.load("ann")).consents.values()

    assert not line.granted


async def test_facts_that_were_rolled_back_were_never_there(doors: Doors) -> None:
    async with undone(doors.unit):
        await doors.facts.save_facts(WORKSPACE, [trait("ann", "tier", "gold")])
        await doors.facts.save_consents(WORKSPACE, [consent("ann", granted=True)])

    loaded = await doors.load("ann")

    assert not loaded.facts.get(name("ann"))
    assert not loaded.consents.get(name("ann"))


async def test_an_unknown_profile_has_nothing(doors: Doors) -> None:
    assert not any(await doors.load("nobody"))
