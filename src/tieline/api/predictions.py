"""How likely people are to buy again or to stay away: switched on or off, and how far it can be trusted."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Body, Request
from pydantic import BaseModel

from tieline.api.doors import Doors
from tieline.api.shape import read_shape
from tieline.predict.loop import FORETOLD
from tieline.store.postgres.predictions import PostgresPredictions

Json = Annotated[dict[str, Any], Body()]


class Switch(msgspec.Struct, forbid_unknown_fields=True):
    """Whether to predict."""

    on: bool


class CalibrationBin(BaseModel):
    """A tenth of the people, from the least likely on: what was foretold on the average, and the part that did it."""

    people: int
    foretold: float
    happened: float


class Calibration(BaseModel):
    """A model held against a time it had not seen. `auc` 0.5 is guessing; `brier_of_rate` is the error of knowing the rate alone."""

    people: int
    rate: float
    auc: float
    brier: float
    brier_of_rate: float
    bins: list[CalibrationBin]


class Prediction(BaseModel):
    """One likelihood. `told`: it stands in the trait of that name; otherwise why not.

    `weights`: by how much a standard deviation more of a feature moves the log-odds of another order.
    """

    trait: str
    days: int
    stays_away: bool
    state: Literal["told", "no_better_than_the_rate", "too_few", "not_computed_yet"]
    people: int | None = None
    changed: int | None = None
    needs: int | None = None
    weights: dict[str, float] | None = None
    calibration: Calibration | None = None


class Predictions(BaseModel):
    """All likelihoods of a workspace. Of `stays_away`, the calibration is that of the opposite, another order."""

    on: bool
    computed_at: datetime | None
    predictions: list[Prediction]
    as_of: datetime


def router(doors: Doors) -> APIRouter:
    """Build /api/traits/predictions."""
    routes = APIRouter(prefix="/api/traits/predictions", tags=["traits"])

    @routes.get("", response_model=Predictions)
    async def read(request: Request) -> dict[str, Any]:
        """Return what is foretold, in which trait it stands, and how right it was in a time the model had not seen."""
        workspace_id = await doors.keys.workspace(request)
        return await _shown(doors, workspace_id)

    @routes.put("", response_model=Predictions)
    async def switch(request: Request, body: Json) -> dict[str, Any]:
        """Predict from now on, once a day, or no more: `{"on": true}`. People without an order are left out."""
        workspace_id = await doors.keys.workspace(request)
        wanted = read_shape(body, Switch)
        async with doors.pool.connection() as connection, connection.transaction():
            await PostgresPredictions(connection).switch(workspace_id, on=wanted.on)
        return await _shown(doors, workspace_id)

    return routes


async def _shown(doors: Doors, workspace_id: int) -> dict[str, Any]:
    async with doors.pool.connection() as connection:
        found = await PostgresPredictions(connection).of(workspace_id)
    report = found.get("report", {})
    said = report.get("of", {})
    return {
        "on": found.get("on", False),
        "computed_at": report.get("at"),
        "predictions": [
            {**one._asdict(), **said.get(one.trait, {"state": "not_computed_yet"})} for one in FORETOLD
        ],
        "as_of": doors.clock.now(),
    }
