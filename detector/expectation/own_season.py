"""A seller's own season, from the second year of its history.

The market's factor follows the seasons that sellers share. A seller of heaters in a market of shoes
has another one. So each seller with a long past is given a curve of its own, relative to the
market's: two waves a year, fitted to its weekly counts by quasi-Poisson regression, as outbreak
detection does (A. Noufaily et al., 2013, Statistics in Medicine 32:1206; weeks far above the curve
weigh less, so that past spikes do not bend it). The curve is shrunk towards none by a normal prior,
whose variances training fits to all sellers. A drift of the level is fitted beside it, so that
growth is not taken for a season, but it is not used: a slow rise must stay visible.

What the curve leaves unexplained is the best measure of how regular the seller is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.durations import DAY_US
from detector.expectation.delay import DelayDistribution
from detector.expectation.exposure import exposure_of
from detector.expectation.panel import Panel
from detector.history.history import History
from detector.history.timeline import Blocks, blocks_of
from detector.settings import Settings

Array = NDArray[np.float64]

_YEAR_DAYS: Final = 365.25
_YEARS_MAX: Final = 5
_WEEKS_MIN: Final = 72
"""Weeks of history before the guard band from which a season can be told from a drift."""
_COMPLAINTS_MIN: Final = 50
"""Fewer complaints than one in ten days tell nothing of a season."""
_MARKET_COMPLAINTS: Final = 10.0
"""Complaints of a steady market assumed in each week besides the observed ones."""
_LEVEL_VARIANCE: Final = 10.0
_DRIFT_VARIANCE: Final = 0.09
"""Of the yearly drift of a level, in logarithms: a third up or down is usual."""
_WAVE_VARIANCE: Final = 0.02
"""Of a wave's coefficients, before sellers have shown any: a swing of a seventh."""
_SELLERS_ASSUMED: Final = 3.0
"""Sellers of that variance, assumed besides the observed ones."""
_DISPERSION_WEEKS: Final = 10.0
"""Weeks of a usual seller's dispersion, assumed besides the observed ones."""
_RESIDUAL_MAX: Final = 2.58
"""Weeks whose Anscombe residual is larger weigh less: Noufaily's threshold."""
_ROUNDS: Final = 4
"""Newton's steps before weeks are weighed, and after."""
_LARGEST_STEP: Final = 1.0
_LARGEST_CURVE: Final = 4.0
_PARAMETERS: Final = 6
"""Level, drift, and sine and cosine of two waves."""


@dataclass(frozen=True, slots=True)
class SeasonPrior:
    """How strong sellers' own seasons are."""

    variance: Array
    """(2,) of the coefficients of the yearly and the half-yearly wave, in logarithms; zeros where
    no seller has a long past."""
    dispersion: float
    """Variance of a usual seller's week over its mean."""


NO_SEASONS: Final = SeasonPrior(np.zeros(2), 1.0)
"""What is assumed before a market has shown otherwise."""


@dataclass(frozen=True, slots=True)
class MarketWeeks:
    """Complaints of all sellers with a long past in V weeks, youngest first."""

    seen: Array
    """(V,) complaints."""
    due: Array
    """(V,) what the sellers' own levels make due, were there no season."""

    def times(self, factor: float) -> MarketWeeks:
        """The weeks of so many markets like this one."""
        return MarketWeeks(self.seen * factor, self.due * factor)


NO_WEEKS: Final = MarketWeeks(np.zeros(0), np.zeros(0))
"""Of a market without sellers that have a long past."""


@dataclass(frozen=True, slots=True)
class LongPast:
    """Weekly counts of those m of n sellers that have a long past."""

    rows: NDArray[np.int64]
    """(m,) indices of the sellers, ascending."""
    counts: Array
    """(m, V) complaints."""
    exposure: Array
    """(m, V) orders whose complaints would fall into the week; see `Panel.exposure`."""
    ages: Array
    """(V,) age of each week's middle in days."""

    @property
    def level(self) -> Array:
        """(m,) complaints for each unit of exposure."""
        return np.asarray((self.counts.sum(axis=1) + 0.1) / (self.exposure.sum(axis=1) + 1e-9))


