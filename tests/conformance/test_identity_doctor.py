"""The doctor's report against a plain count of the same people; it looks at few of them one by one."""

import random
from collections import Counter, defaultdict

import pytest
from test_identity_store import history

from tieline.api import doctor
from tieline.identify.decide import Decisions
from tieline.identify.doctor import masked
from tieline.identify.rules import RULES
from tieline.identify.stage import IdentifyStage
from tieline.store.memory.identity import MemoryIdentity
from tieline.store.postgres.identity import PostgresIdentity

KEY = b"k" * 32


async def lived(unit, seed, length=150):
    """Let the same happen in PostgreSQL and in memory, where it is easily counted."""
    said = list(history(random.Random(seed), length))
    memory = MemoryIdentity()
    await IdentifyStage(memory, {1: KEY}, {}).process(said)
    async with unit.transaction():
        await IdentifyStage(PostgresIdentity(unit.connection), {1: KEY}, {}).process(said)
    return memory


async def examined(unit):
    async with unit.transaction():
        return await doctor.examine(unit.connection, 1)


def counted(memory):
    """Count neighbours, zones and identifiers held, in the order of the report."""
    around, everyone = defaultdict(set), {one.node.node_id: one for one in memory.everyone(1)}
    for link in memory.linked.values():
        around[link.a].add(link.b)
        around[link.b].add(link.a)
    shared = [
        (-len(others), everyone[node_id].node.namespace, everyone[node_id].node.value)
        for node_id, others in around.items()
    ]
    zones = defaultdict(list)
    for one in everyone.values():
        zones[one.zone_id].append(one)
    sizes = [(-len(zone), zone_id, len({one.profile_id for one in zone})) for zone_id, zone in zones.items()]
    held = Counter((one.profile_id, one.node.namespace) for one in everyone.values())
    return sorted(shared), sorted(sizes), held


@pytest.mark.parametrize("seed", range(4))
async def test_the_report_is_what_a_plain_count_says(unit, seed):
    memory = await lived(unit, seed)

    found = await examined(unit)

    shared, zones, held = counted(memory)
    assert found["most_shared"] == [
        {"namespace": namespace, "value": masked(value), "seen_with": -minus}
        for minus, namespace, value in shared[: doctor.SHOWN]
    ]
    assert [
        (-one["identifiers"], bytes.fromhex(one["example"]), one["profiles"])
        for one in found["largest_zones"]
    ] == zones[: doctor.SHOWN]
    full = {one["namespace"] for one in found["at_limit"]}
    assert full == {
        namespace for (_, namespace), count in held.items() if 1 < RULES.of(namespace).limit <= count
    }
    assert found["zones_explained"] == sum(profiles > 1 for _, _, profiles in zones)
    everyone = {one.node.node_id for one in memory.everyone(1)}
    explained = await Decisions(memory).explain(1, *everyone)
    assert found["rejected"] == [
        {"reason": reason, "links": count}
        for reason, count in sorted(Counter(one.reason for one in explained.resolution.decisions).items())
    ]


async def test_who_has_few_links_is_not_counted_one_by_one_and_who_has_most_still_leads(unit, monkeypatch):
    memory = await lived(unit, 3)
    monkeypatch.setattr(doctor, "LOOKED_AT", 2)

    found = await examined(unit)

    shared, _, _ = counted(memory)
    assert len(found["most_shared"]) <= 4
    assert found["most_shared"][0]["seen_with"] == -shared[0][0]


async def test_only_so_many_identifiers_are_explained_and_the_largest_zone_always(unit, monkeypatch):
    await lived(unit, 1)
    monkeypatch.setattr(doctor, "IDENTIFIERS_EXPLAINED", 0)

    found = await examined(unit)

    assert found["zones_explained"] == 1
    assert found["rejected"]
