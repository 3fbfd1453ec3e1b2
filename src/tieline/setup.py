"""Create a workspace: its sources, its keys and its first user."""

import asyncio
import secrets
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from argon2 import PasswordHasher

from tieline import settings
from tieline.api.keys import key_hash
from tieline.app.parts import clock
from tieline.errors import InvalidInputError
from tieline.serve import FolderLock, postgres_url
from tieline.store.postgres.unit import PostgresUnit
from tieline.store.postgres.workspaces import PostgresWorkspaces

SOURCE_NAMES = {"TW": ("伺服器", "網路商店"), "JP": ("サーバー", "ネットショップ")}
COUNTRY_OF_ZONE = {"Asia/Tokyo": "JP", "Asia/Bangkok": "TH"}


def create_workspace(data: Path, key: str, name: str, time_zone: str, admin_email: str) -> dict[str, str]:
    """Create a workspace in `data`.

    Returns:
        workspace, write_key (a server's source), web_write_key (a browser's), secret_key, admin_email and
        admin_password; none of them is stored in a way that could be shown again, except the write keys.

    Raises:
        InvalidInputError: The time zone does not exist.
        ConflictError: There is a workspace of this key.
        StartError: The engines do not start.
    """
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise InvalidInputError(
            f"{time_zone!r} is no time zone.", way_out="Use an IANA name such as Asia/Taipei."
        ) from None
    chosen = settings.load(data)
    with FolderLock(data):
        url = postgres_url(chosen)
        made = asyncio.run(_create(url, chosen, key, name, time_zone, admin_email))
    (data / "tieline.json").touch()
    return made


async def _create(
    url: str, chosen: settings.Settings, key: str, name: str, time_zone: str, admin_email: str
) -> dict[str, str]:
    now = clock(chosen).now()
    secret_key = f"sk_{secrets.token_urlsafe(24)}"
    password = secrets.token_urlsafe(12)
    unit = await PostgresUnit.open(url)
    try:
        async with unit.transaction():
            workspaces = PostgresWorkspaces(unit.connection)
            country = COUNTRY_OF_ZONE.get(time_zone, "TW")
            workspace_id = await workspaces.create(key, name, time_zone, country, now)
            server, shop = SOURCE_NAMES.get(country, ("Server", "Web shop"))
            _, write_key = await workspaces.add_source(workspace_id, "server", "server", server, now)
            _, web_write_key = await workspaces.add_source(workspace_id, "web", "web", shop, now)
            await workspaces.add_secret_key(workspace_id, "init", key_hash(secret_key), now)
            await workspaces.add_user(
                workspace_id, admin_email, PasswordHasher().hash(password), "owner", now
            )
    finally:
        await unit.close()
    return {
        "workspace": key,
        "write_key": write_key,
        "web_write_key": web_write_key,
        "secret_key": secret_key,
        "admin_email": admin_email,
        "admin_password": password,
    }
