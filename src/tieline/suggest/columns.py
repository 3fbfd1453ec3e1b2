"""Rows of records as columns: a tenth of the memory that a dictionary for each takes."""

from collections.abc import Iterable
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc

from tieline.suggest.person import Row

ROWS_TOGETHER = 20_000


def in_columns(rows: Iterable[Row]) -> pa.Table:
    """Return rows of the same keys, each with its `unique_id`, as a table of strings; they are read a part at a time."""
    left = iter(rows)
    parts: list[pa.RecordBatch] = []
    schema = pa.schema([("unique_id", pa.string())])
    while part := list(islice(left, ROWS_TOGETHER)):
        schema = schema if parts else pa.schema([(name, pa.string()) for name in part[0]])
        parts.append(pa.RecordBatch.from_pylist(part, schema))
    return pa.Table.from_batches(parts, schema)


def of_these(table: pa.Table, ids: Iterable[str]) -> list[Row]:
    """Return the rows with some ids."""
    wanted = pa.array(sorted(set(ids)), pa.string())
    found: list[Row] = table.filter(pc.is_in(table["unique_id"], value_set=wanted)).to_pylist()
    return found
