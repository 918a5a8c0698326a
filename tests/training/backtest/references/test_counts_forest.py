import numpy as np
from sklearn.ensemble import IsolationForest

from training.backtest.daily_counts import daily_counts_of
from training.backtest.references.counts_forest import COUNTS_FOREST
from training.backtest.references.counts_matrix import counts_matrix, training_matrix


def test_the_forest_is_scikit_learns(market, start):
    counts = daily_counts_of(market.history(), ("damaged",))
    theirs = IsolationForest(n_estimators=100, random_state=2).fit(training_matrix(counts, start))
    ours = COUNTS_FOREST.fitted(counts, start, 2)(start + 3)
    assert np.array_equal(ours, -theirs.score_samples(counts_matrix(counts, start + 3)))
