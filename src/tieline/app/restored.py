"""A database that was restored from a backup knows people who have been erased since: nobody may use it before they are gone."""

from tieline.connect import ledger
from tieline.errors import StartError
from tieline.settings import Settings
from tieline.store.postgres.erasure import PostgresErasures
from tieline.store.postgres.unit import PostgresUnit


async def refuse_older_than_erasures(chosen: Settings, url: str) -> None:
    """Compare the database with the ledger of erasures.

    Raises:
        StartError: The ledger names erasures of which the database knows nothing.
    """
    path = ledger.path_of(chosen.data, chosen.erasure_ledger)
    held = ledger.read(path)
    if not held:
        return
    unit = await PostgresUnit.open(url)
    try:
        async with unit.transaction():
            known = await PostgresErasures(unit.connection).known()
    finally:
        await unit.close()
    unknown = [entry for entry in held if (entry.workspace_id, entry.erasure_id) not in known]
    if unknown:
        raise StartError(
            f"The erasure ledger {path} names {len(unknown)} erasures that this database knows nothing of: it was restored "
            "from a backup that is older.",
            way_out=f"Erase these people again before anybody is served: tieline erasure reapply --data {chosen.data}",
        )
