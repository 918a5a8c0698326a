"""A market watched day by day, and one more spike in it."""

import numpy as np
import pytest

from detector.assess import assess_each
from detector.durations import DAY_US
from training.backtest.injection import plant
from training.backtest.watched import USUAL, Watch


@pytest.fixture(scope="module")
def days(start):
    return np.arange(start - 4, start + 6)


@pytest.fixture(scope="module")
def watch(market, training, days):
    return Watch(market.history(), days, training.trained, USUAL)


@pytest.fixture(scope="module")
def spikes(market, start):
    return plant(market.history(), 20, start=start - 60, last=start, seed=4)


def test_each_day_is_assessed_as_it_would_be_in_turn(market, training, watch, days):
    history = market.history()
    instants = [int(day) * DAY_US for day in days]
    place = {seller: number for number, seller in enumerate(history.sellers)}
    in_turn = assess_each(history, instants, training.trained, in_turn=True)
    for at, found in enumerate(in_turn):
        known = [place[seller] for seller in found.seller_ids]
        assert np.array_equal(watch.watched.score[at, known], found.score)
        assert np.array_equal(watch.watched.flagged[at, known], found.flagged)
        assert np.array_equal(watch.watched.false_chance[at, known], found.false_chance)


def test_nothing_planted_changes_nothing(market, watch, spikes):
    for seller, row in zip(
        spikes[1].seller, watch.planted(market.history(), spikes[1]), strict=True
    ):
        plain = watch.watched.seller(int(seller))
        assert np.array_equal(row.score, plain.score)
        assert np.array_equal(row.worth, plain.worth)
        assert np.array_equal(row.flagged, plain.flagged)


def test_a_planted_spike_raises_its_own_seller_on_its_own_days(watch, spikes, days):
    history, episodes = spikes
    rows = watch.planted(history, episodes)
    raised = []
    for number, row in enumerate(rows):
        plain = watch.watched.score[:, episodes.seller[number]]
        during = np.array([episodes.covering(int(day), 3)[number] for day in days])
        assert np.array_equal(row.score[~during], plain[~during])
        if during.any():
            raised.append(row.score[during].max() > plain[during].max())
    assert len(raised) >= 5
    assert np.mean(raised) > 0.8
