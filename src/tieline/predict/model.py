"""A model of who buys again: learned at one moment, judged at a later one it has not seen. Pure.

The model is logistic regression of scikit-learn on standardised features: published, well kept, and of few enough numbers
that they can be shown. What it says is held against what happened afterwards (calibration) before anybody may use it.
"""

from typing import NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from tieline.predict.features import NAMES, Buyers

PEOPLE_MIN = 200
EACH_MIN = 20
"""So many must have bought again, and so many not, at either moment."""
BINS = 10
AUC_MIN = 0.6


class Bin(NamedTuple):
    """A tenth of the people, by what was foretold: the mean of it, and the part that did it."""

    people: int
    foretold: float
    happened: float


class Judged(NamedTuple):
    """How good a model was at a later moment.

    Attributes:
        people: How many were judged.
        auc: How often it ranks who bought above who did not; 0.5 is guessing.
        brier: Mean square of its error; `brier_of_rate` that of saying everybody's rate to everybody.
        bins: From the least likely tenth to the most likely.
    """

    people: int
    rate: float
    auc: float
    brier: float
    brier_of_rate: float
    bins: tuple[Bin, ...]

    @property
    def useful(self) -> bool:
        """Whether it knows more than the rate."""
        return self.auc >= AUC_MIN and self.brier < self.brier_of_rate


def enough(buyers: Buyers) -> bool:
    """Tell whether something can be learned of them."""
    again = int(buyers.again.sum())
    return len(buyers.people) >= PEOPLE_MIN and min(again, len(buyers.people) - again) >= EACH_MIN


def learn(buyers: Buyers) -> Pipeline:
    """Return a model of who of them bought again."""
    made = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
    made.fit(buyers.known, buyers.again)
    return made


def foretell(model: Pipeline, buyers: Buyers) -> np.ndarray:
    """Return for each of them how likely another order is: 0 to 1."""
    told: np.ndarray = model.predict_proba(buyers.known)[:, 1]
    return told


def judge(model: Pipeline, later: Buyers) -> Judged:
    """Hold what a model says of a later moment against what happened then."""
    told = foretell(model, later)
    rate = float(later.again.mean())
    order = np.argsort(told, kind="stable")
    bins = [
        Bin(len(part), float(told[part].mean()), float(later.again[part].mean()))
        for part in np.array_split(order, BINS)
    ]
    return Judged(
        people=len(later.people),
        rate=rate,
        auc=float(roc_auc_score(later.again, told)),
        brier=float(brier_score_loss(later.again, told)),
        brier_of_rate=rate * (1 - rate),
        bins=tuple(bins),
    )


def weights(model: Pipeline) -> dict[str, float]:
    """Return what the model goes by: by how much each feature, a standard deviation more of it, moves the log-odds."""
    return dict(zip(NAMES, (float(one) for one in model[-1].coef_[0]), strict=True))
