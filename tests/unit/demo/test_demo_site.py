"""The pages of a finished run: text messages for whoever binds a friend by hand, and the shop where carts are left."""

from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tieline.clock import SystemClock
from tieline.demo import cast, site
from tieline.demo.brand import Brand
from tieline.demo.brands import clothing
from tieline.demo.collector import Collector
from tieline.demo.shop import Shop

SHOPPER = cast.newcomers()[0].contact


def browser(file: Path, taken: list[Any]) -> httpx.AsyncClient:
    """Open the pages; what the shop's server sends to Tieline lands in `taken`."""

    async def collect(request: Request) -> JSONResponse:
        taken.extend((await request.json())["batch"])
        return JSONResponse({"success": True})

    collecting = Starlette(routes=[Route("/v1/batch", collect, methods=["POST"])])
    tieline = httpx.AsyncClient(transport=httpx.ASGITransport(app=collecting), base_url="http://tieline")
    brand = Brand(tieline, "secret", clothing.CHANNEL)
    brand.write_keys = {"server": "write"}
    shop = Shop(brand, Collector(tieline), SystemClock(), [SHOPPER])
    app = httpx.ASGITransport(app=site.build("", {}, file, shop))
    return httpx.AsyncClient(transport=app, base_url="http://demo")


async def test_the_newest_text_messages_come_first(tmp_path: Path) -> None:
    file = tmp_path / "sms.txt"
    file.write_text("".join(f"+886912000000: {number:06}\n" for number in range(20)))

    page = (await browser(file, []).get("/sms")).text

    assert page.index("000019") < page.index("000010")
    assert "000009" not in page


async def test_no_message_yet_is_said(tmp_path: Path) -> None:
    assert "還沒有簡訊" in (await browser(tmp_path / "none", []).get("/sms")).text


async def test_a_cart_that_is_left_is_told_to_tieline(tmp_path: Path) -> None:
    taken: list[Any] = []

    page = await browser(tmp_path, taken).post(
        "/shop", data={"member": SHOPPER.member_id, "product": "coat-01"}
    )

    assert f"{SHOPPER.name}把羊毛大衣放進了購物車" in page.text
    assert [one["event"] for one in taken] == ["Product Added", "cart_updated"]
    assert {one["userId"] for one in taken} == {SHOPPER.member_id}
    assert {one["properties"]["cart_id"] for one in taken} == {taken[0]["properties"]["cart_id"]}


async def test_what_the_shop_does_not_sell_changes_nothing(tmp_path: Path) -> None:
    taken: list[Any] = []

    page = await browser(tmp_path, taken).post("/shop", data={"member": SHOPPER.member_id, "product": "x"})

    assert "沒有這位顧客或這件商品" in page.text
    assert taken == []
