"""After a backup was restored: erase again whom the ledger of erasures names; look up what is kept of their consents."""

from typing import Any, NamedTuple

from tieline.api.erasure import say
from tieline.connect import ledger
from tieline.errors import InvalidInputError
from tieline.identify.suppress import suppression_of
from tieline.model.erasure import ErasedNode, Suppressed
from tieline.steward.desk import Desk
from tieline.store.postgres.erasure import PostgresErasures
from tieline.store.postgres.workspaces import Workspace

AUTHOR, REASON = "erasure ledger", "applied again after a backup was restored"


class Reapplied(NamedTuple):
    """What the ledger brought.

    Attributes:
        erasures: How many of its erasures the database knew nothing of.
        identifiers: How many of their identifiers it still held.
    """

    erasures: int
    identifiers: int


async def reapply(desk: Desk) -> Reapplied:
    """Refuse everybody whom the ledger names and the database does not, and ask for them to be erased again."""
    path = ledger.path_of(desk.settings.data, desk.settings.erasure_ledger)
    store = PostgresErasures(desk.connection)
    known = await store.known()
    workspace_id, now = desk.workspace.workspace_id, desk.clock.now()
    entries = [
        entry
        for entry in ledger.read(path)
        if entry.workspace_id == workspace_id and (workspace_id, entry.erasure_id) not in known
    ]
    found = await _still_here(store, desk.workspace, entries)
    for entry in entries:
        nodes = found[entry.erasure_id]
        refused = [Suppressed(bytes.fromhex(name), namespace, now) for namespace, name in entry.hashes]
        await store.suppress(workspace_id, refused)
        await store.ask_again(workspace_id, entry.erasure_id, nodes, AUTHOR, REASON, entry.asked_at)
        await say(desk.connection, workspace_id, entry.erasure_id, now)
    return Reapplied(len(entries), sum(map(len, found.values())))


async def proofs(desk: Desk, named: str) -> list[dict[str, Any]]:
    """Return what is kept of the consents of an erased person.

    Args:
        desk: Where.
        named: An identifier of theirs: phone=0912345678.

    Raises:
        InvalidInputError: It is no identifier.
    """
    namespace, _, value = named.partition("=")
    key, region = desk.workspace.identity_key, desk.workspace.country
    name = suppression_of(key, namespace, value, region) if value else None
    if name is None:
        raise InvalidInputError(
            f"{namespace!r} names nobody.", way_out="Write an identifier as phone=0912345678."
        )
    return await PostgresErasures(desk.connection).proofs(desk.workspace.workspace_id, name)


async def _still_here(
    store: PostgresErasures, workspace: Workspace, entries: list[ledger.Entry]
) -> dict[str, list[ErasedNode]]:
    """Return the identifiers of each erasure that the database still holds."""
    erasure_of = {name: entry.erasure_id for entry in entries for _, name in entry.hashes}
    found: dict[str, list[ErasedNode]] = {entry.erasure_id: [] for entry in entries}
    namespaces = sorted({namespace for entry in entries for namespace, _ in entry.hashes})
    async for node in store.nodes_of(workspace.workspace_id, namespaces):
        name = suppression_of(workspace.identity_key, node.namespace, node.value, workspace.country)
        if name is not None and name.hex() in erasure_of:
            found[erasure_of[name.hex()]].append(node)
    return found
