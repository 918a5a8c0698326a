"""What is usual for each seller: expected counts by window, with their uncertainty.

Two levels of empirical Bayes. A seller's overall rate, relative to the market's, is distributed
over sellers as a mixture of gammas, from the smallest size of seller to the largest; given that
rate, the rate in each category is gamma distributed around it. Both priors are fitted by maximum
likelihood of the negative-binomial marginal over all sellers (W. DuMouchel, 1999, The American
Statistician 53:177, for the gamma-Poisson screen; N. Laird, 1978, JASA 73:805, for a mixture whose
form the sellers tell). A seller with a long history is judged by it; a seller with none by the
prior, which must know how large sellers are: no history is not a spike.

Each window has its own baseline, which ends a guard band before the window starts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.kernels import kernels_if_warm
from detector.panel import Panel, totals
from detector.settings import Settings
from detector.surprise import log_probability
from detector.timeline import Blocks

Array = NDArray[np.float64]

SHAPE_MIN, SHAPE_MAX = 0.05, 1e4
_LOO_COMPLAINTS = 5.0
"""Complaints of a steady market assumed besides the observed ones when one seller is left out."""

_NARROWER: Final = 2.0
"""Shape of the sellers of one size, as a multiple of that of all: mixing sizes widens it again."""
_SHAPE_LEAST: Final = 2.0
_STEP_SDS: Final = 1.4
"""Distance of a size from the next, in standard deviations of its sellers' rates."""
_SIZES_MAX: Final = 24
_LARGER: Final = 4.0
"""How much larger than the largest seller so far the next one may be."""
_MEMBERS_MIN: Final = 0.01
"""Sizes that fewer sellers are expected to have are left out."""
_ROUNDS: Final = 200
"""Of expectation and maximisation; the shares settle in the first few dozen."""


@dataclass(frozen=True, slots=True)
class Prior:
    """What a seller looks like before its own history is seen."""

    rate: Array
    """(C,) complaints per unit of exposure, over the whole market."""
    sizes: Array
    """(K,) mean rate, relative to the market's, of each size of seller; ascending."""
    shares: Array
    """(K,) share of sellers of each size; sums to 1."""
    shape: float
    """Gamma shape of the relative rates of sellers of one size."""
    mix_shape: Array
    """(C,) gamma shape of a category's rate around the seller's own."""

    @property
    def mean(self) -> float:
        """Mean over sellers of the rate relative to the market's."""
        return float(self.shares @ self.sizes)

    @property
    def relative_variance(self) -> float:
        """Variance of sellers' relative rates over their mean squared: what a newcomer's may be."""
        return float((1.0 + 1.0 / self.shape) * (self.shares @ self.sizes**2) / self.mean**2 - 1.0)


@dataclass(frozen=True, slots=True)
class Market:
    """What moves all sellers alike at an instant."""

    factor: Array
    """(B, C) rate of the market in each block relative to the prior's rate."""
    complaints: Array
    """(W, C) complaints of all sellers in each window."""


@dataclass(frozen=True, slots=True)
class Windows:
    """Counts of n sellers in W windows and C columns beside what was expected there."""

    counts: Array
    """(n, W, C)"""
    mean: Array
    """(n, W, C) expected complaints, > 0."""
    shape: Array
    """(n, W, C) negative-binomial shape: variance is mean + mean^2 / shape."""

    def past(self, days: tuple[int, ...], recent_days: int) -> Windows | None:
        """Counts beside expectations of the windows' parts that are over, (n, P, C).

        Each part lies between the ends of two windows, the younger of at least `recent_days`: a
        spike that fits one of them better than any window is over. None without such parts.
        """
        pairs = [
            (young, old)
            for old in range(len(days))
            for young in range(old)
            if days[young] >= recent_days
        ]
        if not pairs:
            return None
        young, old = np.array(pairs, dtype=int).reshape(-1, 2).T
        share = 1.0 - np.array([days[y] / days[o] for y, o in pairs])
        # The two windows have baselines of their own, so their difference alone could be negative.
        least = 0.3 * share[:, None] * self.mean[:, old]
        mean = np.maximum(self.mean[:, old] - self.mean[:, young], least)
        return Windows(self.counts[:, old] - self.counts[:, young], mean, self.shape[:, old])


