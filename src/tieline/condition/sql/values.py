"""What computed traits are worth for people, as SQL: the measures of conditions, told instead of compared."""

from collections.abc import Sequence

from tieline.condition import measure, tree
from tieline.condition.node import Measure, Occurrence
from tieline.condition.sql.compile import Tables
from tieline.condition.sql.query import Query, Scope
from tieline.condition.valued import Classes, Valued


def compile_values(traits: Sequence[Valued], scope: Scope) -> Query:
    """Return a query that tells the value of each trait.

    Returns:
        Query with `profile_id` FixedString(16) and `told` Array(Nullable(String)), a text for each trait in order as
        `valued.read` takes it. One row for each living profile in scope.
    """
    tables = Tables(scope)
    told = ",\n  ".join(f"CAST({_told(trait, tables)}, 'Nullable(String)')" for trait in traits)
    source = tables.source(everyone=True)
    return tables.statement(
        f"SELECT person.profile_id AS profile_id, [\n  {told}\n] AS told\n{source}", everyone=True
    )


def compile_cycle(occurrence: Occurrence, scope: Scope) -> Query:
    """Return a query with one row: `people` with a cycle of their own, and `days`, the median of these cycles."""
    tables = Tables(scope)
    days = tables.history.days(occurrence, Measure("days_between"))
    inner = tables.statement(f"SELECT {days} AS own_days\n{tables.source(everyone=False)}", everyone=False)
    return Query(
        f"SELECT count(own_days) AS people, quantileExactOrNull(0.5)(own_days) AS days FROM (\n{inner.sql}\n) WHERE own_days > 0",
        inner.parameters,
    )


def compile_spread(occurrence: Occurrence, computed: Measure, levels: Sequence[float], scope: Scope) -> Query:
    """Return a query with one row: `people` ranked, and `limits`, the quantiles of a measure at `levels`."""
    tables = Tables(scope)
    worth = _number(occurrence, computed, tables)
    inner = tables.statement(
        f"SELECT toFloat64OrNull(toString({worth})) AS worth\n{tables.source(everyone=False)}", everyone=False
    )
    at = ", ".join(str(float(level)) for level in levels)
    return Query(
        f"SELECT count(worth) AS people, quantilesExact({at})(worth) AS limits FROM (\n{inner.sql}\n)",
        inner.parameters,
    )


def _told(trait: Valued, tables: Tables) -> str:
    if isinstance(trait, Classes):
        chosen = ", ".join(
            f"{tree.written(node, tables.holds)}, {tables.text(label)}" for label, node in trait.known
        )
        return f"multiIf({chosen}, NULL)"
    function = trait.measure.function
    if function in measure.TEXTS:
        text = tables.history.texts(trait.occurrence, trait.measure)
        return f"toJSONString({text})" if function == "recent" else text
    if function in measure.MOMENTS:
        return f"toString({tables.history.instant(trait.occurrence, trait.measure)})"
    return f"toString({_number(trait.occurrence, trait.measure, tables)})"


def _number(occurrence: Occurrence, computed: Measure, tables: Tables) -> str:
    if computed.function in (*measure.SINCE, *measure.CYCLES):
        return tables.history.days(occurrence, computed)
    return tables.history.worth(occurrence, computed)
