"""What nodes are called."""

from collections.abc import Sequence

from psycopg import AsyncConnection


async def identifiers_of(
    connection: AsyncConnection, workspace_id: int, node_ids: Sequence[bytes]
) -> dict[bytes, tuple[str, str]]:
    """Return namespace and value of nodes; one that is not there is left out."""
    cursor = await connection.execute(
        "select node_id, namespace, value from node where workspace_id = %s and node_id = any(%s)",
        (workspace_id, list(node_ids)),
        binary=True,
    )
    return {bytes(node_id): (namespace, value) for node_id, namespace, value in await cursor.fetchall()}
