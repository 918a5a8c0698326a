"""Each seller's own dispersion, as a multiple of a usual seller's.

Some sellers draw complaints in bursts by nature: a wholesaler's week, a pop-up shop's. A burst of
theirs is less of a spike than the same burst of a steady seller. Pairs of complaints in one week
tell them apart: a week with m expected complaints has m^2 ordered pairs by chance, and
kappa m^2 + phi m more by dispersion (see `detector.expectation.dispersion`). A seller whose past is
long enough for a curve of its own is measured around it, see `detector.expectation.own_season`.

A seller's own figure is uncertain, so it is shrunk towards 1 by an inverse chi-squared prior,
fitted to all sellers by maximum likelihood (G. K. Smyth, 2004, Stat. Appl. Genet. Mol. Biol. 3:3,
does this for the variances of genes).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from detector.expectation.baseline import Market, without_self
from detector.expectation.own_season import OwnSeasons
from detector.expectation.panel import Panel, market_due_of
from detector.expectation.prior import Prior, overall
from detector.settings import Settings

Array = NDArray[np.float64]

_QUADRATIC_MIN: Final = 0.01
"""Least kappa of a week that a seller's dispersion is compared with."""
_DF_MIN: Final = 4.0
"""Sellers with fewer degrees of freedom take no part in fitting the prior."""
_SELLERS_MIN: Final = 30
_PRIOR_DF_BOUNDS: Final = (3.0, 500.0)
"""Below 3 a seller without data could have any dispersion; above 500 all have the same."""
_PRIOR_DF_FALLBACK: Final = 10.0
"""Where too few sellers have data: one in a hundred has four times the usual dispersion."""
_SCALE_BOUNDS: Final = (0.1, 20.0)
_SAMPLE_BOUNDS: Final = (0.02, 30.0)


@dataclass(frozen=True, slots=True)
class WeeklyPairs:
    """Pairs of complaints that n sellers drew in one week, before the windows and guard band."""

    pairs: Array
    """(n,) ordered pairs of complaints filed in the same week."""
    due: Array
    """(n,) complaints expected at the seller's own rate."""
    squares: Array
    """(n,) the sum over weeks of the squared expected count: the pairs expected by chance."""
    weeks: Array
    """(n,) weeks in which complaints were expected."""

    def with_residuals(self, seasons: OwnSeasons | None) -> WeeklyPairs:
        """The same, where sellers with a long past are measured by the years around their curve."""
        if seasons is None:
            return self
        rows, found = seasons.rows, seasons.residuals
        pairs, due, squares, weeks = (
            values.copy() for values in (self.pairs, self.due, self.squares, self.weeks)
        )
        pairs[rows] = found.excess + found.squares
        due[rows], squares[rows], weeks[rows] = found.due, found.squares, found.weeks
        return WeeklyPairs(pairs, due, squares, weeks)


@dataclass(frozen=True, slots=True)
class DispersionPrior:
    """Dispersion of a usual seller's week, and how little sellers differ in it."""

    quadratic: float
    """kappa of a week: relative variance of its intensity."""
    linear: float
    """phi of a week: further variance for each expected complaint."""
    prior_df: float
    """Degrees of freedom of the inverse chi-squared prior; larger where sellers differ less."""


@dataclass(frozen=True, slots=True)
class SellerDispersion:
    """Posterior of the dispersion of n sellers, as a multiple of a usual seller's."""

    scale: Array
    """(n,) of the inverse chi-squared distribution."""
    df: Array
    """(n,) its degrees of freedom, > 2."""

    @property
    def mean(self) -> Array:
        """(n,) expected dispersion: the factor of the next count's variance beyond Poisson."""
        return self.scale * self.df / (self.df - 2.0)

    def sample(self, rng: np.random.Generator) -> Array:
        """(n,) one sample of each seller's dispersion."""
        sample = self.scale * self.df / rng.chisquare(self.df).clip(min=1e-3)
        return np.asarray(np.clip(sample, *_SAMPLE_BOUNDS))

    def take(self, rows: NDArray[np.int64]) -> SellerDispersion:
        """The dispersion of the sellers at some indices."""
        return SellerDispersion(self.scale[rows], self.df[rows])


