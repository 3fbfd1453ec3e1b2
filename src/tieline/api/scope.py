"""The scope of a question to history that an API asks."""

from datetime import datetime

from tieline.api.doors import Doors
from tieline.condition import sql
from tieline.store.clickhouse.written import SOME_MOVED


async def about_everybody(
    doors: Doors, workspace_id: int, now: datetime, time_zone: str = "Asia/Taipei"
) -> sql.Scope:
    """Return a scope that looks up whom events belong to only where somebody moved since they were written."""
    (moved,) = (await doors.history.query(SOME_MOVED, {"workspace": workspace_id})).to_pylist()
    return sql.Scope(workspace_id, now, time_zone, overrides=bool(moved["some"]))
