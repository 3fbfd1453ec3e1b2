"""Whatever rule chose the people, a broadcast of one account reaches friends of that account and nobody else."""

from collections.abc import Iterator
from random import Random
from typing import Any

from mass_desk import Desk

from tieline.condition.match import Person, match
from tieline.condition.parse import parse
from tieline.condition.rewrite import rewrite
from tieline.testing.build import NOON

RULES = 16
LEAVES: tuple[dict[str, Any], ...] = (
    {"line_friend": "main"},
    {"line_friend": "other"},
    {"tag": "vip"},
    {"identified_by": "line"},
)


def rules(chance: Random) -> Iterator[dict[str, Any]]:
    """Make rules of alternatives, the kind that other systems leaked through; never of what everybody must be."""
    while True:
        parts: list[dict[str, Any]] = [chance.choice(LEAVES) for _ in range(chance.randint(1, 3))]
        parts = [{"not": part} if chance.random() < 0.3 else part for part in parts]
        tree: dict[str, Any] = {"any": [{"any": parts}, chance.choice(LEAVES)]}
        yield {"not": tree} if chance.random() < 0.2 else tree


async def people(desk: Desk) -> dict[str, Person]:
    """Let some be friends of the one account, some of the other, some of both; return them by their LINE user."""
    brand = desk.brand
    ours = await brand.befriend(8)
    theirs = await brand.befriend(8, account="other")
    both = ours[:3]
    await brand.rows(
        """
        insert into fact select workspace_id, node_id, 3, 'other', 'line', 'true', now() from node
        where value = any(%s) returning 1
        """,
        both,
    )
    tagged = [*ours[2:5], *theirs[:4]]
    for user in tagged:
        await brand.tag(user, "vip")
    return {
        user: Person(
            tags=frozenset(("vip",) if user in tagged else ()),
            friends=frozenset(
                (*(("main",) if user in ours else ()), *(("other",) if user in (*theirs, *both) else ()))
            ),
            namespaces=frozenset(("line:900",)),
        )
        for user in (*ours, *theirs)
    }


async def test_02_an_or_of_rules_never_brings_a_friend_of_another_account_into_a_broadcast(
    desk: Desk,
) -> None:
    everyone = await people(desk)
    ours = {user for user, person in everyone.items() if "main" in person.friends}
    leaked: set[str] = set()
    for number, rule in zip(range(RULES), rules(Random(2)), strict=False):
        node = rewrite(parse(rule))
        chosen = {user for user, person in everyone.items() if match(node, person, NOON, "Asia/Taipei")}
        key = f"rule-{number}"
        await desk.brand.segment(key)
        await desk.brand.rows(
            "insert into membership select workspace_id, %s, profile_id, now() from node where value = any(%s) returning 1",
            key,
            sorted(chosen),
        )
        await desk.start(key, segment=key)
        await desk.plan()
        await desk.send()
        reached = await desk.brand.rows(
            "select line_user from send where origin = %s and state = 'accepted'", f"broadcast:{key}"
        )
        assert {user for (user,) in reached} == chosen & ours, rule
        leaked |= chosen - ours
    assert leaked, "no rule chose friends of the other account, so nothing was shown"
