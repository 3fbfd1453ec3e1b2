"""What journeys take from the shelf: catalog items and coupon codes."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from psycopg.types.json import Jsonb

from tieline.api.doors import Doors
from tieline.errors import InvalidInputError

ITEMS_MAX = 10_000
Json = Annotated[dict[str, Any], Body()]


def router(doors: Doors) -> APIRouter:
    """Build /api/catalogs/{catalog} and /api/coupons/{pool}."""
    routes = APIRouter(prefix="/api", tags=["shelf"])

    @routes.put("/catalogs/{catalog}")
    async def put_items(request: Request, catalog: str, body: Json) -> dict[str, Any]:
        """Insert or replace items `{"items": {"SKU": {"name", "price", "stock", ...}}}`."""
        workspace_id = await doors.keys.workspace(request)
        items = body.get("items")
        if not isinstance(items, dict) or len(items) > ITEMS_MAX:
            raise InvalidInputError(f"items must be an object of at most {ITEMS_MAX} items.", field="/items")
        async with doors.pool.connection() as connection, connection.transaction():
            await connection.execute(
                """
                insert into catalog_item (workspace_id, catalog, key, data, updated_at)
                select %s, %s, key, data, %s from unnest(%s::text[], %s::jsonb[]) as new (key, data)
                on conflict (workspace_id, catalog, key) do update set data = excluded.data, updated_at = excluded.updated_at
                """,
                (
                    workspace_id,
                    catalog,
                    doors.clock.now(),
                    list(items),
                    [Jsonb(item) for item in items.values()],
                ),
            )
        return {"catalog": catalog, "items": len(items)}

    @routes.post("/coupons/{pool}", status_code=201)
    async def add_codes(request: Request, pool: str, body: Json) -> dict[str, Any]:
        """Add codes `{"codes": ["A1", ...]}` to a pool; each is given to one person."""
        workspace_id = await doors.keys.workspace(request)
        codes = body.get("codes")
        if not isinstance(codes, list) or not all(isinstance(code, str) and code for code in codes):
            raise InvalidInputError("codes must be a list of texts.", field="/codes")
        async with doors.pool.connection() as connection, connection.transaction():
            cursor = await connection.execute(
                """
                insert into coupon_code (workspace_id, pool, code)
                select %s, %s, unnest(%s::text[]) on conflict do nothing
                """,
                (workspace_id, pool, codes),
            )
        return {"pool": pool, "added": cursor.rowcount}

    return routes
