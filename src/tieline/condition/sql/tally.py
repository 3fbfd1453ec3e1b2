"""How many people each of some conditions holds for, in one pass."""

from collections.abc import Sequence

from tieline.condition.node import Node
from tieline.condition.sql.compile import compile_combined
from tieline.condition.sql.query import Query, Scope


def compile_tally(nodes: Sequence[Node], scope: Scope) -> Query:
    """Return a query with one row and one column `members`: Array(UInt64), a count for each condition in order.

    The array is empty if there is nobody to ask about.
    """
    combined = compile_combined(nodes, scope)
    return Query(f"SELECT sumForEach(holds) AS members FROM (\n{combined.sql}\n)", combined.parameters)
