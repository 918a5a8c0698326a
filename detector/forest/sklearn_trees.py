"""scikit-learn's fitted trees as plain arrays, written breadth first."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

LEAF: Final = -1
"""The column of a node without children, and its child in scikit-learn's trees."""


def nodes_of(
    tree: Any,  # noqa: ANN401 - scikit-learn has no types
    columns: NDArray[np.int64],
) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.float64]]:
    """Column, threshold and value of one fitted tree's N nodes, breadth first; each (N,).

    `columns` are those that the tree saw, by its own numbers.
    """
    left, right = tree.children_left, tree.children_right
    level = np.zeros(1, dtype=np.int64)
    order: list[NDArray[np.int64]] = []
    depth: list[NDArray[np.float64]] = []
    while level.size:
        order.append(level)
        depth.append(np.full(len(level), len(depth) + 1.0))
        inner = level[left[level] != LEAF]
        level = np.column_stack([left[inner], right[inner]]).ravel()
    nodes = np.concatenate(order)
    leaf = left[nodes] == LEAF
    # The order of the additions is scikit-learn's, so that the sums round alike.
    value = np.concatenate(depth) + mean_path(tree.n_node_samples[nodes]) - 1.0
    return (
        np.where(leaf, LEAF, columns[np.where(leaf, 0, tree.feature[nodes])]).astype(np.int32),
        np.where(leaf, np.float32(0), _floor32(tree.threshold[nodes])),
        np.where(leaf, value, 0.0),
    )


def _floor32(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """The largest float32 not above each value: a float32 is above one if it is above the other."""
    with np.errstate(over="ignore"):
        near = values.astype(np.float32)
    below = np.nextafter(near, np.float32(-np.inf))
    floor: NDArray[np.float32] = np.where(near.astype(np.float64) > values, below, near)
    return floor


def mean_path(rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Splits that a random tree needs on average to part so many rows (Liu et al. 2008, eq. 1)."""
    path = np.where(rows == 2, 1.0, 0.0)
    many = rows > 2
    n = rows[many]
    path[many] = 2.0 * (np.log(n - 1.0) + np.euler_gamma) - 2.0 * (n - 1.0) / n
    return path
