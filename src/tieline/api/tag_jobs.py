"""Put a tag on one person or on a hundred thousand at once, and take that back."""

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

from psycopg import AsyncConnection

from tieline.api.doors import Doors
from tieline.collect import own
from tieline.errors import ConflictError, InvalidInputError
from tieline.identify.normalize import normalize
from tieline.ids import ID_BYTES, keyed_hash
from tieline.model.event import TAG_ADDED, TAG_REMOVED
from tieline.model.signal import Said
from tieline.store.postgres.log import PostgresLog
from tieline.store.postgres.tags import PostgresTags
from tieline.store.postgres.workspaces import OWN_SOURCE, PostgresWorkspaces
from tieline.tag import people as named

TOGETHER = 5_000
_OWN = "select source_id from source where workspace_id = %s and key = %s"


class Wish(NamedTuple):
    """What is to be done.

    Attributes:
        action: add or remove.
        how: manual, import, api or list.
    """

    tag: str
    action: str
    how: str
    author: str


class Person(NamedTuple):
    """Somebody who is meant, by one node."""

    node_id: bytes
    profile_id: bytes
    namespace: str
    value: str


async def run(
    doors: Doors,
    connection: AsyncConnection,
    workspace_id: int,
    wish: Wish,
    people: Sequence[Person],
    refused: Sequence[named.Refused] = (),
) -> dict[str, Any]:
    """Change the tag of those who do not have it so yet; return what was done. Commits with the caller's transaction."""
    tags, now = PostgresTags(connection), doors.clock.now()
    job_id = doors.ids.token()
    wanted = wish.action == "add"
    once = {person.profile_id: person for person in people}
    changed: list[Person] = []
    for some in _parts(list(once), TOGETHER):
        words = await tags.words(workspace_id, wish.tag, some)
        changed += [once[one] for one in some if (one in words and words[one].on) is not wanted]
    job = {
        "job_id": job_id,
        "tag": wish.tag,
        "action": wish.action,
        "how": wish.how,
        "author": wish.author,
        "asked": len(people) + len(refused),
        "changed": len(changed),
        "refused": len(refused),
        "report": named.report(refused),
        "at": now,
    }
    await tags.add_job(workspace_id, job, [person.node_id for person in changed])
    name = TAG_ADDED if wanted else TAG_REMOVED
    await _tell(doors, connection, workspace_id, name, changed, job)
    return {**job, "undone_at": None}


async def undo(doors: Doors, connection: AsyncConnection, workspace_id: int, job_id: str) -> dict[str, Any]:
    """Take a job back for everybody about whose tag nothing newer was said.

    Raises:
        NotFoundError: There is no such job.
        ConflictError: It was taken back already.
    """
    tags = PostgresTags(connection)
    job = await tags.job(workspace_id, job_id, locked=True)
    if job["undone_at"] is not None:
        raise ConflictError(f"The job {job_id} was taken back already.")
    back: list[Person] = []
    added = job["action"] == "add"
    for some in _parts(await tags.changed_by(workspace_id, job_id), TOGETHER):
        placed = await tags.placed(workspace_id, some)
        words = await tags.words(workspace_id, job["tag"], sorted({where[0] for where in placed.values()}))
        back += [
            Person(node_id, *where)
            for node_id, where in placed.items()
            if (word := words.get(where[0])) is not None
            and (word.on, word.source, word.at) == (added, OWN_SOURCE, job["at"])
        ]
    name = TAG_REMOVED if added else TAG_ADDED
    now = doors.clock.now()
    await tags.undone(workspace_id, job_id, now)
    await _tell(doors, connection, workspace_id, name, back, {**job, "how": "undo", "at": now})
    return {**job, "undone_at": now, "taken_back": len(back)}


