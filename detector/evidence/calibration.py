"""From scores to probabilities: how often a seller without a spike scores at least as high.

Most sellers have no spike, but the few that do sit exactly where the tail has to be judged. So the
tail is not read off history. Complaints are drawn from the fitted model without any spike, scored
like real ones, and the share of drawn scores above s is the p-value of s. Where history's
bulk (its upper tenth, which spikes hardly reach) scores higher than the drawn one, the drawn
scores are shifted up until they agree. Past the largest drawn score the tail goes on exponentially.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.expectation.baseline import Windows
from detector.expectation.dispersion import Dispersion
from detector.expectation.panel import ACROSS, ALL
from detector.expectation.prior import Prior, newcomer_rates
from detector.expectation.seller_dispersion import SellerDispersion

Array = NDArray[np.float64]

_KNOTS: Final = 400
_TAIL_SHARE: Final = 0.001
"""The exponential tail is fitted to this share of the drawn scores."""
_BULK: Final = (0.1, 0.05, 0.03)
_SPIKES_FROM: Final = 0.002
"""Scores that a smaller share of drawn sellers reaches are left out of the bulk as spikes."""


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
    return tail_of(drawn + _shift(drawn, observed))


def tail_of(scores: Array, *, rows_least: float = 20.0) -> Calibration:
    """The tail of scores as they were drawn, up to the score that `rows_least` of them reach."""
    ranked = np.sort(scores)
    n = len(ranked)
    tails = np.geomspace(1.0, max(rows_least / n, 1e-9), _KNOTS)
    place = np.minimum((n * (1.0 - tails)).astype(int), n - 1)
    knots, first = np.unique(ranked[place], return_index=True)
    log_tails = np.log(tails[first])
    high = ranked[int(n * (1.0 - max(_TAIL_SHARE, 200.0 / n))) :]
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


def q_values_among(some: Array, everyone: Array) -> Array:
    """`q_values` of `everyone` (n,), for `some` (k,) of them: sorts values, not indices.

    For a few of a million this takes a sixth of the time of `q_values`.
    """
    n = len(everyone)
    ranked = np.sort(everyone)
    place = np.searchsorted(ranked, some)
    shares = ranked * n / np.arange(1, n + 1)
    least = np.minimum.accumulate(shares[::-1])[::-1]
    return np.asarray(np.minimum(least[place], 1.0))


def draw_without_spikes(
    windows: Windows,
    days: tuple[int, ...],
    columns: tuple[str, ...],
    dispersion: Dispersion,
    own_dispersion: SellerDispersion,
    prior: Prior,
    rng: np.random.Generator,
) -> Array:
    """(n, W, C) counts drawn from the model: own rate, dispersion, Poisson; never a spike.

    The windows' shape is that of the learnt rates alone. Each seller's dispersion is sampled from
    its posterior; its linear part is that of a negative-binomial process, which adds up over days.
    A newcomer's rate is sampled from the prior of newcomers.

    Windows are nested, so the days between two window ends are drawn and summed. Dispersion from
    day to day is common to all of a seller's categories; dispersion that longer windows do not
    average out lasts as long as they do, for the seller or for one category.
    """
    mean, learnt, debuts = _to_draw_from(windows, days, columns, prior, rng)
    n = len(mean)
    step = np.diff(mean, axis=1, prepend=0.0).clip(min=1e-12)
    lengths = np.diff(np.array(days, dtype=float), prepend=0.0)
    times = own_dispersion.sample(rng)
    daily, common, of_column = _parts_of(dispersion.quadratic, days)
    noise = _gamma(rng, daily / lengths * times[:, None], (n, len(days)))
    noise = noise * _gamma(rng, common * times[:, None], (n, 1))
    counts = np.zeros_like(mean)
    own = [c for c, name in enumerate(columns) if name != ALL and name not in ACROSS]
    for c in own:
        rate = _gamma(rng, learnt[:, c] + of_column[c] * times, (n,))
        linear = dispersion.linear[c] * times[:, None]
        mean_here = step[:, :, c] * noise * rate[:, None]
        counts[:, :, c] = rng.poisson(_overdispersed(rng, mean_here, linear)) + (debuts == c)
    counts[:, :, 0] = counts[:, :, own].sum(axis=2)
    for c, name in enumerate(columns):
        if name in ACROSS:
            rate = _gamma(rng, learnt[:, c] + of_column[c], (n,))
            share = step[:, :, c] / step[:, :, own].sum(axis=2) * rate[:, None]
            counts[:, :, c] = rng.binomial(counts[:, :, 0].astype(np.int64), share.clip(0.0, 1.0))
    return np.asarray(counts.cumsum(axis=1))


def _to_draw_from(
    windows: Windows,
    days: tuple[int, ...],
    columns: tuple[str, ...],
    prior: Prior,
    rng: np.random.Generator,
) -> tuple[Array, Array, NDArray[np.int64]]:
    """Means (n, W, C), learnt variance (n, C) and the column of each first complaint (n, W).

    The first complaint about a newcomer is certain, wherever it falls; 0 where there is none.
    """
    # Long windows of new sellers know nothing of a rate that short ones know well: it has one.
    mean, learnt = windows.mean, 1.0 / windows.shape[:, 0, :]
    debuts = np.zeros(mean.shape[:2], dtype=np.int64)
    new = windows.newcomers
    if new is None:
        return mean, learnt, debuts
    mean, learnt = mean.copy(), learnt.copy()
    rate = newcomer_rates(new.silent, prior, rng)
    mean[new.rows] = np.maximum(rate[:, None, None] * new.offered, 1e-9)
    learnt[new.rows] = new.other_variance[:, 0]
    own = [c for c, name in enumerate(columns) if name != ALL and name not in ACROSS]
    shares = new.offered[:, -1, own].cumsum(axis=1)
    drawn = rng.random(len(new.rows))[:, None] * shares[:, -1:]
    column = np.array(own)[(drawn >= shares[:, :-1]).sum(axis=1)]
    first = np.searchsorted(np.array(days, dtype=float), new.days)
    inside = first < len(days)
    debuts[new.rows[inside], first[inside]] = column[inside]
    return mean, learnt, debuts


def _parts_of(quadratic: Array, days: tuple[int, ...]) -> tuple[float, float, Array]:
    """kappa from day to day, lasting kappa of the seller, and (C,) of each column beyond it."""
    lengths = np.array(days, dtype=float)
    daily = float(quadratic[0, 0] * lengths[0])
    common = max(float((quadratic[:, 0] - daily / lengths).max()), 0.0)
    beyond = np.median(quadratic - quadratic[:, :1], axis=0).clip(min=0.0)
    return daily, common, np.asarray(beyond)


def _gamma(rng: np.random.Generator, variance: Array, size: tuple[int, ...]) -> Array:
    shape = 1.0 / np.maximum(variance, 1e-9)
    return np.asarray(rng.gamma(np.broadcast_to(shape, size)) / shape)


def _overdispersed(rng: np.random.Generator, mean: Array, linear: Array) -> Array:
    """Poisson means whose counts have the variance mean * (1 + linear)."""
    if not linear.any():
        return mean
    return np.asarray(rng.standard_gamma(np.maximum(mean / linear, 1e-12)) * linear)


def _shift(drawn: Array, observed: Array) -> float:
    """How much higher the upper tenth of the observed scores is than of the drawn ones; >= 0.

    Spikes of the past must not pass for scatter. So both samples end where next to nothing is drawn
    without a spike, which moves with the median, whatever the spikes.
    """
    moved = max(float(np.median(observed) - np.median(drawn)), 0.0)
    highest = float(np.quantile(drawn, 1.0 - _SPIKES_FROM))
    usual, seen = drawn[drawn <= highest], observed[observed <= highest + moved]
    differences = [np.quantile(seen, 1 - q) - np.quantile(usual, 1 - q) for q in _BULK]
    return max(float(np.median(differences)), 0.0)
