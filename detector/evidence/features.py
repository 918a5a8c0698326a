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

from detector.evidence.surprise import evidence, log_mean_exp, surprise
from detector.expectation.baseline import Windows
from detector.expectation.newcomers import Newcomers
from detector.expectation.panel import ACROSS, ALL
from detector.settings import Settings

Array = NDArray[np.float64]


_FLOOR: Final = 0.0
"""Evidence against a spike is cut here: being quiet is no anomaly."""


@dataclass(frozen=True, slots=True)
class Features:
    """The feature matrix of n sellers and the evidence it was made of."""

    X: Array
    """(n, F) by window and group of columns; see `feature_names`."""
    evidence: Array
    """(n, W, C) natural logarithm of the Bayes factor of a spike, by window and column."""
    total: Array
    """(n,) the same for a spike in any window and column, averaged over them by prior weight."""

    changes: Array | None = None
    """(n, K) columns of changes of what complaints are made of, where they are looked for."""

    @property
    def seen(self) -> Array:
        """(n, F) what the forest sees: X, or the evidence in one column beside the changes."""
        if self.changes is None:
            return self.X
        return np.column_stack([np.maximum(self.total, _FLOOR), self.changes])


def feature_names(columns: tuple[str, ...], settings: Settings) -> tuple[str, ...]:
    """Names of the columns of X, in order: the contract between training and scoring."""
    groups = (ALL, "one category", *(name for name in columns if name in ACROSS))
    by_window = tuple(f"{g}, {days} d" for g in groups for days in settings.windows_days)
    return (*by_window, *(f"{g}, any window" for g in groups))


def features_of(windows: Windows, columns: tuple[str, ...], settings: Settings) -> Features:
    """The features of n sellers in W windows and C columns."""
    joined = windows.if_joined()
    parts = _evidence(windows, joined, windows.newcomers, settings)
    groups = _groups(parts, columns)
    any_window = np.stack([log_mean_exp(group, 1) for group in groups], axis=1)
    X = np.concatenate([*groups, any_window], axis=1)
    total = _total(any_window, settings)
    past = windows.past(settings.windows_days, settings.over_days)
    if past is not None:
        joined = joined and joined.past(settings.windows_days, settings.over_days)
        over = _evidence(past, joined, windows.newcomers, settings)
        discounted = _discount_if_over(total, _past_total(over, columns, settings), settings)
        total = np.where(_is_back_to_due(windows, parts, settings), discounted, total)
    return Features(np.maximum(X, _FLOOR), parts, total)


def surprises_of(windows: Windows) -> Array:
    """(n, W, C) surprise; a newcomer's tails are averaged over both explanations of its silence."""
    found = surprise(windows.counts, windows.usual, windows.shape)
    new, joined = windows.newcomers, windows.if_joined()
    if new is not None and joined is not None:
        if_joined = surprise(joined.counts, joined.mean, joined.shape)
        tail = new.averaged(-found[new.rows] * np.log(10.0), -if_joined * np.log(10.0))
        found[new.rows] = np.maximum(-tail / np.log(10.0), 0.0)
    return found


def _evidence(
    windows: Windows, joined: Windows | None, newcomers: Newcomers | None, settings: Settings
) -> Array:
    """Evidence (n, …) by window and column; of newcomers, under both explanations of the silence.

    The Bayes factor of a spike is the mean of those under each, weighted by its chance without a
    spike.
    """
    found = evidence(windows.counts, windows.usual, windows.shape, settings.excess_sds)
    if joined is not None and newcomers is not None:
        if_joined = evidence(joined.counts, joined.mean, joined.shape, settings.excess_sds)
        found[newcomers.rows] = newcomers.averaged(found[newcomers.rows], if_joined)
    return found


def _groups(parts: Array, columns: tuple[str, ...]) -> list[Array]:
    """Evidence (n, W) in all complaints, in one category, and in each column across them."""
    category = [c for c, name in enumerate(columns) if name != ALL and name not in ACROSS]
    across = [c for c, name in enumerate(columns) if name in ACROSS]
    best = log_mean_exp(parts[:, :, category], 2)
    return [parts[:, :, 0], best, *(parts[:, :, c] for c in across)]


def _total(any_window: Array, settings: Settings) -> Array:
    """(n,) evidence of a spike of any kind, from that of each group (n, G)."""
    across = any_window.shape[1] - 2
    main = (1.0 - settings.across_weight * across) / 2.0
    return log_mean_exp(any_window, 1, (main, main, *(settings.across_weight,) * across))


def _past_total(parts: Array, columns: tuple[str, ...], settings: Settings) -> Array:
    """(n,) evidence of a spike that is over, from its parts (n, P, C)."""
    groups = [log_mean_exp(group, 1) for group in _groups(parts, columns)]
    return _total(np.stack(groups, axis=1), settings)


def _is_back_to_due(windows: Windows, parts: Array, settings: Settings) -> NDArray[np.bool_]:
    """(n,) whether the last days hold no more than is due, in the column that stands out most.

    Until then a spike that ebbs keeps its evidence, however much larger it was.
    """
    recent = int(np.searchsorted(settings.windows_days, settings.over_days))
    column = parts.max(axis=1).argmax(axis=1)
    rows = np.arange(len(parts))
    return np.asarray(windows.counts[rows, recent, column] <= windows.mean[rows, recent, column])


def _discount_if_over(total: Array, over: Array, settings: Settings) -> Array:
    """Evidence, but no more than the odds that the spike is still on plus an allowance.

    A spike stays in long windows for weeks after it has ended. Without this, spikes that are over
    would fill the first places of the queue.
    """
    still_on = total - over + settings.over_allowance
    return np.asarray(-np.logaddexp(-total, -still_on))
