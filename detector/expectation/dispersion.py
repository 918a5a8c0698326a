"""How much window counts scatter beyond Poisson noise and the uncertainty of the learnt rates.

Two kinds of scatter. Intensity that varies adds a variance that grows with the square of what is
expected: kappa m^2, for each window and column. Complaints that come in clumps (one parcel lost,
three complaints) add one that grows with it: phi m, for each column. Taking one for the other
makes either small or large sellers look like spikes. Both are multiplied by how unevenly the seller
itself files, see `detector.expectation.seller_dispersion`.

They are fitted by maximum likelihood over the sellers of several instants. Real spikes are among
them, so the likelihood is that of a mixture with a small share of counts from a far wider
distribution: spikes must not teach the detector that spikes are usual.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.expectation.baseline import Windows
from detector.expectation.negative_binomial import log_probability

Array = NDArray[np.float64]

_GRID: Final = np.concatenate([[0.002], np.geomspace(0.005, 3.0, 22)])
_COARSE: Final = np.array([0.002, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6])
_CLUMPING: Final = np.array([0.0, 0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 2.5, 4.0])
_CLUMPING_WORTH: Final = 1.35
"""What a likelihood's logarithm has to gain for a clumping other than the one expected, for each
time that a seller is looked at: one in twenty chance gains are as large, where none is below it.
Looks at one seller are hardly independent; and a clumping that is not there hides the few
complaints that are a small seller's spike."""
_SPIKES: Final = 0.01
"""Share of seller-windows taken for contaminated."""
_MEAN_MIN: Final = 0.3
"""Sellers expected to draw fewer complaints tell nothing about scatter beyond Poisson."""
_ROWS_MAX: Final = 12_000
_COARSE_ROWS_MAX: Final = 3_000
_ROWS_MIN: Final = 30
_FALLBACK: Final = 0.1
"""Scatter where no seller is large enough to show it."""


@dataclass(frozen=True, slots=True)
class Scatter:
    """What window counts of a usual seller scatter beyond what is known."""

    lasting: Array
    """(W, C) kappa: relative variance of the intensity."""
    clumping: Array
    """(C,) phi: further variance for each complaint that is expected."""

    def variance(self, mean: Array) -> Array:
        """(n, W, C) relative variance of a usual seller's counts where (n, W, C) are expected."""
        return np.asarray(self.lasting + self.clumping / mean)


@dataclass(frozen=True, slots=True)
class _Column:
    """Counts of one window and column beside what is known of them."""

    counts: Array
    mean: Array
    learnt: Array
    """Relative variance of the learnt rate."""
    unevenness: Array
    wild: Array
    """Logarithm of the probability of a count from the far wider distribution."""

    def thinned(self, rows_max: int) -> _Column:
        step = -(-len(self.counts) // rows_max)
        return _Column(
            self.counts[::step],
            self.mean[::step],
            self.learnt[::step],
            self.unevenness[::step],
            self.wild[::step],
        )

    def log_likelihood(self, lasting: float, clumping: float) -> float:
        variance = self.learnt + self.unevenness * (lasting + clumping / self.mean)
        usual = log_probability(self.counts, self.mean, 1.0 / variance) + np.log1p(-_SPIKES)
        return float(np.logaddexp(usual, self.wild).sum())


def scatter_of(
    windows: Windows, unevenness: Array, at_least: float, *, instants: int = 1
) -> Scatter:
    """Fit the scatter to windows whose shape is that of the learnt rates alone.

    `unevenness` (n,) is what each seller's scatter is multiplied by; a seller's windows are there
    for so many `instants`.
    """
    _, w_count, c_count = windows.counts.shape
    lasting, clumping = np.full((w_count, c_count), _FALLBACK), np.zeros(c_count)
    for c in range(c_count):
        columns = {w: _column(windows, unevenness, w, c) for w in range(w_count)}
        known = {w: column for w, column in columns.items() if column is not None}
        # A column that tells little clumps as all complaints do, and those not until they show it.
        clumping[c] = _fitted_clumping(list(known.values()), clumping[0], instants)
        for w, column in known.items():
            fits = [column.log_likelihood(kappa, clumping[c]) for kappa in _GRID]
            lasting[w, c] = _GRID[int(np.argmax(fits))]
    return Scatter(np.maximum(lasting, at_least), clumping)


def scattered(windows: Windows, scatter: Scatter, unevenness: Array) -> Windows:
    """Windows whose shape holds the scatter beside the uncertainty of the learnt rates."""
    extra = scatter.variance(windows.mean) * unevenness[:, None, None]
    new = windows.newcomers
    if new is not None:
        more = scatter.variance(new.mean) * unevenness[new.rows][:, None, None]
        new = replace(new, beside=new.beside + more)
    return Windows(windows.counts, windows.mean, 1.0 / (1.0 / windows.shape + extra), new)


def _column(windows: Windows, unevenness: Array, w: int, c: int) -> _Column | None:
    telling = windows.mean[:, w, c] >= _MEAN_MIN
    if windows.newcomers is not None:
        telling[windows.newcomers.rows] = False  # what is expected of them hangs on if they joined
    rows = np.flatnonzero(telling)
    if len(rows) < _ROWS_MIN:
        return None
    rows = rows[:: -(-len(rows) // _ROWS_MAX)]
    counts, mean = windows.counts[rows, w, c], windows.mean[rows, w, c]
    wild = log_probability(counts, 4.0 * mean + 2.0, np.full_like(mean, 0.5)) + np.log(_SPIKES)
    return _Column(counts, mean, 1.0 / windows.shape[rows, w, c], unevenness[rows], wild)


def _fitted_clumping(columns: list[_Column], expected: float, instants: int) -> float:
    """phi, the same for all windows: small and large means tell it from kappa."""
    thinned = [column.thinned(_COARSE_ROWS_MAX) for column in columns[::2]]
    if not thinned:
        return expected
    fits = np.array(
        [
            sum(max(column.log_likelihood(kappa, phi) for kappa in _COARSE) for column in thinned)
            for phi in _CLUMPING
        ]
    )
    looks = len(thinned) * instants
    fits[np.searchsorted(_CLUMPING, expected)] += _CLUMPING_WORTH * looks
    return float(_CLUMPING[int(np.argmax(fits))])
