"""Take back what a source said, or give it back, from the command line; see before what that changes."""

from collections.abc import Iterator
from typing import Any

from tieline.api.retractions import (
    SHOWN_MAX,
    Change,
    Question,
    Wish,
    Word,
    foreseen,
    put,
    take_back,
    told,
)
from tieline.steward.desk import Desk
from tieline.store.postgres.retract import PostgresRetractions


async def preview(desk: Desk, source: str = "", retraction: int = 0) -> Change:
    """Return what retracting a source would change, or taking a retraction back."""
    found = await foreseen(desk.connection, desk.workspace.workspace_id, Question(source, retraction))
    return told(found, desk.clock.now())


async def retract(desk: Desk, source: str, author: str, reason: str) -> None:
    """Ask for a source to count for nothing. The stream carries it out."""
    await put(desk.connection, desk.workspace.workspace_id, Wish(source, author, reason), desk)


async def restore(desk: Desk, retraction: int, author: str, reason: str) -> None:
    """Ask for a retraction to be taken back. The stream carries it out."""
    await take_back(desk.connection, desk.workspace.workspace_id, retraction, Word(author, reason), desk)


async def listed(desk: Desk) -> list[dict[str, Any]]:
    """Return the retractions, newest first."""
    return await PostgresRetractions(desk.connection).shown(desk.workspace.workspace_id, SHOWN_MAX)


def lines(change: Change) -> Iterator[str]:
    """Yield what would change, for people."""
    yield f"{change.links} links of {change.identifiers} identifiers."
    if change.looked_at < change.identifiers:
        yield f"Looked at {change.looked_at} of them:"
    yield f"{change.people_before} people would be {change.people_after}; {change.moved} identifiers would move."
    for group in change.examples:
        for word, people in (("now", group.before), ("then", group.after)):
            names = " | ".join(
                ", ".join(f"{namespace} {value}" for namespace, value in one.identifiers) for one in people
            )
            yield f"  {word}: {names}"
