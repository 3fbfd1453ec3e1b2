"""Keys that bring records together. Pure."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from tieline.suggest.plan import Plan

_BETWEEN = "\x1f"


def block_columns(plan: Plan) -> tuple[str, ...]:
    """Return the names of the columns that hold the keys of `plan`."""
    return tuple(f"block_{number}" for number in range(len(plan.blocks)))


def keyed(tables: Sequence[pa.Table], plan: Plan) -> list[pa.Table]:
    """Return the tables with a column for each block: null where a part is not known or too many of all share the key."""
    found = list(tables)
    for name, columns in zip(block_columns(plan), plan.blocks, strict=True):
        keys = [_keys(table, columns) for table in tables]
        counted = pa.chunked_array(
            [chunk for one in keys for chunk in one.chunks], pa.string()
        ).value_counts()
        crowd = counted.field("values").filter(pc.greater(counted.field("counts"), plan.block_max))
        for number, key in enumerate(keys):
            shared = pc.is_in(key, value_set=crowd)
            found[number] = found[number].append_column(
                name, pc.if_else(shared, pa.scalar(None, pa.string()), key)
            )
    return found


def _keys(table: pa.Table, columns: Sequence[str]) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(*(table[column] for column in columns), _BETWEEN)