@dataclass(frozen=True, slots=True)
class Residuals:
    """How far the weeks of m sellers scatter around their curves."""

    excess: Array
    """(m,) sum over weeks of the squared residual less the expected count."""
    due: Array
    """(m,) sum over weeks of the expected count."""
    squares: Array
    """(m,) the same of its square."""
    weeks: Array
    """(m,) number of weeks, those that weigh less in part."""


@dataclass(frozen=True, slots=True)
class OwnSeasons:
    """The curves of m of n sellers."""

    rows: NDArray[np.int64]
    """(m,) indices of the sellers."""
    factor: Array
    """(m, B) the season in each block of the panel, 1 on average over the past."""
    relative_variance: Array
    """(m, W) of each window's expected count, from the curve's uncertainty."""
    residuals: Residuals

    def variance_of_all(self, sellers: int) -> Array:
        """(n, W) `relative_variance`; 0 for the other sellers."""
        variance = np.zeros((sellers, self.relative_variance.shape[1]))
        variance[self.rows] = self.relative_variance
        return variance


@dataclass(frozen=True, slots=True)
class _Curves:
    """The regression of m sellers."""

    waves: Array
    """(m, 4) coefficients."""
    covariance: Array
    """(m, 4, 4)"""
    mean: Array
    """(m, V) expected counts."""
    weights: Array
    """(m, V) in [0, 1]; 0 in weeks without exposure."""
    dispersion: Array
    """(m,) variance of a week over its mean."""


