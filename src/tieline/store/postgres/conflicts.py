"""Accounts that are proven for two people at once, in PostgreSQL."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from psycopg import AsyncConnection

from tieline.model.event import Proof

SHOWN_MAX = 100
# Zones that are several people, then the accounts in them, then who was proven to have each of these.
_OPEN = """
with divided as (
    select distinct zone_id from node where workspace_id = %(workspace)s and profile_id <> zone_id
), account as (
    select node_id, namespace, value, profile_id from node join divided using (zone_id)
    where workspace_id = %(workspace)s
      and (namespace = any(%(accounts)s) or split_part(namespace, ':', 1) = any(%(accounts)s))
      and (%(node)s::bytea is null or node_id = %(node)s)
), claim as (
    select account.node_id as account, link.b as owner, link.source, link.first_at, link.last_at
    from account join link on link.workspace_id = %(workspace)s and link.a = account.node_id
    where link.proof = %(proven)s
    union all
    select account.node_id, link.a, link.source, link.first_at, link.last_at
    from account join link on link.workspace_id = %(workspace)s and link.b = account.node_id
    where link.proof = %(proven)s
), standing as (
    select account, owner, min(first_at) as first_at, max(last_at) as last_at, array_agg(distinct source order by source) as sources
    from claim
    where not exists (
        select from assertion d where d.workspace_id = %(workspace)s and d.revoked_at is null and d.kind = 'cut'
          and ((d.a = account and d.b = owner) or (d.b = account and d.a = owner)))
    group by account, owner
)
select account.node_id, account.namespace, account.value, account.profile_id,
       owner.node_id, owner.namespace, owner.value, owner.profile_id, standing.sources, standing.first_at, standing.last_at
from standing
join account on account.node_id = standing.account
join node as owner on owner.workspace_id = %(workspace)s and owner.node_id = standing.owner
where owner.namespace = any(%(owners)s)
order by account.node_id, standing.first_at, owner.node_id
"""


class Owner(NamedTuple):
    """Somebody for whom an account is proven.

    Attributes:
        sources: Who proves it.
        holds: The account stands in their profile now.
    """

    node_id: bytes
    namespace: str
    value: str
    profile_id: bytes
    sources: list[str]
    first_at: Any
    last_at: Any
    holds: bool


class Conflict(NamedTuple):
    """An account and everybody for whom it is proven, the earliest first."""

    node_id: bytes
    namespace: str
    value: str
    owners: list[Owner]


class PostgresConflicts:
    """Conflicts that no person has decided yet."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def open(
        self, workspace_id: int, accounts: Sequence[str], owners: Sequence[str], node_id: bytes | None = None
    ) -> Sequence[Conflict]:
        """Return accounts that are proven for two people of whom a profile holds one.

        Args:
            workspace_id: Whose.
            accounts: Namespaces of what a newer one of the same person replaces, as with LINE.
            owners: Namespaces of which a person has one.
            node_id: The account to look at alone; None is all.
        """
        cursor = await self._connection.execute(
            _OPEN,
            {
                "workspace": workspace_id, "accounts": list(accounts), "owners": list(owners),
                "proven": int(Proof.VERIFIED), "node": node_id,
            },
            binary=True,
        )  # fmt: skip
        found: dict[bytes, Conflict] = {}
        for row in await cursor.fetchall():
            (account, namespace, value, holder), owner = row[:4], row[4:]
            conflict = found.setdefault(bytes(account), Conflict(bytes(account), namespace, value, []))
            conflict.owners.append(Owner._make((*owner, owner[3] == holder)))
        # Of one person an account may be proven by two names; only two people are a conflict.
        return [
            one
            for one in found.values()
            if len({(owner.namespace, owner.profile_id) for owner in one.owners})
            > len({owner.namespace for owner in one.owners})
        ]
