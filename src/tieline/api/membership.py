"""Whether a member number and a phone belong to one person: what somebody must know before a code is sent."""

from psycopg import AsyncConnection

from tieline.identify.normalize import normalize
from tieline.ids import keyed_hash
from tieline.model.identity import MEMBER, PHONE
from tieline.store.postgres.workspaces import PostgresWorkspaces


async def member_and_phone(
    connection: AsyncConnection, workspace_id: int, member_id: str, phone: str
) -> tuple[str, str] | None:
    """Return both, normalised, if one profile holds them; an empty member number stays empty and needs no profile.

    None says nothing of what is wrong: a page must look the same to whoever guesses numbers.
    """
    workspace = await PostgresWorkspaces(connection).find(workspace_id)
    number = normalize(PHONE, phone, workspace.country)
    if not isinstance(number, str):
        return None
    if not member_id.strip():
        return "", number
    member = normalize(MEMBER, member_id, workspace.country)
    if not isinstance(member, str):
        return None
    key = workspace.identity_key
    cursor = await connection.execute(
        "select count(distinct profile_id), count(*) from node where workspace_id = %s and node_id = any(%s)",
        (workspace_id, [keyed_hash(key, MEMBER, member), keyed_hash(key, PHONE, number)]),
    )
    row = await cursor.fetchone()
    return (member, number) if row is not None and (int(row[0]), int(row[1])) == (1, 2) else None
