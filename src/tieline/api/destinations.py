"""Segments that other systems are kept told of."""

from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Body, Request

from tieline.api.destination_answers import DestinationList, DestinationSaved, DestinationSwitched
from tieline.api.doors import Doors
from tieline.api.segment_counts import compiled
from tieline.api.segments import required_key
from tieline.channel.line.secrets import Vault
from tieline.condition.reads import reads
from tieline.errors import InvalidInputError, NotFoundError
from tieline.store.postgres.destinations import PostgresDestinations
from tieline.store.postgres.segments import PostgresSegments

NAMESPACES = ("member_id", "email", "phone", "line", "pos_card")
Json = Annotated[dict[str, Any], Body()]


def router(doors: Doors, vault: Vault) -> APIRouter:
    """Build the routes under /api/segments/destinations; they stand before those with a bare key."""
    routes = APIRouter(prefix="/api/segments/destinations", tags=["segments"])

    @routes.get("", response_model=DestinationList)
    async def every(request: Request) -> dict[str, Any]:
        """List destinations: whether they are told, what waits, and what is wrong."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            found = await PostgresDestinations(connection).of(workspace_id)
        return {"destinations": found, "as_of": doors.clock.now()}

    @routes.put("/{key}", response_model=DestinationSaved)
    async def put(request: Request, key: str, body: Json) -> dict[str, Any]:
        """Keep another system told of a segment: everybody once, then who enters and leaves.

        `{"segment", "url", "identifiers": ["member_id", ...]}`. Contact data leave the house, so the segment has to ask
        for a consent, and who withdraws it leaves; or `"without_consent"` says why none is needed. The answer holds
        the secret that signs the calls, once; a change keeps the secret, unless `"new_secret": true`.
        """
        workspace_id = await doors.keys.workspace(request)
        required_key({"key": key})
        url, named, renew = _asked(body)
        segment = str(body.get("segment") or "")
        async with doors.pool.connection() as connection, connection.transaction():
            definitions = await PostgresSegments(connection).definitions(workspace_id)
            if segment not in definitions:
                raise NotFoundError(f"There is no segment {segment}.")
            asks = reads(compiled(definitions[segment], definitions)).consents
            reason = str(body.get("without_consent") or "").strip()
            if not asks and not reason:
                raise InvalidInputError(
                    f"The segment {segment} asks for no consent.",
                    field="/segment",
                    way_out="Add a condition on consent, or say in without_consent why none is needed.",
                )
            definition = {"url": url, "identifiers": sorted(set(named)), "without_consent": reason}
            destinations = PostgresDestinations(connection)
            known = any(one["key"] == key for one in await destinations.of(workspace_id))
            secret = "" if known and not renew else f"whsec_{doors.ids.token()}"
            sealed = vault.seal(secret, workspace_id, f"destination:{key}") if secret else None
            await destinations.save(workspace_id, key, segment, definition, sealed, doors.clock.now())
        return {"key": key, "segment": segment, **definition, "secret": secret, "state": "live"}

    @routes.post("/{key}/{action}", response_model=DestinationSwitched)
    async def switch(request: Request, key: str, action: str) -> dict[str, Any]:
        """Pause a destination, or resume it: everybody is told anew."""
        workspace_id = await doors.keys.workspace(request)
        states = {"pause": "paused", "resume": "live"}
        if action not in states:
            raise InvalidInputError(f"{action} is no action.", field="action", way_out="Use pause or resume.")
        async with doors.pool.connection() as connection, connection.transaction():
            await PostgresDestinations(connection).switch(
                workspace_id, key, states[action], doors.clock.now()
            )
        return {"key": key, "state": states[action]}

    @routes.delete("/{key}", response_model=DestinationSwitched)
    async def delete(request: Request, key: str) -> dict[str, Any]:
        """Tell it nothing more."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection, connection.transaction():
            await PostgresDestinations(connection).switch(workspace_id, key, "deleted", doors.clock.now())
        return {"key": key, "state": "deleted"}

    return routes


def _asked(body: dict[str, Any]) -> tuple[str, list[str], bool]:
    """Return where calls go, which identifiers they tell and whether the secret is renewed, or refuse."""
    url, named, renew = str(body.get("url") or ""), body.get("identifiers"), body.get("new_secret", False)
    if urlsplit(url).scheme not in {"https", "http"} or not urlsplit(url).hostname:
        raise InvalidInputError(f"url is {url!r}.", field="/url", way_out="Write https://...")
    if not isinstance(named, list) or not named or not set(named) <= set(NAMESPACES):
        raise InvalidInputError(
            "It is not clear which identifiers are told.",
            field="/identifiers",
            way_out=f"List some of {', '.join(NAMESPACES)}.",
        )
    if not isinstance(renew, bool):
        raise InvalidInputError("new_secret is neither true nor false.", field="/new_secret")
    return url, named, renew
