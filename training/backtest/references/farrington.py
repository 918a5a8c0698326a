"""Farrington Flexible: the outbreak detector of public-health laboratories, on weekly counts.

A log-linear quasi-Poisson model with a trend is fitted to each seller's past weeks, twice, the
second time with weeks weighted down whose Anscombe residual is above 2.58. The last week's count is
compared with the 99.5 % quantile of the negative binomial that has the fitted mean and dispersion.
All sellers are fitted at once: with two coefficients, a step of iteratively reweighted least
squares is a closed formula.

The paper has five years of history, a seasonal factor of ten levels and leaves out the last 26
weeks. Histories here last months, so there is no seasonal factor and only 4 weeks are left out.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from training.backtest.daily_counts import DailyCounts
from training.backtest.references.reference import Array, Reference, Scorer

_WEEKS_MAX: Final = 104
_GUARD_WEEKS: Final = 4
_WEEKS_MIN: Final = 6
_RESIDUAL_MAX: Final = 2.58
_QUANTILE: Final = 0.995
_RECENT_CASES_MIN: Final = 5
"""The paper's rule: fewer than five cases in four weeks are no outbreak."""
_ROUNDS: Final = 25
_MEAN_MIN, _MEAN_MAX = 1e-3, 1e7


def quasi_poisson(counts: Array, weights: Array, times: Array) -> tuple[Array, Array, Array]:
    """Fit log mean = a + b t to each of n rows of (n, w) counts, weighted.

    Returns intercepts (n,), slopes (n,) and means (n, w). Rows without a count keep a mean near 0.
    """
    level = np.maximum((weights * counts).sum(axis=1) / weights.sum(axis=1), _MEAN_MIN)
    intercept, slope = np.log(level), np.zeros(len(counts))
    for _ in range(_ROUNDS):
        mean = _mean(intercept, slope, times)
        working = np.log(mean) + (counts - mean) / mean
        w = weights * mean
        total, first, second = w.sum(axis=1), (w * times).sum(axis=1), (w * times**2).sum(axis=1)
        y, ty = (w * working).sum(axis=1), (w * times * working).sum(axis=1)
        determinant = np.maximum(total * second - first**2, 1e-12)
        slope = np.clip((total * ty - first * y) / determinant, -1.0, 1.0)
        intercept = (y - slope * first) / np.maximum(total, 1e-12)
    return intercept, slope, _mean(intercept, slope, times)


def _mean(intercept: Array, slope: Array, times: Array) -> Array:
    predictor = intercept[:, None] + slope[:, None] * times
    return np.asarray(np.exp(np.clip(predictor, np.log(_MEAN_MIN), np.log(_MEAN_MAX))))


def exceedance(counts: Array, known: Array, now: Array) -> Array:
    """(n,) how far the last week lies above its expectation, in units of the way to the limit.

    `counts` (n, w) are past weeks, youngest first, of which `known` (n, w; 0 or 1) had the seller;
    `now` (n,) is the count of the week in question. 1 is the limit.
    """
    weeks = np.arange(counts.shape[1], dtype=np.float64)[None, :]
    times: Array = -(weeks + 1.0 + _GUARD_WEEKS) / 10.0
    weights = known
    for _ in range(2):
        intercept, slope, mean = quasi_poisson(counts, weights, times)
        dispersion = _dispersion(counts, mean, weights)
        weights = known * _reweighted(counts, mean, weights, dispersion, times)
    intercept, slope, mean = quasi_poisson(counts, weights, times)
    dispersion = _dispersion(counts, mean, weights)
    expected = _mean(intercept, slope, np.zeros((1, 1)))[:, 0]
    # A trend that leads above every past count is not used (as in the original algorithm).
    flat = np.maximum((weights * counts).sum(axis=1) / weights.sum(axis=1), _MEAN_MIN)
    expected = np.where(expected > (counts * known).max(axis=1), flat, expected)
    limit = _limit(expected, dispersion)
    return np.asarray((now - expected) / np.maximum(limit - expected, 1e-9))


def _dispersion(counts: Array, mean: Array, weights: Array) -> Array:
    df = np.maximum((weights > 0).sum(axis=1) - 2.0, 1.0)
    spread = (weights * (counts - mean) ** 2 / mean).sum(axis=1)
    return np.asarray(np.maximum(spread / df, 1.0))


def _reweighted(
    counts: Array, mean: Array, weights: Array, dispersion: Array, times: Array
) -> Array:
    """Weeks far above the fit count less: weights fall with the squared Anscombe residual."""
    w = weights * mean
    total, first, second = w.sum(axis=1), (w * times).sum(axis=1), (w * times**2).sum(axis=1)
    determinant = np.maximum(total * second - first**2, 1e-12)[:, None]
    leverage = w * (second[:, None] - 2 * times * first[:, None] + times**2 * total[:, None])
    free = np.sqrt(np.clip(1.0 - leverage / determinant, 0.01, 1.0))
    distance = 1.5 * (counts ** (2 / 3) - mean ** (2 / 3))
    residual = distance / (mean ** (1 / 6) * np.sqrt(dispersion)[:, None] * free)
    new = np.where(residual > _RESIDUAL_MAX, np.maximum(residual, 1.0) ** -2.0, 1.0)
    scale = (weights > 0).sum(axis=1) / np.maximum((new * (weights > 0)).sum(axis=1), 1e-9)
    return np.asarray(new * scale[:, None])


def _limit(mean: Array, dispersion: Array) -> Array:
    """Quantile of the negative binomial of this mean and variance; Poisson where they agree."""
    from scipy import stats  # takes half a second, so only here

    over = np.maximum(dispersion - 1.0, 1e-6)
    return np.asarray(stats.nbinom.ppf(_QUANTILE, mean / over, 1.0 / (1.0 + over)))


def _fitted(counts: DailyCounts, until: int, seed: int) -> Scorer:  # noqa: ARG001
    def scorer(day: int) -> Array:
        weeks = min(_WEEKS_MAX, max((day - counts.first_day) // 7 - _GUARD_WEEKS - 1, 0))
        score = np.full(len(counts.known_from), -np.inf)
        now = counts.window(day, 7)[:, 0]
        weeks_known = counts.age_days(day) // 7 - _GUARD_WEEKS - 1
        able = (counts.window(day, 28)[:, 0] >= _RECENT_CASES_MIN) & (now > 0)
        able &= weeks_known >= _WEEKS_MIN
        if weeks < _WEEKS_MIN or not able.any():
            return score
        past = counts.blocks(day - 7 * (1 + _GUARD_WEEKS), 7, weeks)[able, :, 0]
        known = (np.arange(weeks)[None, :] < weeks_known[able, None]).astype(np.float64)
        score[able] = exceedance(past, known, now[able])
        return score

    return scorer


FARRINGTON: Final = Reference(
    name="Farrington Flexible",
    does=(
        "Exceedance of the last seven days over a quasi-Poisson trend fitted to the seller's "
        "earlier weeks, outliers weighted down; sellers with fewer than five complaints in four "
        "weeks are not alerted."
    ),
    source=(
        "A. Noufaily et al., 2013, An improved algorithm for outbreak detection in multiple "
        "surveillance systems, Statistics in Medicine 32:1206"
    ),
    fitted=_fitted,
)
