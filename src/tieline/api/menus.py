"""Rich menus: draw them, say who sees them, rank them, and ask which one a person sees and why."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Body, Request
from psycopg import AsyncConnection
from starlette.responses import Response

from tieline.api.body import read_body
from tieline.api.costing import find_account
from tieline.api.doors import Doors
from tieline.api.line_shapes import MenuDrawn, MenuList, MenuOrder, MenuSaved, Resolved
from tieline.api.profiles import load, parse_id
from tieline.api.shape import read_shape
from tieline.deliver.message.rich_menu import check_rich_menu
from tieline.errors import InvalidInputError, NotFoundError
from tieline.menu.drawing import IMAGE_MAX_BYTES, image_problems, image_type
from tieline.menu.rule import Friend, resolve
from tieline.model.identity import MEMBER
from tieline.model.menu import Menu
from tieline.store.postgres.menus import PostgresMenus
from tieline.store.postgres.segments import PostgresSegments

MENUS_MAX = 100
KEY = r"^[a-z0-9_-]{1,32}$"
Json = Annotated[dict[str, Any], Body()]


class NewMenu(msgspec.Struct, forbid_unknown_fields=True):
    """A menu as drawn. Without segment, tag and bound everybody sees it; `by_rule` false makes it a tab."""

    key: Annotated[str, msgspec.Meta(pattern=KEY)]
    menu: dict[str, Any]
    name: Annotated[str, msgspec.Meta(max_length=100)] = ""
    rank: int = 100
    is_default: bool = False
    segment: str | None = None
    tag: str | None = None
    bound: bool | None = None
    by_rule: bool = True
    starts_at: datetime | None = None
    ends_at: datetime | None = None


class Order(msgspec.Struct, forbid_unknown_fields=True):
    """Keys of menus, the one that is asked first at the front."""

    keys: Annotated[list[str], msgspec.Meta(max_length=MENUS_MAX)]


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/line/accounts/{account}/menus."""
    routes = APIRouter(prefix="/api/line/accounts/{account}/menus", tags=["rich menus"])

    @routes.get("", response_model=MenuList)
    async def all_of(request: Request, account: str) -> dict[str, Any]:
        """Return the menus in the order in which their rules are asked, with how many friends have each."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            await find_account(doors, connection, workspace_id, account)
            menus = await PostgresMenus(connection).of((workspace_id, account))
            cursor = await connection.execute(
                "select line_id, count(*) from rich_menu_link where workspace_id = %s and account = %s group by 1",
                (workspace_id, account),
            )
            friends = {str(line_id): int(count) for line_id, count in await cursor.fetchall()}
        shown = [{**_shown(menu), "friends": friends.get(menu.line_id or "", 0)} for menu in menus]
        return {"menus": shown, "as_of": doors.clock.now()}

    @routes.put("/order", response_model=MenuOrder)
    async def order(request: Request, account: str, body: Json) -> dict[str, Any]:
        """Rank menus `{"keys"}`: where two fit, the first is seen."""
        workspace_id = await doors.keys.workspace(request)
        wanted = read_shape(body, Order)
        async with doors.pool.connection() as connection, connection.transaction():
            menus = PostgresMenus(connection)
            known = {menu.key for menu in await menus.of((workspace_id, account))}
            if set(wanted.keys) != known or len(wanted.keys) != len(known):
                raise InvalidInputError(
                    "keys must name every menu of this account once.",
                    field="/keys",
                    way_out=f"The menus are {', '.join(sorted(known)) or 'none'}.",
                )
            await menus.order((workspace_id, account), wanted.keys, doors.clock.now())
        return {"keys": wanted.keys}

    @routes.put("/{key}", response_model=MenuSaved)
    async def save(request: Request, account: str, key: str, body: Json) -> dict[str, Any]:
        """Keep a menu and say who sees it; what LINE would refuse is refused with its place."""
        workspace_id = await doors.keys.workspace(request)
        new = read_shape({**body, "key": key}, NewMenu)
        for found in check_rich_menu(new.menu):
            raise InvalidInputError(found.sentence, field=f"/menu{found.pointer}")
        async with doors.pool.connection() as connection, connection.transaction():
            await find_account(doors, connection, workspace_id, account)
            menus = PostgresMenus(connection)
            known = {menu.key: menu for menu in await menus.of((workspace_id, account))}
            await _check_rule(connection, workspace_id, new, list(known.values()))
            picture, kind = await menus.image(known[key]) if key in known else (b"", "")
            if picture:
                _check_picture(picture, new.menu)
            menu = _menu(workspace_id, account, new, _hash(new.menu, picture), doors.clock.now())
            await menus.put(menu, doors.clock.now())
        return {"key": key, "has_image": bool(kind)}

    _resolving(routes, doors)
    _pictures(routes, doors)
    return routes


def _resolving(routes: APIRouter, doors: Doors) -> None:
    """Add the question which menu a person sees."""

    @routes.get("/resolve/{profile_id}", response_model=Resolved)
    async def resolved(request: Request, account: str, profile_id: str) -> dict[str, Any]:
        """Return which menu a person sees, and of every other one why not."""
        workspace_id = await doors.keys.workspace(request)
        profile = await load(doors, workspace_id, parse_id(profile_id))
        async with doors.pool.connection() as connection:
            menus = await PostgresMenus(connection).of((workspace_id, account))
            given = await PostgresMenus(connection).wished((workspace_id, account), profile.profile_id)
            cursor = await connection.execute(
                "select segment from membership where workspace_id = %s and profile_id = %s",
                (workspace_id, profile.profile_id),
            )
            segments = [str(segment) for (segment,) in await cursor.fetchall()]
        bound = any(namespace == MEMBER for namespace, _ in profile.identifiers)
        friend = Friend(segments, list(profile.tags), bound, given)
        verdicts = resolve(menus, friend, doors.clock.now())
        seen = next((one.key for one in verdicts if one.seen), None)
        if account not in profile.friends:
            seen = next((menu.key for menu in menus if menu.is_default and menu.has_image), None)
        return {
            "sees": seen,
            "friend": account in profile.friends,
            "menus": [one._asdict() for one in verdicts],
            "as_of": doors.clock.now(),
        }


def _pictures(routes: APIRouter, doors: Doors) -> None:
    @routes.put("/{key}/image", response_model=MenuDrawn)
    async def draw(request: Request, account: str, key: str) -> dict[str, Any]:
        """Keep the picture of a menu: a PNG or JPEG of the size that the menu names, as the body."""
        workspace_id = await doors.keys.workspace(request)
        picture = await read_body(request, IMAGE_MAX_BYTES)
        async with doors.pool.connection() as connection, connection.transaction():
            menus = PostgresMenus(connection)
            menu = await menus.find((workspace_id, account), key)
            _check_picture(picture, menu.definition)
            kind = image_type(picture) or ""
            await menus.draw(menu, picture, kind, _hash(menu.definition, picture), doors.clock.now())
        return {"key": key, "bytes": len(picture), "type": kind}

    @routes.get("/{key}/image")
    async def image(request: Request, account: str, key: str) -> Response:
        """Return the picture of a menu."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            menus = PostgresMenus(connection)
            picture, kind = await menus.image(await menus.find((workspace_id, account), key))
        if not picture:
            raise NotFoundError(f"The rich menu {key} has no picture.")
        return Response(picture, media_type=kind)

    @routes.delete("/{key}", status_code=204)
    async def drop(request: Request, account: str, key: str) -> None:
        """Delete a menu; who had it sees the next one that fits."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection, connection.transaction():
            menus = PostgresMenus(connection)
            await menus.drop(await menus.find((workspace_id, account), key), doors.clock.now())


async def _check_rule(
    connection: AsyncConnection, workspace_id: int, new: NewMenu, known: Sequence[Menu]
) -> None:
    others = [menu for menu in known if menu.key != new.key]
    if len(others) >= MENUS_MAX:
        raise InvalidInputError(f"An account may have {MENUS_MAX} rich menus here.", field="/key")
    if new.segment is not None:
        await PostgresSegments(connection).describe(workspace_id, new.segment)
    if new.is_default and any(menu.is_default for menu in others):
        raise InvalidInputError("Another menu is the default already.", field="/is_default")
    if new.starts_at and new.ends_at and new.ends_at <= new.starts_at:
        raise InvalidInputError("ends_at must be after starts_at.", field="/ends_at")
    keys = {menu.key for menu in others} | {new.key}
    for index, area in enumerate(new.menu.get("areas", ())):
        action = area.get("action", {})
        if action.get("type") == "richmenuswitch" and action.get("richMenuAliasId") not in keys:
            raise InvalidInputError(
                f"There is no rich menu {action.get('richMenuAliasId')!r} to switch to.",
                field=f"/menu/areas/{index}/action/richMenuAliasId",
                way_out="Save that menu first; its key is its alias.",
            )


def _check_picture(picture: bytes, definition: Any) -> None:
    for sentence in image_problems(picture, definition):
        raise InvalidInputError(sentence, field="/image")


def _hash(definition: Any, picture: bytes) -> str:
    return hashlib.sha256(msgspec.json.encode(definition, order="deterministic") + picture).hexdigest()[:32]


def _menu(workspace_id: int, account: str, new: NewMenu, content_hash: str, at: datetime) -> Menu:
    return Menu(
        workspace_id, account, new.key, new.name or new.key, new.menu, False, content_hash, new.rank,
        new.is_default, new.segment, new.tag, new.bound, new.by_rule, new.starts_at, new.ends_at, None, None, "",
        at,
    )  # fmt: skip


def _shown(menu: Menu) -> dict[str, Any]:
    names = (
        "key", "name", "definition", "has_image", "rank", "is_default", "segment", "tag", "bound", "by_rule", "starts_at",
        "ends_at", "problem", "updated_at",
    )  # fmt: skip
    at_line = menu.line_id is not None and menu.line_hash == menu.content_hash
    return {**{name: getattr(menu, name) for name in names}, "at_line": at_line}
