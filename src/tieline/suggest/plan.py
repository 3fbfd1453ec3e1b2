"""What a comparison is made of: fields with their levels, blocks that bring pairs together, and what forbids a pair."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

Veto = Callable[[Mapping[str, str | None], Mapping[str, str | None]], str | None]


@dataclass(frozen=True)
class Level:
    """One degree of agreement.

    Attributes:
        label: Shown in the evidence.
        sql: True for pairs of this level, over columns with the ends `_l` and `_r`; of several the first counts.
        m: How often two records of one person stand here.
        u: How often records of two people do; None with `frequency`: as often as the value itself occurs.
        frequency: Column whose rare values count for more.
    """

    label: str
    sql: str
    m: float
    u: float
    frequency: str = ""


@dataclass(frozen=True)
class Field:
    """One thing that is compared.

    Attributes:
        column: Must be known on both sides, else the field says nothing.
        otherwise: m and u of pairs that reach none of the levels.
    """

    name: str
    column: str
    levels: tuple[Level, ...]
    otherwise: tuple[float, float]


@dataclass(frozen=True)
class Plan:
    """A whole comparison.

    Attributes:
        columns: All columns of a row, besides unique_id.
        blocks: Pairs are compared that agree on all columns of one of these.
        block_max: A block of more records brings nothing together: its value is shared, not personal.
        version: Stands with every suggestion, so that it can be told which weights it was made with.
        twins_per_record: How many pairs of one person are expected for each record.
        trained: Let expectation maximisation find m and u in the data, for data that the weights were not made for.
    """

    version: str
    columns: tuple[str, ...]
    fields: tuple[Field, ...]
    blocks: tuple[tuple[str, ...], ...]
    vetoes: tuple[Veto, ...]
    block_max: int = 200
    twins_per_record: float = 0.05
    trained: tuple[tuple[str, ...], ...] = ()


def equal(column: str) -> str:
    """Return the SQL of "this column is the same on both sides"."""
    return f'"{column}_l" = "{column}_r"'
