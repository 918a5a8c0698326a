"""PyOD's isolation forest and ECOD on plain windowed counts, where PyOD is installed."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from training.backtest.daily_counts import DailyCounts
from training.backtest.references.counts_matrix import counts_matrix, training_matrix
from training.backtest.references.reference import Array, Reference, Scorer, Unavailable

_MISSING: Final = "PyOD is not installed; pip install suspicious-seller-detector[pyod] adds it"
_ON: Final = "on the complaints of the last 1, 3, 7, 14 and 28 days, in all and by category."


def _fitted_iforest(counts: DailyCounts, until: int, seed: int) -> Scorer:
    try:
        from pyod.models.iforest import IForest
    except ImportError as why:
        raise Unavailable(_MISSING) from why
    return _scorer(IForest(random_state=seed), counts, until)


def _fitted_ecod(counts: DailyCounts, until: int, seed: int) -> Scorer:  # noqa: ARG001
    try:
        from pyod.models.ecod import ECOD
    except ImportError as why:
        raise Unavailable(_MISSING) from why
    return _scorer(ECOD(), counts, until)


def _scorer(estimator: Any, counts: DailyCounts, until: int) -> Scorer:  # noqa: ANN401 - untyped
    estimator.fit(training_matrix(counts, until))

    def scorer(day: int) -> Array:
        # ECOD ranks the rows it is given among each other: they must be of known sellers only.
        known = counts.known(day)
        score = np.full(len(known), -np.inf)
        score[known] = estimator.decision_function(counts_matrix(counts, day)[known])
        return score

    return scorer


PYOD_IFOREST: Final = Reference(
    name="PyOD IForest",
    does=f"PyOD's isolation forest with its defaults {_ON}",
    source="Y. Zhao, Z. Nasrullah, Z. Li, 2019, PyOD, JMLR 20(96):1",
    fitted=_fitted_iforest,
)
PYOD_ECOD: Final = Reference(
    name="PyOD ECOD",
    does=f"Empirical cumulative distribution functions, column by column, {_ON}",
    source="Z. Li et al., 2022, ECOD, IEEE TKDE 35:12181",
    fitted=_fitted_ecod,
)
