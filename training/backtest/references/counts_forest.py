"""An isolation forest on plain windowed counts: what is usually meant by anomaly detection."""

from __future__ import annotations

from typing import Final

from detector.forest.isolation_forest import Forest
from training.backtest.daily_counts import DailyCounts
from training.backtest.references.counts_matrix import counts_matrix, training_matrix
from training.backtest.references.reference import Array, Reference, Scorer


def _fitted(counts: DailyCounts, until: int, seed: int) -> Scorer:
    from sklearn.ensemble import IsolationForest  # takes a second, so only here

    estimator = IsolationForest(n_estimators=100, random_state=seed)
    # Our forest gives the estimator's own scores, only sooner.
    forest = Forest.from_sklearn(estimator.fit(training_matrix(counts, until)))

    def scorer(day: int) -> Array:
        return forest.score(counts_matrix(counts, day))

    return scorer


COUNTS_FOREST: Final = Reference(
    name="counts forest",
    does=(
        "scikit-learn's isolation forest (100 trees of 256 samples) on the complaints of the last "
        "1, 3, 7, 14 and 28 days, in all and by category."
    ),
    source="F. T. Liu, K. M. Ting, Z.-H. Zhou, 2008, Isolation Forest, ICDM, 413",
    fitted=_fitted,
)
