"""What a narrowcast names, as it stands now: audiences of ours, audiences at LINE, earlier narrowcasts."""

from datetime import datetime, timedelta

from psycopg import AsyncConnection

from tieline.model.narrowcast import Again, Found, Known, Leaf, Made, Tree, leaves
from tieline.store.postgres.cost import CONSENTING
from tieline.store.postgres.standing import HASHED, UNHASHED

MARKETING = "marketing"
AGAIN_FOR = timedelta(days=14)
"""LINE knows for so long who got a narrowcast."""
# Who was erased is no longer among the members; who withdrew is, without a consent. Both are still in LINE's audience.
# Nothing leads from the value of a node to the node, so all are read, once: a loop would do it for each member.
_AUDIENCE = f"""
    with consenting as materialized ({CONSENTING}),
    member as materialized (
        select line_user from line_audience_member
        where workspace_id = %(workspace)s and account = %(account)s and audience = %(key)s
    ),
    agreed as materialized (
        select distinct line_user from member
        join node on node.workspace_id = %(workspace)s and node.value = line_user
                 and (node.namespace = 'line' or node.namespace like 'line:%%')
        join consenting using (profile_id)
    )
    select audience_id, state, people, expires_at, purpose, people - (select count(*) from agreed)
    from line_audience where workspace_id = %(workspace)s and account = %(account)s and key = %(key)s
"""


async def known(
    connection: AsyncConnection, workspace_id: int, account: str, tree: Tree | None, now: datetime
) -> dict[Leaf, Known]:
    """Return what is known of each leaf of a tree."""
    found: dict[Leaf, Known] = {}
    for leaf in set(leaves(tree)):
        if isinstance(leaf, Found):
            found[leaf] = Known(str(leaf.number), leaf.people)
        elif isinstance(leaf, Made):
            found[leaf] = await _made(connection, workspace_id, account, leaf.key, now)
        else:
            found[leaf] = await _again(connection, workspace_id, account, leaf, now)
    return found


async def _made(
    connection: AsyncConnection, workspace_id: int, account: str, key: str, now: datetime
) -> Known:
    async with connection.transaction():
        await connection.execute(HASHED)
        cursor = await connection.execute(
            _AUDIENCE, {"workspace": workspace_id, "account": account, "key": key, "purpose": MARKETING}
        )
        row = await cursor.fetchone()
        await connection.execute(UNHASHED)
    if row is None:
        return Known("", 0, "audience_unknown")
    number, state, people, expires_at, purpose, gone = row
    problem = "audience_failed" if state == "failed" else "" if state == "ready" else "audience_not_ready"
    if state == "expired" or expires_at <= now:
        problem = "audience_expired"
    return Known(str(number or ""), int(people), problem, purpose == MARKETING, max(0, int(gone)))


async def _again(
    connection: AsyncConnection, workspace_id: int, account: str, leaf: Again, now: datetime
) -> Known:
    cursor = await connection.execute(
        """
        select request_id, coalesce(success, 0), state = 'succeeded' and accepted_at > %s from narrowcast
        where workspace_id = %s and account = %s and key = %s
        """,
        (now - AGAIN_FOR, workspace_id, account, leaf.key),
    )
    row = await cursor.fetchone()
    if row is None:
        return Known("", 0, "narrowcast_unknown")
    request_id, people, usable = row
    return Known(request_id, int(people), "" if usable else "narrowcast_not_repeatable")
