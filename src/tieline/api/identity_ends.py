"""The two ends of a decision about who is who: named by namespace and value, or by the node that the graph shows."""

from collections.abc import Mapping

from psycopg import AsyncConnection

from tieline.errors import InvalidInputError, NotFoundError
from tieline.identify.normalize import normalize
from tieline.ids import keyed_hash
from tieline.store.postgres.workspaces import PostgresWorkspaces


async def named(
    connection: AsyncConnection, workspace_id: int, end: Mapping[str, str], place: str
) -> dict[str, str]:
    """Return an end as namespace and value; whoever sees masked values names the node instead.

    Raises:
        InvalidInputError: It is named in both ways, in none, or not whole.
        NotFoundError: The workspace has no such node.
    """
    if set(end) == {"namespace", "value"}:
        return dict(end)
    if set(end) != {"node"}:
        raise InvalidInputError(
            "An identifier is named by its node, or by namespace and value.",
            field=place,
            way_out='Give {"node"} as the graph shows it, or {"namespace", "value"}; not both.',
        )
    try:
        node_id = bytes.fromhex(end["node"])
    except ValueError:
        raise InvalidInputError(
            "This is no node id.", field=f"{place}/node", way_out="Take node_id of the graph of a profile."
        ) from None
    cursor = await connection.execute(
        "select namespace, value from node where workspace_id = %s and node_id = %s", (workspace_id, node_id)
    )
    row = await cursor.fetchone()
    if row is None:
        raise NotFoundError("There is no such identifier.", field=f"{place}/node")
    return {"namespace": row[0], "value": row[1]}


async def nodes_of(
    connection: AsyncConnection, workspace_id: int, a: Mapping[str, str], b: Mapping[str, str]
) -> tuple[bytes, bytes]:
    """Return the nodes of two ends that are named by value, whether anybody has sent them yet or not.

    Raises:
        InvalidInputError: A value names nobody, or both are the same identifier.
    """
    workspace = await PostgresWorkspaces(connection).find(workspace_id)
    found = []
    for end, place in ((a, "/a"), (b, "/b")):
        namespace, value = end["namespace"], end["value"]
        normal = normalize(namespace, value, workspace.country)
        if not isinstance(normal, str):
            raise InvalidInputError(f"{value!r} is no {namespace}: {normal.reason}.", field=place)
        found.append(keyed_hash(workspace.identity_key, namespace, normal))
    if found[0] == found[1]:
        raise InvalidInputError("A decision is about two different identifiers.", field="/b")
    return found[0], found[1]
