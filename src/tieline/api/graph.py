"""The identity graph around one person: what links them, what was not joined and why, and what a decision would do."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Body, Request
from psycopg import AsyncConnection

from tieline.api.doors import Doors
from tieline.api.identity_ends import named, nodes_of
from tieline.api.identity_rules import rule_book
from tieline.api.profiles import parse_id
from tieline.errors import InvalidInputError, NotFoundError
from tieline.identify.decide import UNDO, Decisions
from tieline.identify.graph import Rejected
from tieline.identify.reason import remedies, sentences
from tieline.identify.rules import Rules
from tieline.identify.settle import Explained
from tieline.model.identity import BLOCK, CUT, JOIN
from tieline.store.postgres.identity import PostgresIdentity
from tieline.store.postgres.retract import PostgresRetractions

Json = Annotated[dict[str, Any], Body()]


class Preview(msgspec.Struct, forbid_unknown_fields=True):
    """A decision that is not made yet: two identifiers, each {"namespace", "value"} or {"node"}."""

    kind: str
    a: dict[str, str]
    b: dict[str, str]


def router(doors: Doors) -> APIRouter:
    """Build GET /api/profiles/{id}/graph and POST /api/identity/preview."""
    routes = APIRouter(tags=["identity"])

    @routes.get("/api/profiles/{profile_id}/graph")
    async def graph(request: Request, profile_id: str) -> dict[str, Any]:
        """Return identifiers and links of a person and of everyone who could be joined, with why they are not."""
        workspace_id = await doors.keys.workspace(request)
        node_id = parse_id(profile_id)
        async with doors.pool.connection() as connection:
            book = await rule_book(connection)
            found = await Decisions(PostgresIdentity(connection), book).explain(workspace_id, node_id)
            aside = await around(connection, workspace_id, found)
        rules = book.of(workspace_id)
        if node_id not in found.resolution.profile_of:
            raise NotFoundError("There is no such profile.")
        return {
            "profile_id": found.resolution.profile_of[node_id].hex(),
            **drawn(found, rules),
            "retracted": aside,
            "as_of": doors.clock.now(),
        }

    @routes.post("/api/identity/preview")
    async def preview(request: Request, body: Json) -> dict[str, Any]:
        """Return who would be one person after a cut, a join or an undo; nothing is changed."""
        workspace_id = await doors.keys.workspace(request)
        try:
            wish = msgspec.convert(body, Preview)
        except msgspec.ValidationError as error:
            raise InvalidInputError(f"{error}.") from None
        if wish.kind not in {CUT, JOIN, UNDO}:
            raise InvalidInputError(f"kind is {wish.kind!r}; it must be cut, join or undo.", field="/kind")
        now = doors.clock.now()
        async with doors.pool.connection() as connection:
            ends = [
                await named(connection, workspace_id, end, place)
                for end, place in ((wish.a, "/a"), (wish.b, "/b"))
            ]
            a, b = await nodes_of(connection, workspace_id, *ends)
            found = await Decisions(PostgresIdentity(connection), await rule_book(connection)).preview(
                workspace_id, wish.kind, a, b, now
            )
        for node_id, place in ((a, "/a"), (b, "/b")):
            if node_id not in found.resolution.profile_of:
                raise NotFoundError("No profile has this identifier.", field=place)
        before = {placed.node.node_id: placed.profile_id for placed in found.zones.placed}
        return {
            "before": _people(found, before),
            "after": _people(found, found.resolution.profile_of),
            "as_of": now,
        }

    return routes


async def around(connection: AsyncConnection, workspace_id: int, found: Explained) -> list[dict[str, Any]]:
    """Return the links of the people of an explanation that a retraction of their source sets aside."""
    ids = [placed.node.node_id for placed in found.zones.placed]
    return await PostgresRetractions(connection).around(workspace_id, ids)


def drawn(found: Explained, rules: Rules) -> dict[str, Any]:
    """Return nodes, links, rejected links with their reason, and decisions, as plain values."""
    return {
        "nodes": [
            {
                "node_id": placed.node.node_id.hex(),
                "namespace": placed.node.namespace,
                "value": placed.node.value,
                "first_at": placed.node.first_at,
                "profile_id": found.resolution.profile_of[placed.node.node_id].hex(),
            }
            for placed in sorted(found.zones.placed, key=lambda one: (one.node.namespace, one.node.value))
        ],
        "links": [
            {
                "a": link.a.hex(),
                "b": link.b.hex(),
                "source": link.source,
                "proof": link.proof.name.lower(),
                "first_at": link.first_at,
                "last_at": link.last_at,
            }
            for link in sorted(found.links, key=lambda one: (one.first_at, one.a, one.b, one.source))
        ],
        "rejected": apart(found, found.resolution.decisions, rules),
        "decisions": [
            {
                "decision_id": one.assertion_id,
                "kind": one.kind,
                "a": one.a.hex(),
                "b": one.b.hex(),
                "author": one.author,
                "reason": one.reason,
                "at": one.at,
                "revoked_at": one.revoked_at,
            }
            for one in sorted(found.zones.assertions, key=lambda one: one.assertion_id)
        ],
    }


def apart(found: Explained, rejected: Iterable[Rejected], rules: Rules) -> list[dict[str, Any]]:
    """Return why pairs are not one person and what would make them one, as plain values."""
    nodes = [placed.node for placed in found.zones.placed]
    ruled_out = {node.node_id for node in nodes if node.value in rules.of(node.namespace).blocked}
    pinned = {one.a for one in found.zones.assertions if one.kind == BLOCK and one.revoked_at is None}
    return [
        {
            "a": one.a.hex(),
            "b": one.b.hex(),
            "reason": one.reason,
            "sentence": sentences(one, rules),
            "accepted_if": list(remedies(one, ruled_out, pinned)),
        }
        for one in rejected
    ]


def _people(found: Explained, profile_of: dict[bytes, bytes]) -> list[dict[str, Any]]:
    names: defaultdict[bytes, list[tuple[str, str]]] = defaultdict(list)
    for placed in found.zones.placed:
        names[profile_of[placed.node.node_id]].append((placed.node.namespace, placed.node.value))
    people = [
        {"profile_id": profile_id.hex(), "identifiers": sorted(held)} for profile_id, held in names.items()
    ]
    return sorted(people, key=lambda one: str(one["identifiers"]))
