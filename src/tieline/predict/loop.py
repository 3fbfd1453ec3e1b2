"""Once a day, learn from each workspace that wishes it, and write down for each buyer what is foretold.

A likelihood is a trait of the person like any other: conditions, journeys and templates read it. It is told only where it
moved by a hundredth or more, and not at all where the model, judged at a moment it had not seen, knew no more than the rate.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pyarrow as pa

from tieline.clock import Clock
from tieline.model.event import TRAITS_SET
from tieline.model.signal import Said
from tieline.ports import News, Transaction
from tieline.ports.predictions import PredictStore
from tieline.predict import features
from tieline.predict.features import Buyers

TOGETHER = 5_000
STEP = 0.01
_TOLD = """
select profile_id, toFloat64OrNull(toString(traits.{trait:Identifier})) as told from profile final
where workspace_id = {workspace:UInt32}
"""


class Likelihood(NamedTuple):
    """One thing that is foretold.

    Attributes:
        trait: Where it is written down.
        days: How far ahead.
        stays_away: It is the likelihood of no order.
    """

    trait: str
    days: int
    stays_away: bool = False


FORETOLD = (
    Likelihood("likelihood_purchase_30d", 30),
    Likelihood("likelihood_churn_90d", 90, stays_away=True),
)


Ask = Callable[[str, Mapping[str, Any]], Awaitable[pa.Table]]


class PredictLoop:
    """Foretells.

    Args:
        unit: Transactions of `store` and `news`, which no other loop shares.
        store: Who wishes it.
        ask: A question to history.
        news: Hears of the traits.
        clock: The present moment.
    """

    def __init__(self, unit: Transaction, store: PredictStore, ask: Ask, news: News, clock: Clock) -> None:
        self._unit = unit
        self._store = store
        self._ask = ask
        self._news = news
        self._clock = clock

    async def step(self) -> int:
        """Do one workspace whose day has begun; return 1, or 0 if none is due."""
        async with self._unit.transaction():
            wishes = await self._store.wishes()
        now = self._clock.now()
        for wish in wishes:
            today = now.astimezone(ZoneInfo(wish.zone)).date()
            if wish.computed_on != today.isoformat():
                present = await self._buyers(wish.workspace_id, now, 0)
                report = {
                    one.trait: await self._foretell(wish.workspace_id, one, present, now) for one in FORETOLD
                }
                async with self._unit.transaction():
                    await self._store.computed(
                        wish.workspace_id, today, {"at": now.isoformat(), "of": report}
                    )
                return 1
        return 0

    async def _foretell(
        self, workspace_id: int, one: Likelihood, present: Buyers, now: datetime
    ) -> dict[str, Any]:
        """Learn two windows ago, judge one window ago, then learn anew and tell."""
        window = timedelta(days=one.days)
        earlier = await self._buyers(workspace_id, now - 2 * window, one.days)
        later = await self._buyers(workspace_id, now - window, one.days)
        answer = await asyncio.to_thread(_work_out, one, earlier, later, present)
        if answer["state"] == "told":
            answer["changed"] = await self._tell(workspace_id, one, present.people, answer.pop("values"), now)
        return answer

    async def _buyers(self, workspace_id: int, cut: datetime, days: int) -> Buyers:
        return features.read(await self._ask(features.SQL, features.asked(workspace_id, cut, days)))

    async def _tell(
        self,
        workspace_id: int,
        one: Likelihood,
        people: Sequence[bytes],
        values: Sequence[float],
        now: datetime,
    ) -> int:
        """Say what moved; return for how many people that was."""
        table = await self._ask(_TOLD, {"workspace": workspace_id, "trait": one.trait})
        before = dict(
            zip(table.column("profile_id").to_pylist(), table.column("told").to_pylist(), strict=True)
        )
        moved = [
            (person, value)
            for person, value in zip(people, values, strict=True)
            if (known := before.get(person)) is None or abs(known - value) >= STEP - 1e-9
        ]
        for start in range(0, len(moved), TOGETHER):
            part = dict(moved[start : start + TOGETHER])
            async with self._unit.transaction():
                named = await self._store.identifiers(workspace_id, sorted(part))
                await self._news.said(
                    [_said(workspace_id, one, person, part[person], now, *named[person]) for person in named]
                )
        return len(moved)


def _said(
    workspace_id: int, one: Likelihood, person: bytes, value: float, now: datetime, namespace: str, name: str
) -> Said:
    # Once a day for each person, whatever is repeated after a crash.
    message_id = f"{one.trait}:{person.hex()}:{now.date()}"
    return Said(workspace_id, namespace, name, TRAITS_SET, message_id, {"traits": {one.trait: value}}, now)


def _work_out(one: Likelihood, earlier: Buyers, later: Buyers, present: Buyers) -> dict[str, Any]:
    """Return what a model says of the present, and how good the same kind of model was before."""
    # scikit-learn takes a second to load: who predicts nothing never waits for it.
    from tieline.predict import model

    if not (model.enough(earlier) and model.enough(later)):
        return {"state": "too_few", "people": len(later.people), "needs": model.PEOPLE_MIN}
    judged = model.judge(model.learn(earlier), later)
    newest = model.learn(later)
    answer: dict[str, Any] = {
        "state": "told" if judged.useful else "no_better_than_the_rate",
        "people": len(present.people),
        "weights": model.weights(newest),
        "calibration": {**judged._asdict(), "bins": [each._asdict() for each in judged.bins]},
    }
    if judged.useful:
        told = model.foretell(newest, present)
        answer["values"] = [round(float(1 - each if one.stays_away else each), 2) for each in told]
    return answer
