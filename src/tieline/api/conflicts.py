"""Accounts that are proven for two people at once: a person says whose each is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Body, Request
from pydantic import BaseModel

from tieline.api.doors import Doors
from tieline.api.identity import Decision, absorbed, say
from tieline.api.identity_rules import rule_book
from tieline.api.profiles import parse_id
from tieline.api.shape import read_shape
from tieline.errors import InvalidInputError, NotFoundError
from tieline.identify.doctor import masked
from tieline.model.identity import CUT
from tieline.store.postgres.conflicts import SHOWN_MAX, Conflict, PostgresConflicts

Json = Annotated[dict[str, Any], Body()]


class Verdict(msgspec.Struct, forbid_unknown_fields=True):
    """Whose an account is: `keep` is the node of one of its owners, "" is nobody of them."""

    keep: str
    author: str
    reason: str


class Claimant(BaseModel):
    """Somebody for whom the account is proven. `holds`: it stands in their profile now."""

    node: str
    namespace: str
    value: str
    profile_id: str
    sources: list[str]
    first_at: datetime
    last_at: datetime
    holds: bool


class Contested(BaseModel):
    """An account that is proven for several people, the earliest first; its value is masked."""

    node: str
    namespace: str
    value: str
    owners: list[Claimant]


class Conflicts(BaseModel):
    """What waits for a word. `more`: there are more than are shown."""

    conflicts: list[Contested]
    more: bool
    as_of: datetime


class Settled(BaseModel):
    """What was decided: the node of the account, and how many people it was cut from."""

    node: str
    cut_from: int
    as_of: datetime


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/identity/conflicts."""
    routes = APIRouter(prefix="/api/identity/conflicts", tags=["identity"])

    @routes.get("")
    async def listed(request: Request) -> Conflicts:
        """Return the LINE accounts that are proven for two members at once, with who proves what."""
        found = await _open(doors, await doors.keys.workspace(request))
        return Conflicts(
            conflicts=[_shown(one) for one in found[:SHOWN_MAX]],
            more=len(found) > SHOWN_MAX,
            as_of=doors.clock.now(),
        )

    @routes.post("/{node}")
    async def decide(request: Request, node: str, body: Json) -> Settled:
        """Say whose an account is: it is cut from everybody else. Each cut can be undone in the graph."""
        workspace_id = await doors.keys.workspace(request)
        verdict = read_shape(body, Verdict)
        for field, what in (("author", "who decides"), ("reason", "why; it stands in the graph")):
            if not getattr(verdict, field).strip():
                raise InvalidInputError(f"{field} is missing; say {what}.", field=f"/{field}")
        found = await _open(doors, workspace_id, parse_id(node))
        if not found:
            raise NotFoundError("No conflict about this identifier is open.", way_out="List the conflicts.")
        conflict = found[0]
        if verdict.keep and verdict.keep not in {one.node_id.hex() for one in conflict.owners}:
            raise InvalidInputError(
                "keep is nobody for whom this account is proven.",
                field="/keep",
                way_out="Take the node of one of the owners, or an empty text for none of them.",
            )
        ends = [one for one in conflict.owners if one.node_id.hex() != verdict.keep]
        account = {"namespace": conflict.namespace, "value": conflict.value}
        offset = 0
        for one in ends:
            owner = {"namespace": one.namespace, "value": one.value}
            decision = Decision(account, owner, verdict.author, verdict.reason)
            offset = await say(doors, workspace_id, CUT, decision)
        await absorbed(doors, offset)
        return Settled(node=node, cut_from=len(ends), as_of=doors.clock.now())

    return routes


async def _open(doors: Doors, workspace_id: int, node_id: bytes | None = None) -> Sequence[Conflict]:
    async with doors.pool.connection() as connection:
        rules = (await rule_book(connection)).of(workspace_id)
        return await PostgresConflicts(connection).open(
            workspace_id, rules.replaced_accounts, rules.single_owners, node_id
        )


def _shown(conflict: Conflict) -> Contested:
    return Contested(
        node=conflict.node_id.hex(),
        namespace=conflict.namespace,
        value=masked(conflict.value),
        owners=[
            Claimant(
                node=one.node_id.hex(),
                namespace=one.namespace,
                value=one.value,
                profile_id=one.profile_id.hex(),
                sources=one.sources,
                first_at=one.first_at,
                last_at=one.last_at,
                holds=one.holds,
            )
            for one in conflict.owners
        ],
    )
