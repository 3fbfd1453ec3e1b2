from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

at = datetime.fromisoformat
"""Recorded times have no zone."""
LINES = (
    # household, store, basket, product, quantity, dollars, when
    (1, 10, 100, 7, 1, 1.65, at("2017-12-01T09:00")),
    (1, 10, 100, 8, 2, 3.00, at("2017-12-01T09:00")),
    (2, 11, 101, 9, 1, 200.0, at("2017-12-20T12:00")),
    (1, 10, 102, 9, 0, 0.05, at("2017-12-31T18:00")),
)


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """A year of four lines in the shape of the recorded one."""
    _write(
        tmp_path / "transactions.parquet",
        (
            "household_id",
            "store_id",
            "basket_id",
            "product_id",
            "quantity",
            "sales_value",
            "transaction_timestamp",
        ),
        LINES,
    )
    _write(
        tmp_path / "products.parquet",
        ("product_id", "department"),
        ((7, "GROCERY"), (8, "DELI"), (9, None)),
    )
    _write(tmp_path / "campaigns.parquet", ("campaign_id", "household_id"), ((5, 1), (6, 2)))
    _write(
        tmp_path / "campaign_descriptions.parquet",
        ("campaign_id", "start_date"),
        ((5, at("2017-12-10T00:00")), (6, at("2018-01-05T00:00"))),
    )
    _write(
        tmp_path / "coupon_redemptions.parquet",
        ("household_id", "coupon_upc", "campaign_id", "redemption_date"),
        ((1, 555, 5, at("2017-12-11T00:00")),),
    )
    return tmp_path


def _write(path: Path, names: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    columns = {name: list(values) for name, values in zip(names, zip(*rows, strict=True), strict=True)}
    table = pa.table(columns)
    if "transaction_timestamp" in names:
        index = names.index("transaction_timestamp")
        table = table.set_column(index, names[index], table[names[index]].cast(pa.timestamp("ns")))
    pq.write_table(table, path)
