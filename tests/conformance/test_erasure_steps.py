"""An erasure is killed before each of its steps, one after the other; whoever goes on afterwards leaves nothing."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from line_brand import PROVIDER, remembering

from tieline.api.erasure import Wish, put
from tieline.app import stages
from tieline.clock import SystemClock
from tieline.connect import ledger
from tieline.identify.doctor import example_of
from tieline.identify.erase import EraseStage
from tieline.identify.rules import RuleBook
from tieline.ids import keyed_hash
from tieline.model.erasure import spellings
from tieline.store.postgres.directory import PostgresDirectory
from tieline.store.postgres.erasure import PostgresErasures
from tieline.store.postgres.identity import PostgresIdentity
from tieline.store.postgres.unit import PostgresUnit
from tieline.store.postgres.workspaces import PostgresWorkspaces
from traces import in_postgres

STEPS_LEAST, STEPS_MOST = 15, 32
"""Fewer, and the test no longer kills what it says it kills; more, and it should be told so."""
HISTORY = (
    "select toString(properties) as said, hex(profile_id) as one, hex(node_id) as other from event "
    "union all select toString(traits), hex(profile_id), '' from profile "
    "union all select '', hex(from_id), hex(node_id) from override"
)


class KilledError(Exception):
    """The process is gone."""


class Countdown:
    """Lets so many steps happen; the next one is the last of its process."""

    def __init__(self, steps):
        self.left = steps

    def step(self):
        self.left -= 1
        if self.left < 0:
            raise KilledError

    def over(self, part):
        return _Counted(part, self)

    def before(self, act):
        def counted(*about):
            self.step()
            return act(*about)

        return counted


class _Counted:
    def __init__(self, part, countdown):
        self._part = part
        self._countdown = countdown

    def __getattr__(self, name):
        act = getattr(self._part, name)

        async def counted(*about):
            self._countdown.step()
            return await act(*about)

        return counted


class Person:
    """Somebody with a member number, a phone, an address and a LINE account."""

    def __init__(self, number):
        self.number = number
        self.member, self.email = f"MEMBER-GONE-{number:04d}", f"gone{number:04d}@brand.example"
        self.phone, self.line = f"+88692233{number:04d}", f"Uc{number:031x}"
        self.shown = example_of("member_id", self.member)
        self.named = [
            ("member_id", self.member), ("phone", self.phone), ("email", self.email), (f"line:{PROVIDER}", self.line),
        ]  # fmt: skip

    def words(self, identity_key):
        hashes = [keyed_hash(key, *pair).hex() for key in (identity_key, b"") for pair in self.named]
        return [self.member, *spellings(self.named), self.shown, *hashes]


@pytest.fixture
async def brand(tmp_path, postgres_url, clickhouse):
    async with remembering(tmp_path, postgres_url, clickhouse) as made:
        async with made.unit.transaction():
            workspaces = PostgresWorkspaces(made.unit.connection)
            _, made.write_key = await workspaces.add_source(
                made.workspace_id, "shop", "server", "衣著", datetime.now(UTC)
            )
            made.identity_key = (await workspaces.find(made.workspace_id)).identity_key
        yield made


def traits_of(person):
    """Return what is said of somebody, in requests of their own and of another."""
    line = {"type": f"line:{PROVIDER}", "id": person.line}
    consent = {
        "purpose": "marketing", "channel": "line", "state": "granted", "method": "form", "notice_version": "7",
    }  # fmt: skip
    return [
        {"type": "identify", "userId": person.member, "traits": {"phone": person.phone, "email": person.email}, "context": {"externalIds": [line]}},
        {"type": "track", "event": "Order Completed", "userId": person.member, "properties": {"order_id": person.member, "note": person.phone}},
        {"type": "track", "event": "consent_updated", "userId": person.member, "properties": consent},
        {"type": "track", "event": "Gift Sent", "userId": "M-OTHER", "properties": {"to": person.email}},
    ]  # fmt: skip


async def fill(brand, url, *people):
    """Leave traces in the databases, in a file of rules and in a log-in with LINE."""
    for person in people:
        answer = await brand.http.post(
            "/v1/batch",
            json={"batch": traits_of(person)},
            auth=(brand.write_key, ""),
            headers={"Authorization": ""},
        )
        assert answer.is_success, answer.text
        await brand.rows(
            """
            insert into identity_rules (workspace_id, version, state, text, rules, report, merges_percent, author, reason, asked_at)
            select %s, coalesce(max(version), 1) + 1, 'retired', %s, %s, %s, 1, 'amy', 'x', now() from identity_rules returning 1
            """,
            brand.workspace_id,
            f'identifiers:\n  phone:\n    limit: 3\n    blocked: ["{person.phone}"]\n  other:\n    limit: 1\n',
            f'{{"table": [{{"namespace": "phone", "blocked": ["{person.phone}"]}}], "other": {{}}}}',
            json.dumps({"merged": 1, "examples": {"merged": [[[person.shown], ["phone +88****99"]]]}}),
        )
        await brand.rows(
            """
            insert into login_visit (visit_hash, workspace_id, account, wish, line_user, join_source, language, user_token, expires_at)
            values (%s, %s, 'main', 'bind', %s, '', 'en', 'sealed', now() + interval '5 minutes') returning 1
            """,
            person.member.encode(), brand.workspace_id, person.line,
        )  # fmt: skip
    await brand.absorb(url)
    await brand.remember(url)


async def ask(brand, person):
    node = keyed_hash(brand.identity_key, "member_id", person.member)
    async with brand.unit.transaction():
        wish = Wish(node.hex(), "amy", "asked for it")
        await put(
            brand.unit.connection, brand.workspace_id, f"er_{person.number}", node, wish, datetime.now(UTC)
        )


async def carry_out(brand, url, steps=10_000):
    """Be a process that carries out erasures until it is killed; say whether it lived to the end."""
    units = [await PostgresUnit.open(url) for _ in range(3)]
    directory = PostgresDirectory(units[0])
    await directory.learn()
    countdown = Countdown(steps)
    stream, beside = units[1:]
    absorb = stages.absorb(brand.settings, url, stream, brand.history, directory, SystemClock())
    stage = EraseStage(
        countdown.over(PostgresErasures(stream.connection)),
        PostgresIdentity(stream.connection),
        directory.identity_keys,
        directory.regions,
        RuleBook(directory.rules),
    )
    absorb = replace(absorb, forgetting=replace(absorb.forgetting, erase=stage))
    erase = stages.erase(brand.settings, beside, brand.history, directory, SystemClock())
    erase = replace(
        erase,
        store=countdown.over(erase.store),
        history=countdown.over(erase.history),
        ledger=countdown.before(erase.ledger),
        files=countdown.before(erase.files),
    )
    try:
        while await absorb.step() or await erase.step():
            pass
    except KilledError:
        return False
    else:
        return True
    finally:
        for unit in units:
            await unit.close()


async def traces(brand, url, person):
    words = person.words(brand.identity_key)
    rows = (await brand.history.query(HISTORY, {})).to_pylist()
    history = [word for row in rows for word in words if word.lower() in str(row).lower()]
    return [*in_postgres(url, words), *history]


@pytest.mark.parametrize(
    "stride", [7, pytest.param(1, marks=pytest.mark.long)], ids=["every-seventh", "every"]
)
async def test_an_erasure_that_is_killed_before_any_step_ends_with_nothing_left(brand, postgres_url, stride):
    people = [Person(number) for number in range(1, STEPS_MOST, stride)]
    await fill(brand, postgres_url, *people)
    for person in people:
        steps = person.number
        if steps == 1:
            assert {one.partition(":")[0] for one in await traces(brand, postgres_url, person)} >= {
                "log.body", "node.value", "identity_rules.text", "identity_rules.rules", "identity_rules.report", "login_visit.line_user",
            }  # fmt: skip
        await ask(brand, person)

        lived = await carry_out(brand, postgres_url, steps)
        await carry_out(brand, postgres_url)

        assert await traces(brand, postgres_url, person) == [], f"killed before step {steps}"
        await brand.remember(postgres_url)  # an erasure waits until history has come as far as the stream
        if lived:
            break
    assert lived
    assert steps > STEPS_LEAST
    rows = await brand.rows("select erasure_id, state from erasure")
    assert {state for _, state in rows} == {"done"}
    noted = ledger.read(ledger.path_of(brand.settings.data, ""))
    assert sorted(one.erasure_id for one in noted) == sorted(name for name, _ in rows)


async def test_what_is_kept_of_a_consent_names_nobody_and_is_found_by_who_knows_the_name(brand, postgres_url):
    person = Person(1)
    await fill(brand, postgres_url, person)
    await ask(brand, person)
    await carry_out(brand, postgres_url)

    kept = await brand.rows(
        "select hash, purpose, channel, granted, method, notice_version, source from consent_proof"
    )
    suppressed = {name for (name,) in await brand.rows("select hash from suppression")}

    ((name, *said_of),) = kept
    assert said_of == ["marketing", "line", True, "form", "7", "shop"]
    assert name in suppressed


async def test_line_is_told_of_an_erased_person_without_their_name(brand, postgres_url):
    person = Person(2)
    await fill(brand, postgres_url, person)
    await ask(brand, person)
    await carry_out(brand, postgres_url)

    ((user, token),) = await brand.rows("select line_user, user_token from deauthorization")

    assert user.startswith("erased:")
    assert token == b"sealed"


async def test_a_process_that_had_not_the_stream_hears_of_an_erasure_that_another_carried_out(
    brand, postgres_url
):
    """What it remembered of the person from before would let them back in."""
    person = Person(3)
    units = [await PostgresUnit.open(postgres_url) for _ in range(2)]
    directory = PostgresDirectory(units[0])
    await fill(brand, postgres_url, person)
    await directory.learn()
    first = stages.absorb(brand.settings, postgres_url, units[1], brand.history, directory, SystemClock())
    for again in (False, True):
        seen = {"type": "track", "event": "Seen", "userId": person.member, "messageId": f"seen-{again}"}
        await brand.http.post(
            "/v1/batch", json={"batch": [seen]}, auth=(brand.write_key, ""), headers={"Authorization": ""}
        )
        while await first.step():
            pass
        await brand.remember(postgres_url)
        if not again:
            await ask(brand, person)
            await carry_out(brand, postgres_url)

    assert await traces(brand, postgres_url, person) == []
    assert ("erased",) in await brand.rows("select reason from dead_letter")
    for unit in units:
        await unit.close()
