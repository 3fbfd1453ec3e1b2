"""Find people by whatever somebody types: a name, a number, an address."""

from collections.abc import Sequence
from datetime import datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from tieline.api.doors import Doors
from tieline.api.profiles import Identifier
from tieline.model.identity import LINE, MEMBER
from tieline.model.profile import Profile
from tieline.profile.fold import fold
from tieline.search.words import TYPED_MAX, looked_for, shown
from tieline.store.postgres.facts import PostgresFacts
from tieline.store.postgres.words import PostgresWords

SHOWN_MAX = 50
LOOKED_AT = 200
"""Words looked at for one beginning: a person may have several that begin alike."""


class Search(BaseModel):
    """What somebody typed. It stands in the body, for it is personal and addresses are written into logs."""

    text: str = Field(max_length=TYPED_MAX)
    limit: int = Field(20, ge=1, le=SHOWN_MAX)


class Person(BaseModel):
    """One person, as a line of a list.

    `bound`: a LINE user and a member number belong to this person. `friend_of`: LINE accounts.
    """

    profile_id: str
    name: str
    identifiers: list[Identifier]
    tier: str
    tags: list[str]
    friend_of: list[str]
    bound: bool
    first_seen_at: datetime


class Found(BaseModel):
    """People, the likeliest first; `more` if the text leads to others too."""

    people: list[Person]
    more: bool
    as_of: datetime


def router(doors: Doors) -> APIRouter:
    """Build POST /api/people/search."""
    routes = APIRouter(prefix="/api/people", tags=["people"])

    @routes.post("/search")
    async def search(request: Request, body: Search) -> Found:
        """Return people whose name, phone, e-mail, member number, card or LINE name begins so; a phone also by its end."""
        workspace_id = await doors.keys.workspace(request)
        ids: dict[bytes, None] = {}
        async with doors.pool.connection() as connection:
            words = PostgresWords(connection)
            for beginning in looked_for(body.text):
                ids.update(dict.fromkeys(await words.beginning_with(workspace_id, beginning, LOOKED_AT)))
                if len(ids) > body.limit:
                    break
            people = await read_people(PostgresFacts(connection), workspace_id, list(ids)[: body.limit])
        return Found(people=people, more=len(ids) > body.limit, as_of=doors.clock.now())

    return routes


async def read_people(facts: PostgresFacts, workspace_id: int, ids: Sequence[bytes]) -> list[Person]:
    """Return people as lines of a list, in the order of their ids."""
    stored = await facts.load(workspace_id, ids)
    return [
        person(fold(workspace_id, one, stored.nodes[one], stored.facts.get(one, ()), ()))
        for one in ids
        if one in stored.nodes
    ]


def person(profile: Profile) -> Person:
    """Return a profile as a line of a list."""
    namespaces = {namespace.partition(":")[0] for namespace, _ in profile.identifiers}
    tier = profile.traits.get("tier")
    return Person(
        profile_id=profile.profile_id.hex(),
        name=shown(profile.traits),
        identifiers=[
            Identifier(namespace=namespace, value=value)
            for namespace, value in profile.identifiers
            if namespace != "anonymous_id"
        ][:10],
        tier=str(tier.value) if tier is not None and tier.value is not None else "",
        tags=list(profile.tags[:10]),
        friend_of=list(profile.friends),
        bound={LINE, MEMBER} <= namespaces,
        first_seen_at=profile.first_seen_at,
    )
