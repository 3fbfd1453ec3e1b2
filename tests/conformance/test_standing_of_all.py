"""Looked at together or one by one, the same people may be written to, at the same LINE users."""

import random
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from send_outbox import START, WORKSPACE, fill, name

from tieline.deliver import policy
from tieline.store.postgres import standing
from tieline.store.postgres.deliver import PostgresSends
from tieline.store.postgres.unit import PostgresUnit

PEOPLE = 300
NAMESPACES = ("line", "line:900", "line:900", "email", "phone")


def one_of_many(dice: random.Random, person: int) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Return the rows of one person: identifiers, friendships told by several sources, consents of every kind."""
    profile = name(f"p{person} 0")
    for number in range(dice.choice((1, 1, 2, 3))):
        node, namespace = name(f"p{person} {number}"), dice.choice(NAMESPACES)
        user = f"U{dice.choice((person, person, 7)):032x}" if dice.random() < 0.95 else "Unot-a-user"
        value = user if namespace.startswith("line") else f"{namespace} {person} {number}"
        yield (
            (
                "insert into node (workspace_id, node_id, namespace, value, first_at, zone_id, profile_id, core)"
                " values (1, %s, %s, %s, %s, %s, %s, %s)"
            ),
            (node, namespace, value, START, profile, profile, dice.random() < 0.9),
        )
        for source in ("line", "import"):
            if dice.random() < 0.6:
                said = dice.choice(("true", "true", "false", "null"))
                at = START + timedelta(seconds=dice.randrange(3))
                account = dice.choice(("brand", "brand", "other"))
                yield "insert into fact values (1, %s, 3, %s, %s, %s, %s)", (node, account, source, said, at)
        for _ in range(dice.choice((0, 1, 2, 3))):
            method = dice.choice(("form", "form", "import", "import", "import_undone"))
            at = START + timedelta(seconds=dice.randrange(3))
            granted = method != "import_undone" and dice.random() < 0.7
            key = dice.randbytes(8)
            yield (
                ("insert into consent_event (workspace_id, node_id, purpose, channel, granted, method, notice_version, evidence,"
                " source, event_key, at, received_at) values (1, %s, %s, 'line', %s, %s, '', '{}', %s, %s, %s, %s)"),
                (node, dice.choice(("marketing", "marketing", "service")), granted, method, dice.choice("ab"), key, at, at),
            )  # fmt: skip


@pytest.mark.parametrize("purpose", ["marketing", "transactional"])
@pytest.mark.parametrize("seed", range(4))
async def test_together_the_same_people_stand_as_one_by_one(
    postgres_url: str, seed: int, purpose: str
) -> None:
    dice = random.Random(seed)
    with psycopg.connect(postgres_url) as admin:
        fill(admin)
        admin.execute("truncate node")
        for person in range(PEOPLE):
            for statement, bound in one_of_many(dice, person):
                admin.execute(statement, bound)
    unit = await PostgresUnit.open(postgres_url)
    everybody = [name(f"p{person} 0") for person in range(PEOPLE)]
    async with unit.transaction():
        asked = await PostgresSends(unit.connection).standing(WORKSPACE, everybody)
        free = purpose == "transactional"
        cursor = await unit.connection.execute(
            f"with {standing.of_all(free=free)} select person, line_user from stands",
            {"workspace": WORKSPACE, "account": "brand", "purpose": purpose},
        )
        together = {bytes(person): user for person, user in await cursor.fetchall()}
    await unit.close()

    may = {
        person: found.friends["brand"][0]
        for person, found in asked.items()
        if not policy.refusal(
            account="brand", purpose=purpose, standing=found, line_user=None, expires_at=None, now=START
        )
    }
    users = list(may.values())
    alone = {person: user for person, user in may.items() if users.count(user) == 1 and user != "Unot-a-user"}
    assert together == alone
    assert 10 < len(together) < len(may) < PEOPLE
