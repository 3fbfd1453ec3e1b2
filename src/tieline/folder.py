"""A data folder and its database, whether or not a Tieline runs on it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tieline import settings
from tieline.errors import NotFoundError, StartError
from tieline.serve import FolderLock, postgres_url
from tieline.store.postgres import engine
from tieline.store.postgres.unit import PostgresUnit
from tieline.store.postgres.workspaces import PostgresWorkspaces, Workspace


@contextmanager
def database(data: Path) -> Iterator[tuple[settings.Settings, str, bool]]:
    """Yield the settings, the database's address and whether a Tieline runs; a database started here stops again.

    Raises:
        StartError: The folder holds no Tieline, or its database cannot be reached.
    """
    chosen = settings.load(data)
    if not (data / "tieline.json").exists() and not chosen.postgres_url:
        raise StartError(f"{data} holds no Tieline.", way_out=f"Create one with: tieline init --data {data}")
    with ExitStack() as stack:
        try:
            stack.enter_context(FolderLock(data))
        except StartError:
            yield chosen, chosen.postgres_url or engine.start_embedded(data / "postgres"), True
            return
        url = postgres_url(chosen)
        if not chosen.postgres_url:
            stack.callback(engine.stop_embedded, data / "postgres")
        yield chosen, url, False


async def workspace_named(unit: PostgresUnit, key: str) -> Workspace:
    """Return the workspace of this key.

    Raises:
        NotFoundError: There is none.
    """
    for found in await PostgresWorkspaces(unit.connection).all():
        if found.key == key:
            return found
    raise NotFoundError(f"There is no workspace {key}.", way_out="Name it with --workspace.")
