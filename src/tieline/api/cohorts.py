"""Who comes back: people by the month of their first order, and how many of them buy in each month after it."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from tieline.api.doors import Doors
from tieline.store.clickhouse.results import ORDER, ClickHouseResults
from tieline.store.postgres.segments import PostgresSegments

MONTHS_MAX = 24


class CohortMonth(BaseModel):
    """One month of a cohort. `later`: months after the first; `amount`: of their orders' `total`."""

    later: int
    people: int
    amount: float


class Cohort(BaseModel):
    """Everybody whose first order was in `month`, the first day of it; months in which nobody bought are left out."""

    month: date
    people: int
    months: list[CohortMonth]


class Cohorts(BaseModel):
    """Cohorts, the oldest first, by months of the workspace's time zone."""

    event: str
    cohorts: list[Cohort]
    as_of: datetime


def router(doors: Doors) -> APIRouter:
    """Build GET /api/reports/cohorts."""
    routes = APIRouter(prefix="/api/reports", tags=["reports"])

    @routes.get("/cohorts")
    async def cohorts(
        request: Request, event: str = ORDER, months: Annotated[int, Query(ge=1, le=MONTHS_MAX)] = 12
    ) -> Cohorts:
        """Return the people who bought first in each of the last months, and how many of them came back in which month."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            zone = await PostgresSegments(connection).time_zone(workspace_id)
        now = doors.clock.now()
        found = await ClickHouseResults(doors.history).cohorts(workspace_id, event, zone, now, months)
        by_month: dict[date, list[CohortMonth]] = {}
        for row in found:
            one = CohortMonth(later=row["later"], people=row["people"], amount=row["amount"])
            by_month.setdefault(row["first"], []).append(one)
        return Cohorts(
            event=event,
            cohorts=[Cohort(month=month, people=of[0].people, months=of) for month, of in by_month.items()],
            as_of=now,
        )

    return routes
