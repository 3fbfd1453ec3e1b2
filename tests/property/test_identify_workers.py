"""However many workers share the events, and whoever dies on the way, all end where one worker alone does.

Each worker is a connection of its own; between any two of its questions to the database the others go on, some questions
are the last of their process, and what was committed may be brought again. Before each batch a worker forgets what it
remembered, as a stream does that finds itself elsewhere than it left (`pipeline.Absorb`).
"""

import asyncio
import random
from datetime import timedelta
from types import SimpleNamespace
from unittest.mock import AsyncMock

import pytest
from identify_histories import History
from identify_worlds import DAY_0, KEY, name
from msgspec.structs import replace
from test_identify_history import Run, batches

from tieline.identify.decide import Decisions
from tieline.identify.evidence import day
from tieline.identify.rules import RuleBook
from tieline.identify.stage import IdentifyStage
from tieline.model.identity import Assertion
from tieline.store.postgres.identity import PostgresIdentity
from tieline.store.postgres.unit import PostgresUnit

WORKERS_MAX = 4
DIES, COMES_AGAIN, PAUSE_SECONDS = 0.03, 0.1, 0.002
HISTORIES = range(100, 108)
CONTROLS_MAX = 40
TABLES = "node, link, assertion, identity_change, identity_epoch"


class DiedError(Exception):
    """The process is gone, and with it what it had not committed."""


class Unsteady:
    """A store that takes its time, so that others come between, and whose process may die at any question."""

    def __init__(self, store, chance):
        self._store = store
        self._chance = chance

    def __getattr__(self, asked):
        answer = getattr(self._store, asked)

        async def slowly(*about):
            await asyncio.sleep(self._chance.random() * PAUSE_SECONDS)
            if self._chance.random() < DIES:
                raise DiedError
            return await answer(*about)

        return slowly


class Crew:
    """Workers over one database."""

    def __init__(self, units):
        self.units = units

    async def live(self, history, workers):
        """Let them live a history from nothing; return the errors that were nobody's death."""
        chance = random.Random(f"{history.number} workers")
        unit = self.units[0]
        async with unit.transaction():
            await unit.connection.execute(f"truncate {TABLES} restart identity")
            await unit.connection.execute(
                "insert into workspace (workspace_id, key, name, time_zone, country, identity_key, created_at) "
                "overriding system value values (1, 'w', 'w', 'UTC', 'TW', %s, now()) on conflict do nothing",
                (KEY,),
            )
            if history.aged_at is not None:
                await PostgresIdentity(unit.connection).age(1, history.aged_at)
        shares = [[] for _ in range(workers)]
        events = [*history.events, *chance.sample(history.events, len(history.events) // 3)]
        chance.shuffle(events)
        for part in batches(events, [chance.randint(1, 3) for _ in events]):
            shares[chance.randrange(workers)].append(part)
        for decision in history.decisions:
            share = chance.choice(shares)
            share.insert(chance.randint(0, len(share)), replace(decision, author="ann", reason="seen"))
        said = await asyncio.gather(
            *(
                work(unit, history.rules, share, random.Random(f"{history.number} {number}"))
                for number, (unit, share) in enumerate(zip(self.units, shares, strict=False))
            ),
            return_exceptions=True,
        )
        return [one for one in said if one is not None]

    async def signature(self, history):
        """Return where everybody stands and what links them."""
        named = {name(identifier) for event in history.events for identifier in event.identifiers}
        async with self.units[0].transaction():
            store = PostgresIdentity(self.units[0].connection)
            return signed(await store.nodes(1, sorted(named)), await store.touching(1, sorted(named)))


def signed(placed, links):
    return (
        {one.node.node_id: one for one in placed},
        {
            (one.a, one.b, one.source, one.proof): replace(one, last_at=DAY_0 + timedelta(day(one.last_at)))
            for one in links
        },
    )


async def work(unit, rules, share, chance):
    store, book = Unsteady(PostgresIdentity(unit.connection), chance), RuleBook(default=rules)
    stage, decisions = IdentifyStage(store, {1: KEY}, {}, rules=book), Decisions(store, book)
    for part in share:
        done = False
        while not done:
            stage.forget()
            try:
                async with unit.transaction():
                    if isinstance(part, Assertion):
                        await decisions.decide(1, part)
                    else:
                        await stage.process(part)
            except DiedError:
                continue
            done = isinstance(part, Assertion) or chance.random() >= COMES_AGAIN


def alone(history):
    run = Run(history.rules, None, history.aged_at)
    for event in history.events:
        run.take([event])
    for decision in history.decisions:
        run.decide(decision)
    return signed(run.store.everyone(1), run.store.linked.values())


@pytest.fixture
async def crew(unit, postgres_url):
    units = [unit, *[await PostgresUnit.open(postgres_url) for _ in range(WORKERS_MAX - 1)]]
    yield Crew(units)
    for one in units[1:]:
        await one.close()


async def test_workers_that_meet_and_die_end_where_one_alone_does(crew):
    for number in HISTORIES:
        history = History(number)

        assert await crew.live(history, 2 + number % (WORKERS_MAX - 1)) == []

        assert await crew.signature(history) == alone(history), number


async def test_without_the_lock_workers_go_wrong(crew, monkeypatch):
    monkeypatch.setattr(PostgresIdentity, "lock", AsyncMock(return_value=SimpleNamespace(last=0, now=0)))
    for number in range(CONTROLS_MAX):
        history = History(number)
        errors = await crew.live(history, WORKERS_MAX)
        if errors or await crew.signature(history) != alone(history):
            return
    pytest.fail("nothing shows that the lock is needed")