def long_past_of(
    history: History,
    instant: int,
    delay: DelayDistribution,
    settings: Settings,
    *,
    weeks: int | None = None,
) -> LongPast | None:
    """Weekly counts of the sellers whose past is long and busy enough; None without any.

    `instant` is in microseconds UTC; the history holds nothing dated at or after it. `weeks` is how
    many to count: as many as the market has where some of its sellers are looked at, so that each
    gets the same curve, with any sellers beside it. By default, all up to five years.
    """
    if weeks == 0:
        return None
    guard = max(settings.windows_days) + settings.guard_days
    first_seen = history.first_seen()
    weeks_known = (instant - np.minimum(first_seen, instant)) // (7 * DAY_US) - guard // 7
    volume = np.bincount(history.complaints.seller, minlength=len(history.sellers))
    chosen = (weeks_known >= _WEEKS_MIN) & (volume >= _COMPLAINTS_MIN)
    if not chosen.any():
        return None
    part = history.chosen(chosen)
    if weeks is None:
        weeks = int(min(weeks_known[chosen].max(), 52 * _YEARS_MAX))
    edges = np.concatenate([[0], guard + 7 * np.arange(weeks + 1)])
    exposure = exposure_of(part, instant, Blocks(edges.astype(np.int64), 0), delay)[:, 1:]
    complaints = part.complaints
    week = ((instant - 1 - complaints.filed_at) // DAY_US - guard) // 7
    inside = (week >= 0) & (week < weeks)
    place = complaints.seller[inside].astype(np.int64) * weeks + week[inside]
    counts = np.bincount(place, minlength=len(exposure) * weeks).reshape(-1, weeks)
    busy = counts.sum(axis=1) >= _COMPLAINTS_MIN
    if not busy.any():
        return None
    rows = np.flatnonzero(chosen)[busy]
    ages = np.arange(weeks, dtype=np.float64) * 7.0 + (guard + 3.5)
    return LongPast(rows, counts[busy].astype(np.float64), exposure[busy], ages)


def market_weeks_of(past: LongPast | None) -> MarketWeeks:
    """What all sellers with a long past have in common; of length 0 without any."""
    if past is None:
        return NO_WEEKS
    seen = past.counts.sum(axis=0)
    due = (past.exposure * past.level[:, None]).sum(axis=0)
    return MarketWeeks(seen, due)


def fit_season_prior(past: LongPast | None, market: MarketWeeks) -> SeasonPrior:
    """Fit the prior to all sellers with a long past, by expectation and maximisation."""
    if past is None:
        return NO_SEASONS
    prior = SeasonPrior(np.full(2, _WAVE_VARIANCE), 1.5)
    for _ in range(6):
        curves = _fit(past, market, prior)
        second = curves.waves**2 + np.einsum("npp->np", curves.covariance)
        by_wave = second.reshape(-1, 2, 2).mean(axis=2).sum(axis=0)
        assumed = _SELLERS_ASSUMED * _WAVE_VARIANCE
        variance = (by_wave + assumed) / (len(past.rows) + _SELLERS_ASSUMED)
        prior = SeasonPrior(variance, float(np.median(curves.dispersion)))
    return prior


def own_seasons_of(
    past: LongPast | None, market: MarketWeeks, prior: SeasonPrior, settings: Settings
) -> OwnSeasons | None:
    """The curves of the sellers with a long past, each seller's for itself; None without any.

    `market` may have been estimated at another instant.
    """
    if past is None or not prior.variance.any() or len(market.seen) == 0:
        return None
    curves = _fit(past, market, prior)
    blocks = blocks_of(settings)
    waves = _waves(blocks.ages)
    log_factor = _product(curves.waves, waves)
    weight = blocks.days * 0.5 ** (blocks.ages / settings.half_life_days)
    usual = (log_factor * weight).sum(axis=1) / weight.sum()
    first = np.array(settings.windows_days) + settings.guard_days
    contrasts = np.stack(
        [
            waves[:days].mean(axis=0)
            - (waves[start:] * weight[start:, None]).sum(axis=0) / weight[start:].sum()
            for days, start in zip(settings.windows_days, first.tolist(), strict=True)
        ]
    )
    variance = np.zeros((len(past.rows), len(contrasts)))
    for p in range(contrasts.shape[1]):
        for q in range(contrasts.shape[1]):
            both = contrasts[:, p] * contrasts[:, q]
            variance += curves.covariance[:, p, q, None] * both
    factor = np.exp(log_factor - usual[:, None])
    return OwnSeasons(past.rows, factor, np.maximum(variance, 0.0), _residuals(past, curves))


def with_seasons(panel: Panel, seasons: OwnSeasons | None) -> Panel:
    """The panel with the sellers' own seasons in their exposure."""
    if seasons is None:
        return panel
    exposure = panel.exposure.copy()
    exposure[seasons.rows] *= seasons.factor
    return replace(panel, exposure=exposure)


def _residuals(past: LongPast, curves: _Curves) -> Residuals:
    weights, mean = curves.weights, curves.mean
    weeks = (past.exposure > 0).sum(axis=1).astype(np.float64)
    lost = weeks / np.maximum(weeks - _PARAMETERS, 1.0)
    squared = (weights * (past.counts - mean) ** 2).sum(axis=1) * lost
    due = (weights * mean).sum(axis=1)
    return Residuals(squared - due, due, (weights * mean**2).sum(axis=1), weights.sum(axis=1))


def _fit(past: LongPast, market: MarketWeeks, prior: SeasonPrior) -> _Curves:
    """Penalised quasi-Poisson regression of each seller's weeks on level, drift and waves."""
    counts = past.counts
    offset = np.maximum(past.exposure * past.level[:, None] * _market_factor(past, market), 1e-9)
    design = _design(past.ages)
    precision = 1.0 / np.array(
        [_LEVEL_VARIANCE, _DRIFT_VARIANCE, *np.repeat(np.maximum(prior.variance, 1e-6), 2)]
    )
    weights = (past.exposure > 0).astype(np.float64)
    beta = np.zeros((len(counts), _PARAMETERS))
    for _ in range(2):
        for _ in range(_ROUNDS):
            mean = _mean(beta, design, offset)
            dispersion = _dispersion(counts, mean, weights, prior)
            slope, curvature = _derivatives(counts, mean, weights / dispersion[:, None], design)
            curvature += np.diag(precision)
            step = np.linalg.solve(curvature, (slope - beta * precision)[:, :, None])[:, :, 0]
            beta = beta + np.clip(step, -_LARGEST_STEP, _LARGEST_STEP)
        mean = _mean(beta, design, offset)
        weights = (past.exposure > 0) * _weights(counts, mean, dispersion)
    covariance = np.asarray(np.linalg.inv(curvature), dtype=np.float64)[:, 2:, 2:]
    return _Curves(beta[:, 2:], covariance, mean, weights, dispersion)


def _market_factor(past: LongPast, market: MarketWeeks) -> Array:
    """(m, V) the market's season without the seller itself, as far back as it is known."""
    known = min(len(market.seen), past.counts.shape[1])
    factor = np.ones(past.counts.shape)
    seen = np.maximum(market.seen[:known] - past.counts[:, :known], 0.0)
    own = past.exposure[:, :known] * past.level[:, None]
    due = np.maximum(market.due[:known] - own, 0.0)
    factor[:, :known] = (seen + _MARKET_COMPLAINTS) / (due + _MARKET_COMPLAINTS)
    return factor


def _design(ages: Array) -> Array:
    """(V, 6) level, drift in years, and waves at each age in days."""
    drift = (ages.mean() - ages) / _YEAR_DAYS
    return np.column_stack([np.ones(len(ages)), drift, _waves(ages)])


def _waves(ages: Array) -> Array:
    """(k, 4) cosine and sine of the yearly wave, then of the half-yearly one."""
    angle = 2.0 * np.pi * ages / _YEAR_DAYS
    return np.column_stack([f(k * angle) for k in (1, 2) for f in (np.cos, np.sin)])


def _product(coefficients: Array, columns: Array) -> Array:
    """(m, k) of (m, p) and (k, p), added in order so that a seller alone gives the same bits."""
    total = np.zeros((len(coefficients), len(columns)))
    for p in range(columns.shape[1]):
        total += coefficients[:, p, None] * columns[:, p]
    return total


def _mean(beta: Array, design: Array, offset: Array) -> Array:
    curve = np.clip(_product(beta, design), -_LARGEST_CURVE, _LARGEST_CURVE)
    return np.asarray(np.exp(curve) * offset)


def _dispersion(counts: Array, mean: Array, weights: Array, prior: SeasonPrior) -> Array:
    """(m,) variance over mean, shrunk to a usual seller's; at least 1."""
    pearson = (weights * (counts - mean) ** 2 / (mean + 0.05)).sum(axis=1)
    df = np.maximum(weights.sum(axis=1) - _PARAMETERS, 1.0)
    shrunk = (pearson + _DISPERSION_WEEKS * prior.dispersion) / (df + _DISPERSION_WEEKS)
    return np.asarray(np.maximum(shrunk, 1.0))


def _weights(counts: Array, mean: Array, dispersion: Array) -> Array:
    """(m, V) less than 1 where a week lies far above its curve."""
    distance = 1.5 * (counts ** (2 / 3) - mean ** (2 / 3)) / mean ** (1 / 6)
    residual = distance / np.sqrt(dispersion)[:, None]
    return np.asarray((_RESIDUAL_MAX / np.maximum(residual, _RESIDUAL_MAX)) ** 2)


def _derivatives(counts: Array, mean: Array, weights: Array, design: Array) -> tuple[Array, Array]:
    """Slope (m, 6) of the log-likelihood and its curvature (m, 6, 6), without the prior's."""
    residual, information = weights * (counts - mean), weights * mean
    size = design.shape[1]
    slope = np.empty((len(counts), size))
    curvature = np.empty((len(counts), size, size))
    for p in range(size):
        slope[:, p] = (residual * design[:, p]).sum(axis=1)
        for q in range(p + 1):
            both = (information * (design[:, p] * design[:, q])).sum(axis=1)
            curvature[:, p, q] = curvature[:, q, p] = both
    return slope, curvature
