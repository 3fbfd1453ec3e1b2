"""LINE's own coupons of an account: made, looked at and closed at LINE, which alone keeps them; sent by their id.

LINE tells nobody who took or used one. Codes that are each person's own, and counted, are under /api/coupons.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import msgspec
from fastapi import APIRouter, Body, Request
from pydantic import BaseModel

from tieline.api.costing import find_account
from tieline.api.doors import Doors
from tieline.deliver.message.coupon import check_coupon
from tieline.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    UnavailableError,
)
from tieline.model.send import Answer

PAGE = 20
IN_DOUBT = "Look at the list before you make it again: LINE may have it already."
Json = Annotated[dict[str, Any], Body()]


class CouponView(BaseModel):
    """One coupon as LINE has it. `state`: draft, running or closed. `coupon`: LINE's whole object."""

    id: str
    title: str
    state: str
    starts_at: datetime | None
    ends_at: datetime | None
    coupon: dict[str, Any]


class CouponList(BaseModel):
    """Some coupons, newest first; `next` asks for those before them, null at the end."""

    coupons: list[CouponView]
    next: str | None
    as_of: datetime


class CouponNamed(BaseModel):
    """A coupon, by the id that a message of the kind `coupon` names."""

    id: str


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/line/accounts/{account}/coupons."""
    routes = APIRouter(prefix="/api/line/accounts/{account}/coupons", tags=["line coupons"])

    async def ask(
        request: Request, account: str, method: str, path: str, body: bytes | None = None
    ) -> Answer:
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            await find_account(doors, connection, workspace_id, account)
        return await doors.line.pass_on(workspace_id, account, method, path, body, {})

    async def detail(request: Request, account: str, coupon_id: str) -> CouponView:
        answer = await ask(request, account, "GET", f"/v2/bot/coupon/{quote(coupon_id, safe='')}")
        return _shown(_answered(answer, coupon_id))

    @routes.get("")
    async def several(request: Request, account: str, start: str = "") -> CouponList:
        """Return the account's coupons as LINE has them now, those made in LINE's own console included."""
        asked = urlencode({"limit": PAGE, **({"start": start} if start else {})})
        page = _answered(await ask(request, account, "GET", f"/v2/bot/coupon?{asked}"))
        named = [str(one["couponId"]) for one in page.get("items", ()) if one.get("couponId")]
        found = await asyncio.gather(*(detail(request, account, one) for one in named))
        return CouponList(coupons=list(found), next=page.get("next"), as_of=doors.clock.now())

    @routes.post("", status_code=201)
    async def create(request: Request, account: str, body: Json) -> CouponNamed:
        """Make a coupon of LINE's object; what LINE would refuse is refused with its place. It can only be closed again."""
        coupon = {"acquisitionCondition": {"type": "normal"}, **body}
        for found in check_coupon(coupon, doors.clock.now()):
            raise InvalidInputError(found.sentence, field=found.pointer or "/")
        answer = await ask(request, account, "POST", "/v2/bot/coupon", msgspec.json.encode(coupon))
        named = _answered(answer, way_out=IN_DOUBT).get("couponId")
        if not named:
            raise UnavailableError("LINE did not say whether it made the coupon.", way_out=IN_DOUBT)
        return CouponNamed(id=str(named))

    @routes.get("/{coupon_id}")
    async def one(request: Request, account: str, coupon_id: str) -> CouponView:
        """Return one coupon as LINE has it now."""
        return await detail(request, account, coupon_id)

    @routes.post("/{coupon_id}/close")
    async def close(request: Request, account: str, coupon_id: str) -> CouponNamed:
        """End a coupon for good, also for those who took it and have not used it."""
        answer = await ask(request, account, "PUT", f"/v2/bot/coupon/{quote(coupon_id, safe='')}/close")
        if answer.status == 410:
            raise ConflictError(f"The coupon {coupon_id[:40]} is closed already.")
        _answered(answer, coupon_id)
        return CouponNamed(id=coupon_id)

    return routes


def _answered(
    answer: Answer, coupon_id: str = "", *, way_out: str = "Try again in a moment."
) -> dict[str, Any]:
    """Return what LINE answered, or say what it refused."""
    said = _read(answer.body)
    if answer.status == 200:
        return said
    if answer.status == 404:
        raise NotFoundError(f"LINE knows no coupon {coupon_id[:40]} of this account.")
    if answer.status == 403:
        raise ForbiddenError("LINE does not let this account have coupons.")
    if answer.status == 400:
        first = next((one for one in said.get("details") or () if isinstance(one, Mapping)), {})
        place = "/" + str(first.get("property", "")).replace(".", "/")
        raise InvalidInputError(
            f"LINE refuses the coupon: {first.get('message') or said.get('message')}.", field=place
        )
    raise UnavailableError("LINE does not answer.", way_out=way_out)


def _read(body: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return {}


def _shown(coupon: Mapping[str, Any]) -> CouponView:
    return CouponView(
        id=str(coupon.get("couponId", "")),
        title=str(coupon.get("title", "")),
        state=str(coupon.get("status", "")).lower(),
        starts_at=_moment(coupon.get("startTimestamp")),
        ends_at=_moment(coupon.get("endTimestamp")),
        coupon=dict(coupon),
    )


def _moment(seconds: Any) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) else None
