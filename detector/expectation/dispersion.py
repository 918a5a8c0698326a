"""How much window counts vary beyond Poisson noise and the uncertainty of the learnt rates.

There are two kinds of dispersion. Where the intensity varies, the variance has a term kappa m^2,
quadratic in the expected count m: one kappa for each window and column. Where one cause brings
several complaints (one parcel lost, three complaints), it has a term phi m, linear in it: one phi
for each column. Mistaking one for the other makes either small or large sellers look like spikes.
Both are multiplied by the seller's own dispersion, see `detector.expectation.seller_dispersion`.

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

_QUADRATIC: Final = np.concatenate([[0.002], np.geomspace(0.005, 3.0, 22)])
_COARSE_QUADRATIC: Final = np.array([0.002, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6])
_LINEAR: Final = np.array([0.0, 0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 2.5, 4.0])
QUADRATIC_MAX: Final = float(_QUADRATIC[-1])
LINEAR_MAX: Final = float(_LINEAR[-1])
"""The largest kappa and phi that are tried; a fit that ends there may be cut off."""
_LINEAR_GAIN_MIN: Final = 1.35
"""Log-likelihood that another phi than the expected one must gain for each look at a seller. One in
twenty gains by chance is as large. Looks at one seller are hardly independent, and a phi that is
too large hides the few complaints that are a small seller's spike."""
_SPIKES: Final = 0.01
"""Share of the windows of sellers that are assumed to hold a spike."""
_MEAN_MIN: Final = 0.3
"""Windows with fewer expected complaints show no dispersion beyond Poisson noise."""
_ROWS_MAX: Final = 12_000
_COARSE_ROWS_MAX: Final = 3_000
_ROWS_MIN: Final = 30
_FALLBACK: Final = 0.1
"""kappa where no seller is large enough to show it."""


@dataclass(frozen=True, slots=True)
class Dispersion:
    """Dispersion of a usual seller's counts in W windows and C columns."""

    quadratic: Array
    """(W, C) kappa: relative variance of the intensity."""
    linear: Array
    """(C,) phi: further variance for each expected complaint."""

    def variance(self, mean: Array) -> Array:
        """(n, W, C) relative variance of a usual seller's counts, for expected counts (n, W, C)."""
        return np.asarray(self.quadratic + self.linear / mean)


@dataclass(frozen=True, slots=True)
class _Column:
    """Counts of one window and column beside what is known of them."""

    counts: Array
    mean: Array
    learnt: Array
    """Relative variance of the learnt rate."""
    multiplier: Array
    """The seller's own dispersion, as a multiple of a usual seller's."""
    log_spike: Array
    """Logarithm of the probability of a count that comes from the far wider distribution."""

    def thinned(self, rows_max: int) -> _Column:
        step = -(-len(self.counts) // rows_max)
        return _Column(
            self.counts[::step],
            self.mean[::step],
            self.learnt[::step],
            self.multiplier[::step],
            self.log_spike[::step],
        )

    def log_likelihood(self, kappa: float, phi: float) -> float:
        variance = self.learnt + self.multiplier * (kappa + phi / self.mean)
        usual = log_probability(self.counts, self.mean, 1.0 / variance) + np.log1p(-_SPIKES)
        return float(np.logaddexp(usual, self.log_spike).sum())


def fit_dispersion(
    windows: Windows, multiplier: Array, at_least: float, *, instants: int = 1
) -> Dispersion:
    """Fit the dispersion to windows of n sellers, whose shape is that of the learnt rates alone.

    `multiplier` (n,) is each seller's own dispersion as a multiple of a usual seller's. A seller
    has one row for each of up to `instants` instants. No kappa is below `at_least`.
    """
    _, w_count, c_count = windows.counts.shape
    quadratic, linear = np.full((w_count, c_count), _FALLBACK), np.zeros(c_count)
    for c in range(c_count):
        columns = {w: _column(windows, multiplier, w, c) for w in range(w_count)}
        known = {w: column for w, column in columns.items() if column is not None}
        # A column with little data has the phi of column 0, which is 0 until its data show more.
        linear[c] = _fitted_phi(list(known.values()), linear[0], instants)
        for w, column in known.items():
            fits = [column.log_likelihood(kappa, linear[c]) for kappa in _QUADRATIC]
            quadratic[w, c] = _QUADRATIC[int(np.argmax(fits))]
    return Dispersion(np.maximum(quadratic, at_least), linear)


def fitted_quadratic(
    windows: Windows, multiplier: Array, w: int, c: int, linear: float
) -> tuple[float | None, int]:
    """kappa of one window and column at a known phi, and to how many sellers it was fitted.

    The arguments are those of `fit_dispersion`. None where fewer than 30 sellers could show it.
    """
    column = _column(windows, multiplier, w, c)
    if column is None:
        return None, 0
    from scipy import optimize  # only training and drift need it, and it takes a third of a second

    found = optimize.minimize_scalar(
        lambda kappa: -column.log_likelihood(kappa, linear),
        bounds=(0.0, QUADRATIC_MAX),
        method="bounded",
    )
    return float(found.x), len(column.counts)


def with_dispersion(windows: Windows, dispersion: Dispersion, multiplier: Array) -> Windows:
    """Add the dispersion to the uncertainty of the learnt rates in the shape of n sellers' windows.

    `multiplier` (n,) is each seller's own dispersion as a multiple of a usual seller's.
    """
    extra = dispersion.variance(windows.mean) * multiplier[:, None, None]
    new = windows.newcomers
    if new is not None:
        more = dispersion.variance(new.mean) * multiplier[new.rows][:, None, None]
        new = replace(new, other_variance=new.other_variance + more)
    return replace(windows, shape=1.0 / (1.0 / windows.shape + extra), newcomers=new)


def _column(windows: Windows, multiplier: Array, w: int, c: int) -> _Column | None:
    informative = windows.mean[:, w, c] >= _MEAN_MIN
    if windows.newcomers is not None:
        informative[windows.newcomers.rows] = (
            False  # their expected count depends on whether they joined
        )
    rows = np.flatnonzero(informative)
    if len(rows) < _ROWS_MIN:
        return None
    rows = rows[:: -(-len(rows) // _ROWS_MAX)]
    counts, mean = windows.counts[rows, w, c], windows.mean[rows, w, c]
    log_spike = log_probability(counts, 4.0 * mean + 2.0, np.full_like(mean, 0.5)) + np.log(_SPIKES)
    return _Column(counts, mean, 1.0 / windows.shape[rows, w, c], multiplier[rows], log_spike)


def _fitted_phi(columns: list[_Column], expected: float, instants: int) -> float:
    """phi, the same for all windows: small and large means tell it from kappa."""
    thinned = [column.thinned(_COARSE_ROWS_MAX) for column in columns[::2]]
    if not thinned:
        return expected
    fits = np.array(
        [
            sum(
                max(column.log_likelihood(kappa, phi) for kappa in _COARSE_QUADRATIC)
                for column in thinned
            )
            for phi in _LINEAR
        ]
    )
    looks = len(thinned) * instants
    fits[np.searchsorted(_LINEAR, expected)] += _LINEAR_GAIN_MIN * looks
    return float(_LINEAR[int(np.argmax(fits))])
