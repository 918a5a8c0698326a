"""The isolation forest: fitted by scikit-learn, stored as plain arrays, scored by our own code.

An anomaly is a row that few random splits set apart. scikit-learn draws the splits; here its trees
become four arrays, and `Forest.score` gives minus scikit-learn's ``score_samples``, bit for bit.

Scores come from the compiled kernel (`detector.forest.kernel`) or, where starting it would cost
more than it saves, from NumPy; both add the same numbers in the same order, so scores are equal.

A tree is written breadth first, so the children of its k-th inner node (from 0) are its nodes
2k + 1 (left) and 2k + 2 (right): no array holds a node's number, and so none can be wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Final, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detector.errors import BadArtifact, BadInput
from detector.forest.layout import COLUMNS_MAX, Layout, layout_of
from detector.forest.sklearn_trees import LEAF, mean_path, nodes_of
from detector.kernels import kernels_ready

_BLOCK_CELLS: Final = 32_768
"""Rows times trees that the NumPy path holds at once, so that its work stays in the cache."""

_KERNEL_CELLS_MIN: Final = 30_000_000
"""Rows times trees from which on NumPy takes longer than importing numba (about a second)."""

_THREAD_CELLS_MIN: Final = 1_500_000
"""Rows times trees that a thread must have (3 ms of work) to be worth starting."""

_THREAD_ROWS_MAX: Final = 65_536
"""Rows a thread takes at once, so that all threads end together."""


@dataclass(frozen=True)
class Forest:
    """T trees of N nodes altogether; the arrays are its whole state."""

    tree_start: NDArray[np.int64]
    """(T + 1,) the first node of each tree, and N."""
    feature: NDArray[np.int32]
    """(N,) the column that an inner node looks at; LEAF at a leaf."""
    threshold: NDArray[np.float32]
    """(N,) rows with a value above it go right; 0 at a leaf."""
    value: NDArray[np.float64]
    """(N,) splits needed to reach a leaf and to part what it holds; 0 at an inner node."""
    norm: NDArray[np.float64]
    """() what the summed values are divided by; 0 when the trees saw one row each."""
    columns: NDArray[np.int64]
    """() columns of the feature matrix."""

    @classmethod
    def from_sklearn(cls, estimator: Any) -> Self:  # noqa: ANN401 - scikit-learn has no types
        """Take over the trees of any fitted ``sklearn.ensemble.IsolationForest``.

        Raises BadInput when the estimator is not fitted, or was fitted on more than COLUMNS_MAX
        columns or on values that leave thresholds undefined (NaN or infinity).
        """
        if not hasattr(estimator, "estimators_features_"):
            raise BadInput(f"not a fitted isolation forest: {estimator!r}")
        _check_columns(estimator.n_features_in_)
        pairs = zip(estimator.estimators_, estimator.estimators_features_, strict=True)
        trees = [nodes_of(tree.tree_, np.asarray(columns)) for tree, columns in pairs]
        rows = getattr(estimator, "_max_samples", estimator.max_samples_)
        forest = cls(
            tree_start=np.cumsum([0, *(len(tree[0]) for tree in trees)], dtype=np.int64),
            feature=np.concatenate([tree[0] for tree in trees]),
            threshold=np.concatenate([tree[1] for tree in trees]),
            value=np.concatenate([tree[2] for tree in trees]),
            norm=np.asarray(len(trees) * mean_path(np.array([rows]))[0]),
            columns=np.asarray(estimator.n_features_in_, dtype=np.int64),
        )
        if not np.isfinite(forest.threshold).all():
            raise BadInput(
                "the isolation forest was fitted on NaN or infinite values; fit it again"
            )
        return forest

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any]) -> Self:
        """The forest that `arrays` gave; BadArtifact when they do not describe one."""
        columns: dict[str, Any] = {}
        for field in fields(cls):
            if field.name not in arrays:
                raise BadArtifact(f"forest: array {field.name} is missing")
            array = np.asarray(arrays[field.name])
            if array.dtype != _DTYPES[field.name]:
                expected = np.dtype(_DTYPES[field.name])
                raise BadArtifact(f"forest: {field.name} is {array.dtype}, not {expected}")
            columns[field.name] = array
        forest = cls(**columns)
        _check(forest)
        return forest

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The whole state, to be stored with ``numpy.savez`` and read without pickle."""
        return {field.name: np.asarray(getattr(self, field.name)) for field in fields(self)}

    def score(self, X: ArrayLike, *, threads: int | None = None) -> NDArray[np.float64]:
        """The anomaly score of each of n rows, in (0, 1]; higher is odder, about 0.5 is usual.

        X is (n, columns); values are compared as float32, as scikit-learn does, so infinities are
        allowed. `threads` bounds the threads (default: one a core). Raises BadInput for NaN and for
        another number of columns.
        """
        rows = self._rows_of(X)
        if kernels_ready() or len(rows) * (len(self.tree_start) - 1) >= _KERNEL_CELLS_MIN:
            return self._score_of(self._compiled_depth(rows, threads))
        return self._score_of(self._plain_depth(rows))

    def _rows_of(self, X: ArrayLike) -> NDArray[np.float32]:
        matrix = np.asarray(X)
        if matrix.ndim != 2 or matrix.shape[1] != self._width:
            raise BadInput(f"a matrix (n, {self._width}) is needed, not {matrix.shape}")
        if matrix.dtype != np.float32:
            with np.errstate(over="ignore"):
                return np.ascontiguousarray(matrix, dtype=np.float32)
        # The kernel is compiled for arrays that may be written to, though it never does.
        return matrix if matrix.flags.carray else matrix.copy()

    def _compiled_depth(
        self, rows: NDArray[np.float32], threads: int | None
    ) -> NDArray[np.float64]:
        """What `_plain_depth` gives, from the kernel; threads share the rows."""
        from detector.forest import kernel  # imports numba, which takes most of a second

        depth = np.empty(len(rows))
        cells = len(rows) * (len(self.tree_start) - 1)
        if threads == 1 or cells < 2 * _THREAD_CELLS_MIN:
            _check_row(rows, kernel.add_up(self._layout, rows, depth))
            return depth
        threads = min(threads or kernel.CORES, cells // _THREAD_CELLS_MIN)
        share = min(-(-len(rows) // threads), _THREAD_ROWS_MAX)
        starts = range(0, len(rows), share)

        def work(start: int) -> int:
            part = slice(start, start + share)
            bad: int = kernel.add_up(self._layout, rows[part], depth[part])
            return bad if bad < 0 else start + bad

        # A pool for each call outlives no fork and starts in 0.1 ms.
        with ThreadPoolExecutor(threads) as pool:
            for bad in pool.map(work, starts):
                _check_row(rows, bad)
        return depth

    def _plain_depth(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n,) the leaf values that rows reach, summed over the trees in their order."""
        _check_no_nan(rows)
        depth = np.empty(len(rows))
        block = max(1, _BLOCK_CELLS // (len(self.tree_start) - 1))
        for start in range(0, len(rows), block):
            values = self._leaf_values(rows[start : start + block])
            # accumulate adds in order whatever the shape; sum adds pairs, and rounds differently
            depth[start : start + block] = np.add.accumulate(values, axis=0)[-1]
        return depth

    def _leaf_values(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """(T, n) the value of the leaf that each row reaches in each tree."""
        left, feature, threshold, levels = self._pointers
        flat = rows.ravel()
        start = np.arange(len(rows), dtype=np.int64) * rows.shape[1]
        node = np.repeat(self.tree_start[:-1, np.newaxis], len(rows), axis=1)
        for _ in range(levels):
            above = flat[start + feature[node]] > threshold[node]
            node = left[node] + above
        return self.value[node]

    def _score_of(self, depth: NDArray[np.float64]) -> NDArray[np.float64]:
        if self._norm == 0.0:
            return np.full(len(depth), 0.5)
        score: NDArray[np.float64] = np.power(2.0, depth / -self._norm)
        return score

    @cached_property
    def _norm(self) -> float:
        return float(self.norm)

    @cached_property
    def _width(self) -> int:
        return int(self.columns)

    @cached_property
    def _layout(self) -> Layout:
        from detector.forest import kernel

        return layout_of(
            self.tree_start,
            self.feature,
            self.threshold,
            self.value,
            _left_children(self),
            self._width,
            wide_steps=kernel.WIDE_STEPS,
        )

    @cached_property
    def _pointers(
        self,
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32], int]:
        """Left child, column and threshold by node, and the deepest leaf's level.

        A leaf leads to itself: nothing is above its threshold, infinity.
        """
        inner = self.feature != LEAF
        left = np.where(inner, _left_children(self), np.arange(len(inner)))
        threshold = np.where(inner, self.threshold, np.float32(np.inf))
        node, levels = self.tree_start[:-1], 0
        while (node := node[inner[node]]).size:
            node, levels = np.concatenate([left[node], left[node] + 1]), levels + 1
        return left, np.maximum(self.feature, 0).astype(np.int64), threshold, levels


_DTYPES: Final[Mapping[str, type[np.generic]]] = {
    "tree_start": np.int64,
    "feature": np.int32,
    "threshold": np.float32,
    "value": np.float64,
    "norm": np.float64,
    "columns": np.int64,
}


def fit(X: ArrayLike, *, trees: int = 100, max_samples: int = 256, seed: int) -> Forest:
    """Grow a forest on the rows of X (n, columns), each tree on at most `max_samples` of them.

    The same rows and seed give the same forest. A column that never varies is never split on, so it
    changes nobody's score. Raises BadInput for an empty, NaN or infinite matrix (values beyond
    float32 are infinite), for more than COLUMNS_MAX columns and for counts below one.
    """
    if trees < 1 or max_samples < 1:
        raise BadInput(f"trees ({trees}) and max_samples ({max_samples}) must be at least 1")
    matrix = np.asarray(X)
    if matrix.ndim != 2 or 0 in matrix.shape:
        raise BadInput(f"a matrix with rows and columns is needed, not {matrix.shape}")
    _check_columns(matrix.shape[1])
    with np.errstate(over="ignore"):
        rows = np.ascontiguousarray(matrix, dtype=np.float32)
    if not np.isfinite(rows).all():
        row, column = np.argwhere(~np.isfinite(rows))[0]
        raise BadInput(
            f"row {row}, column {column} is {matrix[row, column]}; it must be finite in float32"
        )
    from sklearn.ensemble import IsolationForest  # takes a second, so only here

    estimator = IsolationForest(
        n_estimators=trees, max_samples=min(max_samples, len(rows)), random_state=seed
    )
    return Forest.from_sklearn(estimator.fit(rows))


def _check_columns(columns: int) -> None:
    if columns > COLUMNS_MAX:
        raise BadInput(f"a forest looks at {COLUMNS_MAX:,} columns at most, not {columns:,}")


def _check_no_nan(rows: NDArray[np.float32]) -> None:
    bad = np.isnan(rows).any(axis=1)
    _check_row(rows, int(bad.argmax()) if bad.any() else -1)


def _check_row(rows: NDArray[np.float32], bad: int) -> None:
    """Refuse the row with the number `bad`, if it is one, for its NaN."""
    if bad >= 0:
        column = np.isnan(rows[bad]).argmax()
        raise BadInput(f"row {bad}, column {column} is NaN; a score needs every value")


def _left_children(forest: Forest) -> NDArray[np.int64]:
    """(N,) the left child's node of each inner node; meaningless at leaves."""
    inner = forest.feature != LEAF
    before = np.cumsum(inner) - inner
    start = np.repeat(forest.tree_start[:-1], np.diff(forest.tree_start))
    left: NDArray[np.int64] = start + 2 * (before - before[start]) + 1
    return left


def _check(forest: Forest) -> None:
    """Raise BadArtifact unless every path of every tree ends in a leaf of that tree."""
    nodes = len(forest.feature)
    start = forest.tree_start
    if forest.norm.ndim or forest.columns.ndim:
        raise BadArtifact("forest: norm and columns must be single numbers")
    if forest.columns > COLUMNS_MAX:
        raise BadArtifact(f"forest: {forest.columns:,} columns, and {COLUMNS_MAX:,} is the most")
    if not (start.ndim == forest.feature.ndim == 1 and len(start) >= 2):
        raise BadArtifact("forest: there is no tree")
    if start[0] != 0 or start[-1] != nodes or (np.diff(start) < 1).any():
        raise BadArtifact(f"forest: tree_start does not part the {nodes} nodes into trees")
    if forest.threshold.shape != (nodes,) or forest.value.shape != (nodes,):
        raise BadArtifact("forest: feature, threshold and value differ in length")
    if not (0.0 <= forest.norm < np.inf and np.isfinite(forest.threshold + forest.value).all()):
        raise BadArtifact("forest: a threshold, value or norm is not a finite number")
    if ((forest.feature < LEAF) | (forest.feature >= forest.columns)).any():
        raise BadArtifact(f"forest: a node looks at a column outside 0..{forest.columns - 1}")
    inner = forest.feature != LEAF
    if (2 * np.add.reduceat(inner, start[:-1]) + 1 != np.diff(start)).any():
        raise BadArtifact("forest: a tree's inner nodes and leaves do not match")
    if (_left_children(forest) <= np.arange(nodes))[inner].any():
        raise BadArtifact("forest: a node's children stand before it")
