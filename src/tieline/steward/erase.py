"""Erase a person from the command line."""

from tieline.api.erasure import Wish, check, put
from tieline.ids import SystemIds
from tieline.profile.fold import fold
from tieline.steward.desk import Desk
from tieline.store.postgres.facts import PostgresFacts


async def ask(desk: Desk, named: str, author: str, reason: str) -> str:
    """Ask for a person to be erased; return how the erasure is called. The stream carries it out.

    Raises:
        NotFoundError: There is no such person.
        InvalidInputError: The reason is empty, or names the person.
    """
    workspace_id, profile_id = desk.workspace.workspace_id, await desk.profile_of(named)
    stored = await PostgresFacts(desk.connection).load(workspace_id, [profile_id])
    profile = fold(workspace_id, profile_id, stored.nodes[profile_id], (), ())
    wish = Wish(profile_id.hex(), author, reason)
    check(profile, wish)
    erasure_id = f"er_{SystemIds().token()}"
    await put(desk.connection, workspace_id, erasure_id, profile_id, wish, desk.clock.now())
    return erasure_id
