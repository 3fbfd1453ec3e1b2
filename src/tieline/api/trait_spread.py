"""How people spread over what a trait may be: its classes, its most frequent values, or ranges of a number."""

from collections.abc import Mapping, Sequence
from typing import Any

from tieline.api.doors import Doors, rows
from tieline.api.scope import about_everybody
from tieline.condition import sql, valued
from tieline.condition.valued import Classes
from tieline.store.postgres.segments import PostgresSegments

VALUES_SHOWN = 20
RANGES_FROM = 8
"""So many different numbers are shown one by one; more of them in ranges."""
_PARTS = (0.2, 0.4, 0.6, 0.8)
_DIGITS = 2


async def spread(doors: Doors, workspace_id: int, definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return how many people are in each class, or how a measure spreads over people."""
    trait = valued.compiled(definition)
    async with doors.pool.connection() as connection:
        zone = await PostgresSegments(connection).time_zone(workspace_id)
    now = doors.clock.now()
    query = sql.compile_values([trait], await about_everybody(doors, workspace_id, now, zone))
    counted = rows(
        await doors.history.query(  # sql: own names
            f"select told[1] as value, count() as people from (\n{query.sql}\n) group by value"
            f" order by people desc limit {VALUES_SHOWN + 1}",
            query.parameters,
        )
    )
    people = {row["value"]: int(row["people"]) for row in counted}
    if isinstance(trait, Classes):
        classes = [{"label": label, "people": people.get(label, 0)} for label, _ in trait.known]
        return {"classes": classes, "without": people.get(None, 0), "as_of": now}
    most = [
        {"value": valued.read(trait, value), "people": count}
        for value, count in people.items()
        if value is not None
    ][:VALUES_SHOWN]
    answer = {"most": most, "without": people.get(None, 0), "as_of": now}
    if len(most) > RANGES_FROM and all(isinstance(one["value"], int | float) for one in most):
        answer["ranges"] = await _ranges(doors, query)
    return answer


async def _ranges(doors: Doors, query: sql.Query) -> list[dict[str, Any]]:
    """Return people by ranges of their number, about a fifth of them in each; a range with nobody in it is left out."""
    numbers = f"select toFloat64OrNull(toString(told[1])) as number from (\n{query.sql}\n)"
    (found,) = rows(
        await doors.history.query(  # sql: own names
            f"select quantilesExact({', '.join(map(str, _PARTS))})(number) as parts from (\n{numbers}\n) where number is not null",
            query.parameters,
        )
    )
    bounds = edges(found["parts"])
    counted = rows(
        await doors.history.query(  # sql: own names
            f"select arrayCount(bound -> number >= bound, {{bounds:Array(Float64)}}) as place, count() as people"
            f" from (\n{numbers}\n) where number is not null group by place",
            {**query.parameters, "bounds": bounds},
        )
    )
    people = {int(row["place"]): int(row["people"]) for row in counted}
    starts: list[float | None] = [None, *bounds]
    ends: list[float | None] = [*bounds, None]
    return [
        {"from": start, "below": end, "people": people[place]}
        for place, (start, end) in enumerate(zip(starts, ends, strict=True))
        if place in people
    ]


def edges(parts: Sequence[float]) -> list[float]:
    """Return bounds that people can read, near those that part everybody into fifths, each once and ascending."""
    return sorted({float(f"{part:.{_DIGITS}g}") for part in parts})
