"""A condition as ClickHouse SQL: one compiler for everybody, for some candidates, and for many conditions at once."""

from tieline.condition.sql.compile import compile_combined, compile_count, compile_members
from tieline.condition.sql.query import Query, Scope
from tieline.condition.sql.tally import compile_tally
from tieline.condition.sql.values import compile_cycle, compile_spread, compile_values

__all__ = [
    "Query",
    "Scope",
    "compile_combined",
    "compile_count",
    "compile_cycle",
    "compile_members",
    "compile_spread",
    "compile_tally",
    "compile_values",
]
