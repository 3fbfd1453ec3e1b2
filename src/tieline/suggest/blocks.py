"""Keys that bring records together. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence

from tieline.suggest.plan import Plan

Row = Mapping[str, str | None]
_BETWEEN = "\x1f"


def block_columns(plan: Plan) -> tuple[str, ...]:
    """Return the names of the columns that hold the keys of `plan`."""
    return tuple(f"block_{number}" for number in range(len(plan.blocks)))


def keyed(rows: Sequence[Row], plan: Plan) -> list[Row]:
    """Return the rows with a column for each block: None where a part is not known or too many share the key."""
    keys = [[_key(row, columns) for columns in plan.blocks] for row in rows]
    sizes = [Counter(key[number] for key in keys) for number in range(len(plan.blocks))]
    names = block_columns(plan)
    return [
        {
            **row,
            **{
                name: value if value is not None and sizes[number][value] <= plan.block_max else None
                for number, (name, value) in enumerate(zip(names, key, strict=True))
            },
        }
        for row, key in zip(rows, keys, strict=True)
    ]


def _key(row: Row, columns: tuple[str, ...]) -> str | None:
    parts = [row[column] for column in columns]
    return None if None in parts else _BETWEEN.join(part or "" for part in parts)
