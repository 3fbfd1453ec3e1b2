"""A model is judged by a time it has not seen, says so, and is not believed where it knows no more than the rate."""

import numpy as np
import pytest

from tieline.predict import model
from tieline.predict.features import NAMES, Buyers


def buyers(seed: int, people: int = 2_000, *, regular: bool = True) -> Buyers:
    """People of whom each comes again the likelier the shorter ago they were there, or whatever they did."""
    chance = np.random.default_rng(seed)
    last = chance.uniform(0, 365, people)
    known = np.column_stack(
        [np.log1p(last) if name == "days_since_last" else chance.normal(size=people) for name in NAMES]
    )
    likely = 1 / (1 + np.exp((last - 60) / 40)) if regular else np.full(people, 0.3)
    return Buyers([bytes([n % 256]) * 16 for n in range(people)], known, chance.uniform(size=people) < likely)


def test_what_is_foretold_of_a_later_time_comes_to_pass_as_often_as_foretold() -> None:
    judged = model.judge(model.learn(buyers(1)), buyers(2))

    assert judged.useful
    assert sum(one.people for one in judged.bins) == judged.people == 2_000
    assert all(abs(one.foretold - one.happened) < 0.12 for one in judged.bins)
    assert judged.bins[-1].happened > 3 * judged.bins[0].happened


def test_a_model_that_knows_no_more_than_the_rate_is_not_useful() -> None:
    judged = model.judge(model.learn(buyers(1, regular=False)), buyers(2, regular=False))

    assert not judged.useful
    assert judged.auc == pytest.approx(0.5, abs=0.05)


def test_the_weights_say_that_a_longer_absence_makes_an_order_less_likely() -> None:
    told = model.weights(model.learn(buyers(1)))

    assert set(told) == set(NAMES)
    assert min(told, key=lambda name: told[name]) == "days_since_last"


@pytest.mark.parametrize(("people", "again"), [(199, 100), (500, 19), (500, 481)])
def test_too_few_people_teach_nothing(people: int, again: int) -> None:
    some = Buyers([b"x" * 16] * people, np.zeros((people, len(NAMES))), np.arange(people) < again)

    assert not model.enough(some)
