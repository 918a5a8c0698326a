"""scikit-learn's isolation forest, scored by our kernel: the one change a user makes is the import.

    from detector.forest import IsolationForest  # instead of: from sklearn.ensemble import ...

Constructor, parameters, `fit`, learnt attributes and errors are scikit-learn's. `score_samples`,
`decision_function` and `predict` give what scikit-learn gives, to the last bit.
"""

from __future__ import annotations

from typing import Any, Final, Self

import numpy as np
from joblib import effective_n_jobs
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn import ensemble
from sklearn.utils.validation import check_is_fitted

from detector.errors import BadInput
from detector.forest.isolation_forest import Forest
from detector.forest.layout import COLUMNS_MAX

__all__ = ["IsolationForest"]

_DENSE_CELLS: Final = 4_000_000
"""Values of a sparse matrix that are written out at once (16 MB as float32)."""

_THREADS_CELLS_MIN: Final = 3_000_000
"""Rows times trees below which one thread scores, so that joblib need not be asked how many."""

_FLOATS: Final = (np.dtype(np.float32), np.dtype(np.float64))


class IsolationForest(ensemble.IsolationForest):  # type: ignore[misc]
    """scikit-learn's ``sklearn.ensemble.IsolationForest`` with scores from our kernel.

    Parameters, attributes and methods are those of the parent, whose documentation holds. Scores
    of (n, n_features_in_) rows are (n,) floats, equal to the parent's to the last bit.

    Two things differ, and neither changes a score. `n_jobs` bounds the threads of scoring as well:
    None means one unless a joblib context says otherwise, and -1 one a core. In a process that has
    called `detector.warm_up.warm_up`, few rows are scored by compiled code too; before that only
    jobs of 30 million rows times trees are, since loading compiled code takes most of a second.

    scikit-learn's own trees score what the kernel has no rule for: rows with a NaN, forests whose
    thresholds became NaN or infinite in `fit` and matrices of more than 65,536 columns.

    Raises what the parent raises.

    Source: Liu, Ting and Zhou (2008), "Isolation forest", ICDM, doi:10.1109/ICDM.2008.17.
    """

    _forest: Forest | None
    """The fitted trees as arrays; None where scikit-learn's own trees must score. Absent before
    `fit` and in what `pickle` stores: it is laid out for this processor."""

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:  # noqa: ANN401
        """Grow the trees as the parent does; returns self.

        X is (n, columns), dense or sparse; y is ignored; `sample_weight` is (n,) or None. Raises
        ValueError for what cannot be learnt from, InvalidParameterError for a parameter.
        """
        self.__dict__.pop("_forest", None)
        super().fit(X, y, sample_weight)
        self._kernel_forest()
        return self

    def score_samples(self, X: Any) -> NDArray[np.float64]:  # noqa: ANN401
        """Minus the anomaly score of each of n rows: (n,) in [-1, 0), the lower the odder.

        X is (n, n_features_in_): an array, a data frame or a sparse matrix; compared as float32.
        Raises ValueError for another shape, NotFittedError before `fit`.
        """
        if self._needs_no_check(X):
            return self._score_samples(X.astype(np.float32, copy=False))
        return super().score_samples(X)  # type: ignore[no-any-return]

    def predict(self, X: Any) -> NDArray[np.int64]:  # noqa: ANN401
        """(n,) -1 for rows that `decision_function` puts below 0, the outliers, and 1 for others.

        Takes and raises what `score_samples` does, which also finds out whether `fit` came before.
        """
        return np.where(self.decision_function(X) < 0, -1, 1)

    def _needs_no_check(self, X: Any) -> bool:  # noqa: ANN401
        """Whether scikit-learn's checks would pass X on, changing at most its type of float.

        They take longer than scoring a row does.
        """
        return (
            type(X) is np.ndarray
            and X.dtype in _FLOATS
            and X.ndim == 2
            and len(X) > 0
            and X.shape[1] == getattr(self, "n_features_in_", None)
            and not hasattr(self, "feature_names_in_")
        )

    def _score_samples(self, X: Any) -> NDArray[np.float64]:  # noqa: ANN401
        """`score_samples` of checked rows, float32; the parent's `fit` and `score_samples` call it.

        A sparse X is CSR.
        """
        forest = self._kernel_forest()
        if forest is None:
            return self._score_by_trees(X)
        if not issparse(X):
            return self._score_dense(forest, X)
        score = np.empty(X.shape[0])
        step = max(_DENSE_CELLS // X.shape[1], 1)
        for start in range(0, len(score), step):
            some = X[start : start + step]
            # scikit-learn sends a NaN in a sparse matrix another way than one in a dense matrix.
            if np.isnan(some.data).any():
                score[start : start + step] = self._score_by_trees(some)
            else:
                score[start : start + step] = self._score_dense(forest, some.toarray())
        return score

    def _kernel_forest(self) -> Forest | None:
        if "_forest" not in vars(self):
            check_is_fitted(self)
            self._forest = _forest_of(self)
        return self._forest

    def _score_dense(self, forest: Forest, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        many = len(rows) * len(self.estimators_) >= _THREADS_CELLS_MIN
        threads = effective_n_jobs(self.n_jobs) if many else 1
        try:
            return -forest.score(rows, threads=threads)
        except BadInput:  # a NaN, which the kernel has found while it scored
            missing = np.isnan(rows).any(axis=1)
            score = np.empty(len(rows))
            score[~missing] = -forest.score(rows[~missing], threads=threads)
            score[missing] = self._score_by_trees(rows[missing])
            return score

    def _score_by_trees(self, X: Any) -> NDArray[np.float64]:  # noqa: ANN401
        return super()._score_samples(X)  # type: ignore[no-any-return]

    def __getstate__(self) -> dict[str, Any]:
        """What pickle stores: the parent's state."""
        return {name: value for name, value in super().__getstate__().items() if name != "_forest"}


def _forest_of(estimator: IsolationForest) -> Forest | None:
    thresholds = (tree.tree_.threshold for tree in estimator.estimators_)
    finite = all(np.isfinite(threshold).all() for threshold in thresholds)
    if estimator.n_features_in_ > COLUMNS_MAX or not finite:
        return None
    return Forest.from_sklearn(estimator)
