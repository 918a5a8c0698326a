"""Each seller's own dispersion, as a multiple of a usual seller's.

Some sellers draw complaints in bursts by nature: a wholesaler's week, a pop-up shop's. A burst of
theirs is less of a spike than the same burst of a steady seller. Pairs of complaints on one day
tell them apart: a day with m expected complaints has m^2 ordered pairs by chance, and
kappa m^2 + phi m more by dispersion (see `detector.expectation.dispersion`).

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

from detector.durations import DAY_US
from detector.expectation.panel import Panel, market_due_of
from detector.expectation.prior import Prior, overall
from detector.history.history import History
from detector.history.timeline import Blocks
from detector.settings import Settings

Array = NDArray[np.float64]

_QUADRATIC_MIN: Final = 0.05
"""Least kappa of a day that a seller's dispersion is compared with."""
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
class SameDayPairs:
    """Pairs of complaints that n sellers drew on one day, before the windows and guard band."""

    pairs: Array
    """(n,) ordered pairs of complaints filed on the same day."""
    due: Array
    """(n,) complaints expected at the seller's own rate."""
    squares: Array
    """(n,) the sum over days of the squared expected count: the pairs expected by chance."""
    days: Array
    """(n,) days on which complaints were expected."""


@dataclass(frozen=True, slots=True)
class DispersionPrior:
    """Dispersion of a usual seller's day, and how little sellers differ in it."""

    quadratic: float
    """kappa of a day: relative variance of its intensity."""
    linear: float
    """phi of a day: further variance for each expected complaint."""
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


def same_day_pairs_of(
    history: History,
    instant: int,
    panel: Panel,
    base: Array,
    prior: Prior,
    blocks: Blocks,
    settings: Settings,
) -> SameDayPairs:
    """Count the pairs of n sellers in a history that holds nothing dated at or after the instant.

    `instant` is in microseconds UTC; `base` (B, C) is the complaints expected for each unit of the
    panel's exposure.
    """
    first = max(settings.windows_days) + settings.guard_days
    old = int(np.searchsorted(blocks.edges[:-1], first))
    offered = panel.exposure[:, old:] * base[old:, 0]
    seen = panel.counts[:, old:, 0].sum(axis=1)
    rate, _variance = overall(seen, offered.sum(axis=1), prior, market_due_of(panel, base, old))
    length = blocks.days[old:]
    daily = rate[:, None] * offered / length
    return SameDayPairs(
        pairs=_pairs(history, instant, daily, old, blocks, settings),
        due=(daily * length).sum(axis=1),
        squares=(daily**2 * length).sum(axis=1),
        days=((daily > 0) * length).sum(axis=1),
    )


def seller_dispersion_of(pairs: SameDayPairs, prior: DispersionPrior) -> SellerDispersion:
    """The dispersion of n sellers, from their own days and the prior."""
    ratio, df = _ratio(pairs, prior.quadratic, prior.linear)
    posterior_df = prior.prior_df + df
    scale = (prior.prior_df + df * np.maximum(ratio, 0.0)) / posterior_df
    return SellerDispersion(np.clip(scale, *_SCALE_BOUNDS), posterior_df)


def fit_dispersion_prior(pairs: SameDayPairs, quadratic: float, linear: float) -> DispersionPrior:
    """Fit the prior by maximum likelihood, from a first guess of a day's kappa and phi.

    With fewer than 30 sellers that have data, the guess stands.
    """
    quadratic = max(quadratic, _QUADRATIC_MIN)
    ratio, df = _ratio(pairs, quadratic, linear)
    informative = df >= _DF_MIN
    if informative.sum() < _SELLERS_MIN:
        return DispersionPrior(quadratic, linear, _PRIOR_DF_FALLBACK)
    usual, prior_df = _fit_f(np.maximum(ratio[informative], 0.02), df[informative])
    return DispersionPrior(quadratic * usual, linear * usual, prior_df)


def _ratio(pairs: SameDayPairs, quadratic: float, linear: float) -> tuple[Array, Array]:
    """Each seller's dispersion over the usual one, and its degrees of freedom; (n,) each."""
    usual = linear * pairs.due + quadratic * pairs.squares
    ratio = (pairs.pairs - pairs.squares) / np.maximum(usual, 1e-12)
    mean = np.maximum(pairs.due / np.maximum(pairs.days, 1.0), 1e-9)
    beyond = linear * mean + quadratic * mean**2
    variance = mean + beyond
    # The square of a rare count varies far more than a normal one's: less is learnt from it.
    heavy = 1.0 + 3.0 * beyond / mean**2 + 0.5 / variance
    return ratio, pairs.days * (beyond / variance) ** 2 / heavy


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


def _pairs(
    history: History, instant: int, daily: Array, old: int, blocks: Blocks, settings: Settings
) -> Array:
    """(n,) ordered pairs on one day in the blocks from `old` on.

    Days far above `daily`, the expected counts (n, those blocks), are clipped: they may be spikes.
    """
    complaints = history.complaints
    age = (instant - 1 - complaints.filed_at) // DAY_US
    rows = np.flatnonzero((age >= blocks.edges[old]) & (age < blocks.edges[-1]))
    seller, age = complaints.seller[rows], age[rows]
    # Complaints are sorted by seller and then time, so those of one day lie together.
    starts = np.flatnonzero((np.diff(seller, prepend=-1) != 0) | (np.diff(age, prepend=-1) != 0))
    counts = np.diff(starts, append=len(rows)).astype(np.float64)
    several = counts > 1
    seller, age, counts = seller[starts][several], age[starts][several], counts[several]
    if settings.protect_baseline:
        due = daily[seller, blocks.block_of(age) - old]
        plausible = due + 2.0 * settings.protect_sds * np.sqrt(due + due**2) + 3.0
        counts = np.minimum(counts, plausible)
    pairs = np.bincount(seller, weights=counts * (counts - 1.0), minlength=len(daily))
    return np.asarray(pairs, dtype=np.float64)
