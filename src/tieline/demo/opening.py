"""Before anything happens: three workspaces with their sources, Official Accounts, catalogs and coupons."""

from collections.abc import Sequence
from typing import NamedTuple

from tieline.demo.brand import Brand
from tieline.demo.brands import clothing, gym, restaurant
from tieline.demo.moments import OPENS_AT
from tieline.demo.world import World

COUPONS = 500


class Brands(NamedTuple):
    """The three of them."""

    clothing: Brand
    gym: Brand
    restaurant: Brand


async def open_brands(world: World) -> Brands:
    """Create the brands, start the programs, and connect each brand's sources and LINE account."""
    made = [await world.found(one.KEY, one.NAME, one.CHANNEL) for one in (clothing, gym, restaurant)]
    await world.run(OPENS_AT, 1.0)
    for brand in made:
        await _connect(world, brand)
    await _coupons(made[0], "free-shipping", "SHIP")
    await _coupons(made[0], "first-order", "NEW")
    await _coupons(made[2], "dessert", "CAKE")
    return Brands(*made)


async def _connect(world: World, brand: Brand) -> None:
    for kind, name in (("pos", "門市 POS"), ("crm", "會員系統")):
        answer = await brand.post("/api/sources", {"key": kind, "kind": kind, "name": name})
        brand.write_keys[kind] = answer["write_key"]
    account = await brand.post("/api/line/accounts", {**brand.channel._asdict(), "price_plan": "tw-high"})
    await world.phones.open_account(brand.channel, account["webhook_url"])


async def _coupons(brand: Brand, pool: str, prefix: str) -> None:
    await brand.post(f"/api/coupons/{pool}", {"codes": codes(pool, prefix)})


def codes(pool: str, prefix: str) -> Sequence[str]:
    """Return the codes of a pool."""
    return [f"{prefix}-{len(pool)}{number:04d}" for number in range(COUPONS)]