def windows_of(
    panel: Panel, prior: Prior, market: Market, blocks: Blocks, settings: Settings
) -> Windows:
    """Counts and expectations of every window, each seller standing outside its own market.

    Their shape is that of the learnt rates: what counts scatter beyond them is not in it yet, see
    `detector.scatter`.
    """
    base = prior.rate * market.factor
    counts, offered, seen, due = _window_sums(panel, base, prior, blocks, settings)
    mean, relative_variance = np.empty_like(counts), np.empty_like(counts)
    for w in range(len(settings.windows_days)):
        rate, relative_variance[:, w] = posterior(seen[:, w], due[:, w], prior)
        mean[:, w] = rate * offered[:, w]
    mean = _without_self(np.maximum(mean, 1e-9), counts, market.complaints)
    noise = 1.0 / (market.complaints + _LOO_COMPLAINTS)
    return Windows(counts, mean, 1.0 / (relative_variance + noise))


def _window_sums(
    panel: Panel, base: Array, prior: Prior, blocks: Blocks, settings: Settings
) -> tuple[Array, Array, Array, Array]:
    """Counts and dues inside each window, and weighted in its baseline, (n, W, C) each."""
    days = np.array(settings.windows_days)
    first = days + settings.guard_days
    weight = 0.5 ** (blocks.ages / settings.half_life_days)
    kernels = kernels_if_warm()
    if kernels:
        rate, _ = posterior(*totals(panel, base), prior)
        sds = settings.protect_sds if settings.protect_baseline else -1.0
        sums: tuple[Array, Array, Array, Array] = kernels.panel.window_sums(
            panel.counts, panel.exposure, base, rate, sds, weight, days, first
        )
        return sums
    offered = panel.exposure[:, :, None] * base
    usual = protected(panel, offered, base, prior, settings)
    inside, offered_inside = (
        np.cumsum(a[:, : days.max()], axis=1) for a in (panel.counts, offered)
    )
    # Baselines are summed from the oldest block on, so that one pass serves every window.
    seen, due = (
        np.cumsum((a * weight[:, None])[:, ::-1], axis=1)[:, ::-1] for a in (usual, offered)
    )
    return inside[:, days - 1], offered_inside[:, days - 1], seen[:, first], due[:, first]


def posterior(seen: Array, due: Array, prior: Prior) -> tuple[Array, Array]:
    """Posterior mean and relative variance of the sellers' relative rates, (n, C) each.

    `seen` (n, C) complaints and `due` (n, C) complaints that a seller of the market's own rate
    would have had; column 0 counts all.
    """
    total, total_variance = (part[:, None] for part in overall(seen[:, 0], due[:, 0], prior))
    shape = prior.mix_shape + seen
    own = prior.mix_shape / total
    rate = shape / (own + due)
    borrowed = own / (own + due)
    relative_variance = 1.0 / shape + borrowed**2 * total_variance
    rate[:, 0], relative_variance[:, 0] = total[:, 0], total_variance[:, 0]
    return rate, relative_variance


def overall(seen: Array, due: Array, prior: Prior) -> tuple[Array, Array]:
    """Posterior mean and relative variance of the sellers' overall relative rates, (n,) each.

    The sizes share one shape, so that a seller's complaints and dues tell sizes apart by powers of
    their scales alone. Sizes are added one by one: a seller alone gives the same bits.
    """
    shape = prior.shape + seen
    scales = [prior.shape / size + due for size in prior.sizes]
    logs = [
        np.log(share) + prior.shape * np.log(prior.shape / size) - shape * np.log(scale)
        for share, size, scale in zip(prior.shares, prior.sizes, scales, strict=True)
    ]
    largest = np.maximum.reduce(logs)
    weight, first, second = np.zeros_like(seen), np.zeros_like(seen), np.zeros_like(seen)
    for log, scale in zip(logs, scales, strict=True):
        chance = np.exp(log - largest)
        weight += chance
        first += chance / scale
        second += chance / scale**2
    spread = second * weight / first**2
    return shape * first / weight, np.maximum(spread - 1.0, 0.0) + spread / shape


