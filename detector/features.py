"""The forest's feature matrix: evidence of a spike, window by window.

For each window there are a few columns: evidence in all complaints, the strongest evidence in one
category (less what the best of several would show by chance), and evidence in each column that
cuts across categories. Counts never enter as such: a forest on counts finds large sellers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from detector.baseline import Windows
from detector.panel import ALL, REPEAT_BUYER, WITHOUT_EVIDENCE
from detector.settings import Settings
from detector.surprise import evidence

Array = NDArray[np.float64]

ACROSS: Final = (WITHOUT_EVIDENCE, REPEAT_BUYER)
"""Columns that cut across categories and tell a brigade from a bad batch."""

_FLOOR: Final = 0.0
"""Evidence against a spike is cut here: being quiet is no anomaly."""


@dataclass(frozen=True, slots=True)
class Features:
    """The feature matrix of n sellers and the evidence it was made of."""

    X: Array
    """(n, F) for the forest; see `feature_names`."""
    evidence: Array
    """(n, W, C) natural logarithm of the Bayes factor of a spike, by window and column."""
    total: Array
    """(n,) the same for a spike in any window and column, averaged over them by prior weight."""


def feature_names(columns: tuple[str, ...], settings: Settings) -> tuple[str, ...]:
    """Names of the forest's columns, in order: the contract between training and scoring."""
    groups = (ALL, "one category", *(name for name in columns if name in ACROSS))
    by_window = tuple(f"{g}, {days} d" for g in groups for days in settings.windows_days)
    return (*by_window, *(f"{g}, any window" for g in groups))


def features_of(windows: Windows, columns: tuple[str, ...], settings: Settings) -> Features:
    """The features of n sellers in W windows and C columns."""
    parts = evidence(windows.counts, windows.mean, windows.shape, settings.excess_sds)
    category = [c for c, name in enumerate(columns) if name != ALL and name not in ACROSS]
    across = [c for c, name in enumerate(columns) if name in ACROSS]
    groups = [parts[:, :, 0], _average(parts[:, :, category], 2)]
    groups += [parts[:, :, c] for c in across]
    any_window = [_average(group, 1) for group in groups]
    weight = np.full(len(groups), settings.across_weight)
    weight[:2] = (1.0 - settings.across_weight * len(across)) / 2.0
    total = special.logsumexp(np.stack(any_window, axis=1), b=weight, axis=1)
    X = np.concatenate([*groups, np.stack(any_window, axis=1)], axis=1)
    return Features(np.maximum(X, _FLOOR), parts, np.asarray(total))


def _average(log_factors: Array, axis: int) -> Array:
    """Logarithm of the mean of Bayes factors along an axis."""
    size = max(log_factors.shape[axis], 1)
    return np.asarray(special.logsumexp(log_factors, axis=axis) - np.log(size))
