"""A workspace of a data folder, opened for one question or one decision."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from psycopg import AsyncConnection

from tieline.app.parts import clock
from tieline.clock import Clock
from tieline.errors import InvalidInputError, NotFoundError
from tieline.folder import database, workspace_named
from tieline.identify.normalize import normalize
from tieline.ids import keyed_hash
from tieline.settings import Settings
from tieline.store.postgres.unit import PostgresUnit
from tieline.store.postgres.workspaces import Workspace

_T = TypeVar("_T")


class Desk(NamedTuple):
    """What a command works with.

    Attributes:
        running: Whether a Tieline runs on the folder, and will carry out what is written into its log.
    """

    unit: PostgresUnit
    workspace: Workspace
    clock: Clock
    settings: Settings
    running: bool

    @property
    def connection(self) -> AsyncConnection:
        """The connection of the moment."""
        return self.unit.connection

    def node_id(self, namespace: str, value: str) -> bytes:
        """Return the node that an identifier is.

        Raises:
            InvalidInputError: It can be nobody's.
        """
        normal = normalize(namespace, value, self.workspace.country)
        if not isinstance(normal, str):
            raise InvalidInputError(f"{value!r} is no {namespace}: {normal.reason}.")
        return keyed_hash(self.workspace.identity_key, namespace, normal)

    async def profile_of(self, named: str) -> bytes:
        """Return the profile of "namespace=value", or of a profile's id in hexadecimal.

        Raises:
            NotFoundError: Nobody has it.
            InvalidInputError: It is neither.
        """
        namespace, is_named, value = named.partition("=")
        try:
            node_id = self.node_id(namespace, value) if is_named else bytes.fromhex(named)
        except ValueError:
            raise InvalidInputError(
                f"{named!r} is no profile id.", way_out="Write an identifier as phone=0912345678."
            ) from None
        cursor = await self.connection.execute(
            "select profile_id from node where workspace_id = %s and node_id = %s",
            (self.workspace.workspace_id, node_id),
        )
        row = await cursor.fetchone()
        if row is None:
            raise NotFoundError("There is no such profile.")
        return bytes(row[0])


def at_desk(
    data: Path, workspace: str, act: Callable[[Desk], Coroutine[Any, Any, _T]], *, snapshot: bool = False
) -> _T:
    """Open a workspace of a data folder, do `act` in a transaction of its own, and return what it returns.

    Args:
        data: The folder.
        workspace: Key of the workspace.
        act: What is done.
        snapshot: All questions see one moment, whatever is written meanwhile.

    Raises:
        NotFoundError: There is no such workspace.
        StartError: The database of the folder cannot be reached.
    """

    async def run(chosen: Settings, url: str, *, running: bool) -> _T:
        unit = await PostgresUnit.open(url)
        try:
            async with unit.transaction():
                if snapshot:
                    await unit.connection.execute("set transaction isolation level repeatable read")
                brand = await workspace_named(unit, workspace)
                return await act(Desk(unit, brand, clock(chosen), chosen, running))
        finally:
            await unit.close()

    with database(data) as (chosen, url, running):
        return asyncio.run(run(chosen, url, running=running))