def protected(panel: Panel, offered: Array, base: Array, prior: Prior, settings: Settings) -> Array:
    """(n, B, C) counts with past spikes clipped to what the seller's own rate makes plausible.

    Clipping keeps a past spike from making the next one look usual. It is a policy, not a law:
    `Settings.protect_baseline` turns it off.
    """
    if not settings.protect_baseline:
        return panel.counts
    rate, _ = posterior(*totals(panel, base), prior)
    mean = rate[:, None, :] * offered
    bound = mean + settings.protect_sds * np.sqrt(mean + 0.1 * mean**2) + 1.0
    return np.minimum(panel.counts, bound)


def _without_self(mean: Array, counts: Array, market: Array) -> Array:
    """Take a seller's own complaints out of the market factor that its expectation contains."""
    others = np.maximum(market - counts, 0.0) + _LOO_COMPLAINTS
    others_usually = np.maximum(market - mean, 0.0) + _LOO_COMPLAINTS
    return mean * np.clip(others / others_usually, 0.05, 20.0)


def prior_of(seen: Array, due: Array, rate: Array) -> Prior:
    """Fit the prior to sellers' complaints and dues, (n, C) each, by maximum likelihood."""
    known = due[:, 0] > 0
    seen, due = seen[known], due[known]
    sizes, shares, shape = _sizes_fit(seen[:, 0], due[:, 0])
    prior = Prior(rate, sizes, shares, shape, np.ones(seen.shape[1]))
    total, _ = overall(seen[:, 0], due[:, 0], prior)
    mix = [
        _shape_fit(seen[:, c], np.maximum(total * due[:, c], 1e-9)) for c in range(seen.shape[1])
    ]
    return Prior(rate, sizes, shares, shape, np.array(mix))


def _sizes_fit(seen: Array, due: Array) -> tuple[Array, Array, float]:
    """Sizes of sellers, their shares and the shape common to them.

    One gamma says how finely sizes have to lie: sellers who differ little need narrow ones. Its
    tail is too thin where volumes spread over orders of magnitude, so the shares are free.
    """
    mean, alike = _gamma_fit(seen, due)
    usual = (alike + seen) / (alike / mean + due)
    shape = max(_NARROWER * alike, _SHAPE_LEAST)
    smallest, largest = usual.min(), _LARGER * usual.max()
    steps = np.log(largest / smallest) / np.log1p(_STEP_SDS / np.sqrt(shape))
    sizes = np.geomspace(smallest, largest, int(np.clip(np.ceil(steps) + 1, 2, _SIZES_MAX)))
    scale = shape / sizes
    logs = shape * np.log(scale) - (shape + seen[:, None]) * np.log(scale + due[:, None])
    likelihood = np.exp(logs - logs.max(axis=1, keepdims=True))
    shares = np.full(len(sizes), 1.0 / len(sizes))
    # By the rule of succession one seller more is counted: the next may be the largest so far.
    unseen = np.zeros(len(sizes))
    unseen[-1] = 1.0
    for _ in range(_ROUNDS):
        members = shares * (likelihood.T @ (1.0 / (likelihood @ shares)))
        shares = (members + unseen) / (len(seen) + 1.0)
    kept = shares * len(seen) > _MEMBERS_MIN
    return sizes[kept], shares[kept] / shares[kept].sum(), shape


def _gamma_fit(seen: Array, due: Array) -> tuple[float, float]:
    from scipy import optimize  # only learning needs it, and it takes a third of a second

    def loss(point: Array) -> float:
        mean, shape = np.exp(point)
        return -float(log_probability(seen, mean * due, np.full_like(due, shape)).sum())

    start = np.log([max(seen.sum(), 1.0) / due.sum(), 1.0])
    bounds = [(np.log(1e-6), np.log(1e6)), (np.log(SHAPE_MIN), np.log(SHAPE_MAX))]
    best = optimize.minimize(loss, start, method="L-BFGS-B", bounds=bounds).x
    return float(np.exp(best[0])), float(np.exp(best[1]))


def _shape_fit(seen: Array, expected: Array) -> float:
    from scipy import optimize  # see _gamma_fit

    def loss(log_shape: float) -> float:
        shape = np.full_like(expected, np.exp(log_shape))
        return -float(log_probability(seen, expected, shape).sum())

    best = optimize.minimize_scalar(
        loss, bounds=(np.log(SHAPE_MIN), np.log(SHAPE_MAX)), method="bounded"
    ).x
    return float(np.exp(best))
