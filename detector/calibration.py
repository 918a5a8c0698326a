"""From scores to probabilities: how often a seller without a spike would score as high.

Most sellers have no spike, but the few that do sit exactly where the tail has to be judged. So the
tail is not read off history. Complaints are drawn anew from the fitted model without any spike,
scored like real ones, and the share of drawn scores above s is the p-value of s. Where history's
bulk (its upper tenth, which spikes hardly reach) scores higher than the drawn one, the drawn
scores are stretched until they agree. Past the largest drawn score the tail goes on exponentially.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.baseline import Windows
from detector.features import ACROSS
from detector.panel import ALL

Array = NDArray[np.float64]

_KNOTS: Final = 400
_TAIL_SHARE: Final = 0.001
"""The exponential tail is fitted to this share of the drawn scores."""
_BULK: Final = (0.1, 0.05, 0.03)


@dataclass(frozen=True, slots=True)
class Calibration:
    """The tail of the scores of sellers without a spike."""

    knots: Array
    """(K,) scores, rising."""
    log_tails: Array
    """(K,) natural logarithm of the share of scores at or above each knot, falling."""
    slope: float
    """Fall of that logarithm per unit of score past the last knot."""

    def p_value(self, score: Array) -> Array:
        """The chance that a seller without a spike scores at least as high, in (0, 1]."""
        inside = np.interp(score, self.knots, self.log_tails)
        past = np.maximum(score - self.knots[-1], 0.0) * self.slope
        return np.asarray(np.exp(np.maximum(inside - past, -690.0)))


def calibrate(drawn: Array, observed: Array) -> Calibration:
    """Learn the tail from scores drawn without spikes and scores observed in history."""
    stretched = drawn + _shift(drawn, observed)
    stretched = np.sort(stretched)
    n = len(stretched)
    tails = np.geomspace(1.0, max(20.0 / n, 1e-9), _KNOTS)
    place = np.minimum((n * (1.0 - tails)).astype(int), n - 1)
    knots, first = np.unique(stretched[place], return_index=True)
    log_tails = np.log(tails[first])
    high = stretched[int(n * (1.0 - max(_TAIL_SHARE, 200.0 / n))) :]
    excess = float(np.mean(high - high[0]))
    return Calibration(knots, log_tails, 1.0 / max(excess, 0.5))


def q_values(p_values: Array) -> Array:
    """False-discovery rate at which each of n sellers would be flagged.

    Y. Benjamini and Y. Hochberg, 1995, J. R. Stat. Soc. B 57:289.
    """
    n = len(p_values)
    order = np.argsort(p_values, kind="stable")
    ranked = p_values[order] * n / np.arange(1, n + 1)
    q = np.empty(n)
    q[order] = np.minimum(np.minimum.accumulate(ranked[::-1])[::-1], 1.0)
    return q


def draw_without_spikes(
    windows: Windows,
    days: tuple[int, ...],
    columns: tuple[str, ...],
    scatter: Array,
    rng: np.random.Generator,
) -> Array:
    """(n, W, C) counts drawn from the model: own rate, daily scatter, Poisson; never a spike.

    Windows are nested, so the days between two window ends are drawn and summed. Scatter is
    common to all categories of a seller's days; the rates' uncertainty is each category's own.
    """
    mean = windows.mean
    step = np.diff(mean, axis=1, prepend=0.0).clip(min=1e-12)
    lengths = np.diff(np.array(days, dtype=float), prepend=0.0)
    daily = float(np.average(scatter[:, 0] * np.array(days), weights=1.0 / np.array(days)))
    n = len(mean)
    noise = _gamma(rng, daily / lengths[None, :], (n, len(days)))
    counts = np.zeros_like(mean)
    own = [c for c, name in enumerate(columns) if name != ALL and name not in ACROSS]
    lasting = np.maximum(1.0 / windows.shape[:, -1, :] - scatter[-1], 1e-6)
    for c in own:
        rate = _gamma(rng, lasting[:, c], (n,))
        counts[:, :, c] = rng.poisson(step[:, :, c] * noise * rate[:, None])
    counts[:, :, 0] = counts[:, :, own].sum(axis=2)
    for c, name in enumerate(columns):
        if name in ACROSS:
            share = np.clip(step[:, :, c] / step[:, :, own].sum(axis=2), 0.0, 1.0)
            counts[:, :, c] = rng.binomial(counts[:, :, 0].astype(np.int64), share)
    return np.asarray(counts.cumsum(axis=1))


def _gamma(rng: np.random.Generator, variance: Array, size: tuple[int, ...]) -> Array:
    shape = 1.0 / np.maximum(variance, 1e-9)
    return np.asarray(rng.gamma(np.broadcast_to(shape, size)) / shape)


def _shift(drawn: Array, observed: Array) -> float:
    """How much higher the observed bulk scores than the drawn one; never negative."""
    differences = [np.quantile(observed, 1 - q) - np.quantile(drawn, 1 - q) for q in _BULK]
    return max(float(np.median(differences)), 0.0)
