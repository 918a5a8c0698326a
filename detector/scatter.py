"""How much window counts scatter beyond Poisson noise and the uncertainty of the learnt rates.

The relative variance kappa of each window and column is fitted by maximum likelihood over the
sellers of several instants. Real spikes are among them, so the likelihood is that of a mixture
with a small share of counts from a far wider distribution: spikes must not teach the detector
that spikes are usual.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.baseline import Windows
from detector.surprise import log_probability

Array = NDArray[np.float64]

_GRID: Final = np.concatenate([[0.002], np.geomspace(0.005, 3.0, 22)])
_SPIKES: Final = 0.01
"""Share of seller-windows taken for contaminated."""
_MEAN_MIN: Final = 0.3
"""Sellers expected to draw fewer complaints tell nothing about scatter beyond Poisson."""
_ROWS_MAX: Final = 20_000


def scatter_of(windows: Windows, at_least: float) -> Array:
    """(W, C) relative variance of the counts of each window and column."""
    _, w_count, c_count = windows.counts.shape
    scatter = np.empty((w_count, c_count))
    for w in range(w_count):
        for c in range(c_count):
            scatter[w, c] = _fit(windows, w, c)
    return np.maximum(scatter, at_least)


def _fit(windows: Windows, w: int, c: int) -> float:
    mean = windows.mean[:, w, c]
    rows = np.flatnonzero(mean >= _MEAN_MIN)
    if len(rows) < 30:
        return _FALLBACK
    if len(rows) > _ROWS_MAX:
        rows = rows[:: len(rows) // _ROWS_MAX + 1]
    counts, mean = windows.counts[rows, w, c], mean[rows]
    variance = 1.0 / windows.shape[rows, w, c]
    wild = log_probability(counts, 4.0 * mean + 2.0, np.full_like(mean, 0.5)) + np.log(_SPIKES)
    fits = [
        np.logaddexp(
            log_probability(counts, mean, 1.0 / (variance + kappa)) + np.log1p(-_SPIKES), wild
        ).sum()
        for kappa in _GRID
    ]
    return float(_GRID[int(np.argmax(fits))])


_FALLBACK: Final = 0.1
"""Scatter where no seller is large enough to show it."""
