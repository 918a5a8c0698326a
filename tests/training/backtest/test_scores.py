"""Scores of a back-test are the detector's own, and no day sees a later one."""

import numpy as np

from detector.assess import assess
from detector.durations import DAY_US
from training.backtest.scores import (
    UNKNOWN,
    detector_scores,
    origins_of,
    scored_days,
    scores_at,
)


def test_scores_equal_those_of_the_detector(market, training, start):
    known = market.history().as_of((start + 9) * DAY_US)
    expected = assess(known, (start + 9) * DAY_US, training.trained).score
    assert np.array_equal(scores_at(known, (start + 9) * DAY_US, training.trained), expected)


def test_later_rows_change_no_score(market, start):
    history = market.history()
    days = scored_days(start, start + 10, 5)

    def run(which):
        return detector_scores(which, days, [start], seed=1, on_progress=lambda *_: None).values

    cut = history.as_of(int(days[-1]) * DAY_US)
    place = np.searchsorted(history.sellers, cut.sellers)
    whole = run(history)
    assert np.array_equal(run(cut), whole[:, place])
    others = np.delete(whole, place, axis=1)
    assert (others == UNKNOWN).all()


def test_no_day_is_scored_before_a_day_has_passed_since_training():
    assert scored_days(100, 104, 1).tolist() == [101, 102, 103, 104]
    assert scored_days(100, 104, 3).tolist() == [103]


def test_training_comes_again_at_a_step():
    assert origins_of(100, 160, None) == [100]
    assert origins_of(100, 160, 28) == [100, 128, 156]
