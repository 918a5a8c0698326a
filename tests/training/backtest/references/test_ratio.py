import numpy as np

from detector.durations import DAY_US
from detector.history.building import history_of
from training.backtest.daily_counts import daily_counts_of
from training.backtest.references.ratio import RATIO


def test_the_ratio_is_this_week_over_a_usual_one():
    days = np.concatenate([np.arange(100, 128), np.full(9, 130)])
    columns = {"seller_id": ["s"] * 37, "filed_at": days * DAY_US, "category": ["x"] * 37}
    scorer = RATIO.fitted(daily_counts_of(history_of(columns), ()), 128, 0)
    assert scorer(135).tolist() == [(9 + 1) / (28 / 4 + 1)]
