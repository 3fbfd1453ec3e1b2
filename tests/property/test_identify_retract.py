"""A source that was retracted is as if it had named people and linked nobody; given back, as if nothing had been."""

import random
from datetime import timedelta

import pytest
from identify_histories import History
from identify_worlds import BROWSER, DAY_0, KEY, M0, M1, MAIL, NAMES, PHONE, happened

from tieline.identify.foresee import Preview
from tieline.identify.retract import Retracting, RetractStage
from tieline.identify.rules import RuleBook
from tieline.identify.stage import IdentifyStage
from tieline.model.event import SOURCE_RETRACTED, Event, Source
from tieline.store.postgres.identity import PostgresIdentity
from tieline.store.postgres.retract import PostgresRetractions
from tieline.testing.build import undone

OWN = Source(1, 9, "tieline", "tieline")
NODES = """
select node_id, first_at, zone_id, profile_id, proven_id, core, shared, coalesce(marks, '[]') from node order by 1
"""
LINKS = "select a, b, source, proof, first_at, date_trunc('day', last_at at time zone 'utc') from link order by 1, 2, 3, 4"


def retraction(source, at):
    return Event(1, OWN, 1, 0, "track", SOURCE_RETRACTED, "", at, at, (), {
        "kind": "retract", "source": source, "author": "ann", "reason": "a till that mixed its customers up",
    }, {})  # fmt: skip


def restoring(retraction_id, at):
    return Event(1, OWN, 1, 0, "track", SOURCE_RETRACTED, "", at, at, (), {
        "kind": "restore", "retraction_id": retraction_id, "author": "bob", "reason": "it was another till",
    }, {})  # fmt: skip


class Run:
    """The stages over one database, as the loop puts them together."""

    def __init__(self, unit, rules):
        self.connection = unit.connection
        identity, self.store = PostgresIdentity(unit.connection), PostgresRetractions(unit.connection)
        book = RuleBook(default=rules)
        self.identify = IdentifyStage(identity, {1: KEY}, {}, rules=book, retracting=Retracting(self.store))
        self.retract = RetractStage(self.store, identity, book)
        self.preview = Preview(self.store, identity, book)

    async def start(self):
        await self.connection.execute(
            "insert into workspace (workspace_id, key, name, time_zone, country, identity_key, created_at) "
            "overriding system value values (1, 'w', 'w', 'UTC', 'TW', %s, now()) on conflict do nothing",
            (KEY,),
        )

    async def take(self, *steps):
        for step in steps:
            if step.source is OWN:
                assert await self.retract.process(step) is not None
                self.identify.forget()
            else:
                await self.identify.process([step])

    async def latest(self):
        (found,) = await self.rows("select max(retraction_id) from retraction")
        return found[0]

    async def rows(self, sql):
        return await (await self.connection.execute(sql)).fetchall()

    async def state(self):
        return await self.rows(NODES), await self.rows(LINKS)


def alone(event):
    """The event as it names people and links nobody."""
    return [happened(event.at, (one,), event.source.key) for one in event.identifiers]


async def ended(unit, rules, steps):
    async with undone(unit):
        run = Run(unit, rules)
        await run.start()
        await run.take(*steps)
        return await run.state()


@pytest.mark.parametrize("number", range(10))
async def test_a_retracted_source_links_nobody_whatever_came_first(unit, number):
    history = History(number)
    chance = random.Random(f"retract {number}")
    source = chance.choice(("crm", "crm", "pos", "web"))
    until = DAY_0 + timedelta(days=chance.randint(1, 6))
    before = [event for event in history.events if event.at <= until]
    after = [event for event in history.events if event.at > until]
    steps = [*before]
    chance.shuffle(steps)
    steps.insert(chance.randint(0, len(steps)), retraction(source, until))
    chance.shuffle(after)
    plain = [
        one
        for event in before
        for one in (alone(event) if event.source.key == source else [event])
    ]  # fmt: skip

    found = await ended(unit, history.rules, [*steps, *after])

    assert found == await ended(unit, history.rules, [*plain, *after])


@pytest.mark.parametrize("number", range(10))
async def test_what_is_given_back_is_as_if_it_had_never_been_taken(unit, number):
    history = History(number)
    chance = random.Random(f"restore {number}")
    source = chance.choice(("crm", "crm", "pos", "web"))
    until = DAY_0 + timedelta(days=chance.randint(1, 4))
    later = until + timedelta(days=2)
    early = [event for event in history.events if event.at <= until]
    late = [event for event in history.events if event.at > until]
    for part in (early, late):
        chance.shuffle(part)
    first, second = sorted(chance.randint(0, len(early)) for _ in range(2))
    third = chance.randint(0, len(late))
    now = later + timedelta(days=9)

    async with undone(unit):
        run = Run(unit, history.rules)
        await run.start()
        await run.take(*early[:first], retraction(source, until))
        one = await run.latest()
        await run.take(*early[first:second], *late[:third])
        while late[third:] and late[third].at <= later:  # whoever retracts has seen what was before
            await run.take(late[third])
            third += 1
        seen_later = [event for event in late[:third] if event.at > later]
        if not seen_later:
            await run.take(retraction(source, later))
            two = await run.latest()
            ids = [one, two]
            chance.shuffle(ids)
            await run.take(*early[second:], *late[third:])
            await run.take(*(restoring(retraction_id, now) for retraction_id in ids))
        else:
            await run.take(*early[second:], *late[third:], restoring(one, now))
        found = await run.state()
        kept = await run.rows(
            "select count(*) from retracted_link union all select count(*) from retracted_mark"
        )

    assert found == await ended(unit, history.rules, history.events)
    assert kept == [(0,), (0,)]


async def test_a_preview_says_what_the_retraction_does_then(unit):
    async with undone(unit):
        run = Run(unit, History(0).rules)
        await run.start()
        await run.take(
            happened(DAY_0, (M0, MAIL), "crm"), happened(DAY_0, (M0, PHONE), "pos"), happened(DAY_0, (M1, BROWSER), "pos")
        )  # fmt: skip
        untouched = await run.state()

        said = await run.preview.retract(1, "pos")
        same = await run.state()
        await run.take(retraction("pos", DAY_0))
        people = await run.rows("select count(distinct profile_id) from node")
        back = await run.preview.restore(1, await run.latest())

    assert untouched == same
    assert (said.links, said.identifiers, said.people_before, said.people_after) == (2, 4, 2, 4)
    assert people == [(4,)]
    assert (back.people_before, back.people_after, back.links) == (4, 2, 2)


async def test_a_name_that_a_retracted_source_said_forbids_nothing(unit):
    events = [
        happened(DAY_0, (PHONE, MAIL), "crm", {"given_name": NAMES[0]}),
        happened(DAY_0, (PHONE, BROWSER), "crm"),
        happened(DAY_0, (BROWSER,), "pos", {"given_name": NAMES[1]}),
    ]
    async with undone(unit):
        run = Run(unit, History(0).rules)
        await run.start()
        await run.take(*events, retraction("crm", DAY_0))

        marks = await run.rows("select count(*) from node where marks::text like '%crm%'")
        await run.take(restoring(await run.latest(), DAY_0))
        given_back = await run.rows("select count(*) from node where marks::text like '%crm%'")

    assert (marks, given_back) == ([(0,)], [(2,)])
