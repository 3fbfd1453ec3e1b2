"""The web shop of the clothing brand, as far as a visitor needs it: somebody puts a product into her cart and leaves."""

from collections.abc import Sequence
from html import escape

from tieline.clock import Clock
from tieline.demo import carts, events
from tieline.demo.brand import Brand
from tieline.demo.collector import Collector
from tieline.demo.contacts import Contact
from tieline.demo.moments import milliseconds
from tieline.demo.page_style import page


class Shop:
    """Shoppers and shelves.

    Args:
        brand: Whose shop it is.
        collector: Takes what the shop's server says.
        clock: What Tieline believes the time to be.
        shoppers: Who may be chosen, by the name the page shows.
    """

    def __init__(self, brand: Brand, collector: Collector, clock: Clock, shoppers: Sequence[Contact]) -> None:
        self._brand, self._collector, self._clock = brand, collector, clock
        self._shoppers = {one.member_id: one for one in shoppers}

    def render(self, said: str = "") -> str:
        """Return the page; `said` is what just happened."""
        people = "".join(
            f'<option value="{escape(one.member_id)}">{escape(one.name)}</option>'
            for one in self._shoppers.values()
        )
        rows = "".join(
            f"<tr><td>{escape(item['name'])}</td><td>NT${item['price']:,}</td>"
            f'<td><button name="product" value="{escape(key)}">放進購物車：{escape(item["name"])}</button></td></tr>'
            for key, item in carts.CATALOG.items()
        )
        told = f'<p role="status" class="verdict">{escape(said)}</p>' if said else ""
        return page(
            "網路商店",
            f"""<h1>網路商店</h1>
<p class="lead">選一位顧客，放一件商品進購物車，然後不結帳：旅程會知道。</p>{told}
<form method="post" action="/shop"><p><label>顧客 <select name="member">{people}</select></label></p>
<div class="wide"><table><thead><tr><th>商品</th><th>價格</th><th></th></tr></thead><tbody>{rows}</tbody></table></div></form>""",
        )

    async def put_in(self, member: str, product: str) -> str:
        """Put a product into the cart of a member, and return what happened; what is not offered changes nothing."""
        shopper, item = self._shoppers.get(member), carts.CATALOG.get(product)
        if shopper is None or item is None:
            return "沒有這位顧客或這件商品"
        now_ms = milliseconds(self._clock.now())
        said = carts.put_in(f"cart-{member}-{now_ms}", product, now_ms, events.by_member(shopper))
        await self._collector.send(self._brand.write_keys["server"], said)
        return f"{shopper.name}把{item['name']}放進了購物車"
