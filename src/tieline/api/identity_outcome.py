"""What became of a decision: whether the two are one person now, and why not where a join joined nobody."""

from typing import Any

from psycopg import AsyncConnection

from tieline.api.graph import apart
from tieline.api.identity_rules import rule_book
from tieline.identify.decide import Decisions
from tieline.identify.evidence import Obstacle
from tieline.identify.graph import Rejected
from tieline.identify.rules import Rules
from tieline.identify.settle import Explained
from tieline.model.identity import BLOCK, JOIN
from tieline.store.postgres.identity import PostgresIdentity


async def outcome(
    connection: AsyncConnection, workspace_id: int, kind: str, a: bytes, b: bytes
) -> dict[str, Any]:
    """Return `together`, `waiting_for` and `rejected` of a decision that was carried out.

    A decision about an identifier that nobody has sent yet holds from when somebody does.
    """
    book = await rule_book(connection)
    found = await Decisions(PostgresIdentity(connection), book).explain(workspace_id, a, b)
    profile_of, rules = found.resolution.profile_of, book.of(workspace_id)
    waiting_for = [place for node_id, place in ((a, "/a"), (b, "/b")) if node_id not in profile_of]
    together = not waiting_for and profile_of[a] == profile_of[b]
    silent = together or waiting_for or kind != JOIN
    return {
        "together": together,
        "waiting_for": waiting_for,
        "rejected": [] if silent else apart(found, _standing_against(found, a, b, rules), rules),
    }


def _standing_against(found: Explained, a: bytes, b: bytes, rules: Rules) -> list[Rejected]:
    """Return the rejected join of two; one that never became a claim names what is blocked."""
    a, b = min(a, b), max(a, b)
    said = [one for one in found.resolution.decisions if (one.a, one.b) == (a, b)]
    if said:
        return said
    pinned = {one.a for one in found.zones.assertions if one.kind == BLOCK and one.revoked_at is None}
    ends = {placed.node.node_id: placed.node for placed in found.zones.placed}
    bars = tuple(
        Obstacle("blocked", node.namespace, 0, (node.node_id,))
        for node in (ends[a], ends[b])
        if node.node_id in pinned or node.value in rules.of(node.namespace).blocked
    )
    return [Rejected(a, b, bars)] if bars else []