def weekly_pairs_of(panel: Panel, prior: Prior, market: Market, settings: Settings) -> WeeklyPairs:
    """Count the pairs of the n sellers of a panel, in the weeks before the days counted singly.

    Each seller is compared with the others: one that is most of its market would follow itself, and
    never seem to scatter. Weeks far above what is expected are clipped: they may be spikes.
    """
    first = settings.recent_days
    base = prior.rate * market.factor
    offered = panel.exposure[:, first:] * base[first:, 0]
    seen = panel.counts[:, first:, 0]
    market_due = market_due_of(panel, base, first)
    rate, _variance = overall(seen.sum(axis=1), offered.sum(axis=1), prior, market_due)
    mean, noise = without_self(rate[:, None] * offered, seen, market.in_blocks[first:])
    if settings.protect_baseline:
        plausible = mean + 2.0 * settings.protect_sds * np.sqrt(mean + 0.2 * mean**2) + 3.0
        seen = np.minimum(seen, plausible)
    # Chance in the others' complaints makes the square of what is expected larger on average.
    return WeeklyPairs(
        pairs=(seen * (seen - 1.0)).sum(axis=1),
        due=mean.sum(axis=1),
        squares=(mean**2 / (1.0 + noise)).sum(axis=1),
        weeks=(mean > 0).sum(axis=1).astype(np.float64),
    )


def seller_dispersion_of(pairs: WeeklyPairs, prior: DispersionPrior) -> SellerDispersion:
    """The dispersion of n sellers, from their own days and the prior."""
    ratio, df = _ratio(pairs, prior.quadratic, prior.linear)
    posterior_df = prior.prior_df + df
    scale = (prior.prior_df + df * np.maximum(ratio, 0.0)) / posterior_df
    return SellerDispersion(np.clip(scale, *_SCALE_BOUNDS), posterior_df)


def fit_dispersion_prior(pairs: WeeklyPairs, quadratic: float, linear: float) -> DispersionPrior:
    """Fit the prior by maximum likelihood, from a first guess of a week's kappa and phi.

    With fewer than 30 sellers that have data, the guess stands.
    """
    quadratic = max(quadratic, _QUADRATIC_MIN)
    ratio, df = _ratio(pairs, quadratic, linear)
    informative = df >= _DF_MIN
    if informative.sum() < _SELLERS_MIN:
        return DispersionPrior(quadratic, linear, _PRIOR_DF_FALLBACK)
    usual, prior_df = _fit_f(np.maximum(ratio[informative], 0.02), df[informative])
    return DispersionPrior(quadratic * usual, linear * usual, prior_df)


def _ratio(pairs: WeeklyPairs, quadratic: float, linear: float) -> tuple[Array, Array]:
    """Each seller's dispersion over the usual one, and its degrees of freedom; (n,) each."""
    usual = linear * pairs.due + quadratic * pairs.squares
    ratio = (pairs.pairs - pairs.squares) / np.maximum(usual, 1e-12)
    mean = np.maximum(pairs.due / np.maximum(pairs.weeks, 1.0), 1e-9)
    beyond = linear * mean + quadratic * mean**2
    variance = mean + beyond
    # The square of a rare count varies far more than a normal one's: less is learnt from it.
    heavy = 1.0 + 3.0 * beyond / mean**2 + 0.5 / variance
    return ratio, pairs.weeks * (beyond / variance) ** 2 / heavy


def _fit_f(ratio: Array, df: Array) -> tuple[float, float]:
    """The usual ratio and the prior's degrees of freedom: ratio / usual is F distributed."""
    from scipy import optimize  # only training needs it, and it takes a third of a second

    def loss(point: Array) -> float:
        usual, prior_df = np.exp(point)
        f = df * ratio / usual
        density = (
            0.5 * df * np.log(f)
            + 0.5 * prior_df * np.log(prior_df)
            - 0.5 * (df + prior_df) * np.log(f + prior_df)
            - special.betaln(df / 2.0, prior_df / 2.0)
        )
        return -float(density.sum())

    bounds = [(-3.0, 3.0), (np.log(_PRIOR_DF_BOUNDS[0]), np.log(_PRIOR_DF_BOUNDS[1]))]
    best = optimize.minimize(loss, np.log([1.0, 5.0]), method="L-BFGS-B", bounds=bounds).x
    return float(np.exp(best[0])), float(np.exp(best[1]))