async def people_by(
    connection: AsyncConnection, workspace_id: int, namespace: str, rows: Sequence[named.Row]
) -> tuple[list[Person], list[named.Refused]]:
    """Return the people that identifiers name, and the rows that name nobody."""
    workspace = await PostgresWorkspaces(connection).find(workspace_id)
    node_of = partial(_node, workspace.identity_key, workspace.country, namespace)
    found = named.sort(rows, node_of)
    people, refused = [], list(found.refused)
    seen: set[bytes] = set()
    for some in _parts(list(found.nodes), TOGETHER):
        placed = await PostgresTags(connection).placed(workspace_id, some)
        for node_id in some:
            where = placed.get(node_id)
            if where is None or where[0] in seen:
                reason = named.NOBODY if where is None else named.TWICE
                refused.append(named.Refused(found.nodes[node_id], reason))
            else:
                seen.add(where[0])
                people.append(Person(node_id, *where))
    return people, refused


async def people_in(
    connection: AsyncConnection, workspace_id: int, profile_ids: Sequence[bytes]
) -> list[Person]:
    """Return the people with these profile ids."""
    cursor = await connection.execute(
        """
        select distinct on (profile_id) node_id, profile_id, namespace, value from node
        where workspace_id = %s and profile_id = any(%s) order by profile_id, first_at, node_id
        """,
        (workspace_id, list(profile_ids)),
        binary=True,
    )
    return [Person(bytes(row[0]), bytes(row[1]), row[2], row[3]) for row in await cursor.fetchall()]


async def members_of(connection: AsyncConnection, workspace_id: int, segment: str) -> list[bytes]:
    """Return the members of a segment.

    Raises:
        InvalidInputError: There are too many to be done at once.
    """
    cursor = await connection.execute(
        "select profile_id from membership where workspace_id = %s and segment = %s limit %s",
        (workspace_id, segment, named.PEOPLE_MAX + 1),
        binary=True,
    )
    found = [bytes(profile_id) for (profile_id,) in await cursor.fetchall()]
    if len(found) > named.PEOPLE_MAX:
        raise InvalidInputError(
            f"The segment has more than {named.PEOPLE_MAX} members.",
            field="/people/segment",
            way_out="Use a rule that follows the segment.",
        )
    return found


def profile_ids(said: Any) -> list[bytes]:
    """Read profile ids.

    Raises:
        InvalidInputError: One is none.
    """
    if not isinstance(said, list) or not said or len(said) > named.PEOPLE_MAX:
        raise InvalidInputError(
            "profile_ids is no list of people.", field="/people", way_out=f"Name 1 to {named.PEOPLE_MAX}."
        )
    found = []
    for at, one in enumerate(said):
        try:
            value = bytes.fromhex(one)
        except (ValueError, TypeError):
            value = b""
        if len(value) != ID_BYTES:
            raise InvalidInputError("It is no profile id.", field=f"/people/profile_ids/{at}")
        found.append(value)
    return found


def _node(key: bytes, region: str, namespace: str, value: str) -> bytes | str:
    normal = normalize(namespace, value, region)
    return keyed_hash(key, namespace, normal) if isinstance(normal, str) else normal.reason


async def _tell(
    doors: Doors,
    connection: AsyncConnection,
    workspace_id: int,
    name: str,
    people: Sequence[Person],
    job: dict[str, Any],
) -> None:
    """Write it into the log, last in the transaction: that locks the log until it ends."""
    if not people:
        return
    said = [
        Said(
            workspace_id,
            person.namespace,
            person.value,
            name,
            f"{name}:{job['job_id']}:{person.node_id.hex()}",
            {"tag": job["tag"], "how": job["how"], "job": job["job_id"]},
            job["at"],
        )
        for person in people
    ]
    row = await (await connection.execute(_OWN, (workspace_id, OWN_SOURCE))).fetchone()
    source = {workspace_id: int(row[0])} if row else {}
    await PostgresLog(connection).append(own.rows(said, source, doors.clock.now()))


def _parts(items: Sequence[bytes], size: int) -> list[Sequence[bytes]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
