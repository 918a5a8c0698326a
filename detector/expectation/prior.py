"""The prior of sellers' rates, and the posterior that a seller's own history makes of it.

There are two levels of empirical Bayes. A seller's overall rate, relative to the market's, is
distributed over sellers as a mixture of gammas, from the smallest size of seller to the largest;
given that rate, the rate in each category is gamma distributed around it. Both are fitted by
maximum likelihood of the negative-binomial marginal over all sellers (W. DuMouchel, 1999, The
American Statistician 53:177, for the gamma-Poisson screen; N. Laird, 1978, JASA 73:805, for a
mixture of free form). A seller with a long history is judged by it, a seller without one by the
prior, which must know how large sellers are: a short history is not a spike.

Where no orders are recorded a seller is first seen when somebody complains, and there are two
explanations of the silence before. It was *there all along*: then a rate x was silent over a due
complaints with chance exp(-x a), and the seller is small. Or it has *joined* at an unknown
moment, every one as likely: the integral of exp(-x u) over 0 <= u <= a. How many sellers of each
size there are and how many join is fitted together to when sellers were first seen and what
followed, as a Poisson process of first complaints, sellers not seen so far included (A. P.
Dempster, N. M. Laird and D. B. Rubin, 1977, JRSS B 39:1, treat such truncated mixtures).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.expectation.negative_binomial import log_probability

Array = NDArray[np.float64]
Part = tuple[Array, Array, Array]
"""Of one size of seller (n,): logarithm of its weight, mean of 1 / scale, and of its square."""

SHAPE_MIN, SHAPE_MAX = 0.05, 1e4

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
_JOINING_AT_FIRST: Final = 0.1
"""Sellers that join for each one that was there, before any history is looked at."""


@dataclass(frozen=True, slots=True)
class Prior:
    """The distribution of sellers' rates, before a seller's own history is known."""

    rate: Array
    """(C,) complaints per unit of exposure, over the whole market."""
    sizes: Array
    """(K,) mean rate, relative to the market's, of each size of seller; ascending."""
    shares: Array
    """(K,) share of each size in the sellers that were there all along; sums to 1."""
    shape: float
    """Gamma shape of the relative rates of sellers of one size."""
    joining: Array
    """(K,) sellers of each size that join, for each one that was there all along, while a seller
    of the market's own rate draws one complaint; zeros where orders tell who is there."""
    mix_shape: Array
    """(C,) gamma shape of a category's rate around the seller's own."""

    @property
    def mean(self) -> float:
        """Mean, over sellers that were there all along, of the rate relative to the market's."""
        return float(self.shares @ self.sizes)

    @property
    def relative_variance(self) -> float:
        """Variance of sellers' relative rates over their mean squared."""
        return float((1.0 + 1.0 / self.shape) * (self.shares @ self.sizes**2) / self.mean**2 - 1.0)


def posterior(
    seen: Array, due: Array, prior: Prior, market_due: float = 0.0
) -> tuple[Array, Array]:
    """Posterior mean and relative variance of the sellers' relative rates, (n, C) each.

    `seen` (n, C) complaints and `due` (n, C) complaints that a seller of the market's own rate
    would have had since each was first seen, and `market_due` since the market began; column 0
    counts all.
    """
    total, total_variance = (
        part[:, None] for part in overall(seen[:, 0], due[:, 0], prior, market_due)
    )
    shape = prior.mix_shape + seen
    own = prior.mix_shape / total
    rate = shape / (own + due)
    borrowed = own / (own + due)
    relative_variance = 1.0 / shape + borrowed**2 * total_variance
    rate[:, 0], relative_variance[:, 0] = total[:, 0], total_variance[:, 0]
    return rate, relative_variance


def overall(seen: Array, due: Array, prior: Prior, market_due: float = 0.0) -> tuple[Array, Array]:
    """Posterior mean and relative variance of the sellers' overall relative rates, (n,) each."""
    silent = np.maximum(market_due - due, 0.0)
    parts = _there_all_along(seen, due + silent, prior)
    if market_due > 0.0:
        parts += _joined(seen, due, silent, prior)
    return _mixed(parts, prior.shape + seen)[1:]


def if_joined(seen: Array, due: Array, silent: Array, prior: Prior) -> tuple[Array, Array, Array]:
    """Log odds that sellers have joined, and `overall` mean and relative variance if so; (n,) each.

    The odds are against having been there all along, small enough for the silence: `silent` (n,)
    is what was due from the market's beginning until each was first seen.
    """
    shape = prior.shape + seen
    there, _, _ = _mixed(_there_all_along(seen, due + silent, prior), shape)
    joined, rate, variance = _mixed(_joined(seen, due, np.maximum(silent, 1e-9), prior), shape)
    return joined - there, rate, variance


def newcomer_rates(silent: Array, prior: Prior, rng: np.random.Generator) -> Array:
    """(n,) rates drawn for sellers whose first complaint came after so much silence."""
    one, none = np.ones_like(silent), np.zeros_like(silent)
    silent = np.maximum(silent, 1e-9)
    parts = _there_all_along(one, silent, prior) + _joined(one, none, silent, prior)
    logs = np.stack([log for log, _, _ in parts], axis=1)
    chance = np.cumsum(np.exp(logs - logs.max(axis=1, keepdims=True)), axis=1)
    chosen = (rng.random(len(silent))[:, None] * chance[:, -1:] >= chance[:, :-1]).sum(axis=1)
    there = prior.sizes[prior.shares > 0]
    scale = prior.shape / np.concatenate([there, prior.sizes[prior.joining > 0]])[chosen]
    # Of those that joined the moment is drawn first: (scale + u)^-shape is uniform over it.
    part = rng.random(len(silent))
    power = part + (1.0 - part) * (1.0 + silent / scale) ** -prior.shape
    before = np.where(chosen < len(there), silent, scale * (power ** (-1.0 / prior.shape) - 1.0))
    return np.asarray(rng.gamma(prior.shape + 1.0, 1.0 / (scale + before)))


def _there_all_along(seen: Array, due: Array, prior: Prior) -> list[Part]:
    """The sizes share one shape, so that scales alone tell them apart."""
    parts = []
    for size, share in zip(prior.sizes, prior.shares, strict=True):
        if share > 0.0:
            scale = prior.shape / size + due
            known = prior.shape * np.log(prior.shape / size) - (prior.shape + seen) * np.log(scale)
            parts.append((np.log(share) + known, 1.0 / scale, 1.0 / scale**2))
    return parts


def _joined(seen: Array, due: Array, silent: Array, prior: Prior) -> list[Part]:
    """Integrals of (scale + u)^-power over 0 <= u <= silent, for powers one apart."""
    parts, power = [], prior.shape + seen - 1.0
    for size, joining in zip(prior.sizes, prior.joining, strict=True):
        if joining > 0.0:
            scale = prior.shape / size + due
            late = np.log1p(silent / scale)
            none, one, two = (
                np.maximum(-np.expm1(-(power + more) * late), 1e-300) / (power + more)
                for more in (0.0, 1.0, 2.0)
            )
            known = prior.shape * np.log(prior.shape / size) - power * np.log(scale)
            known += np.log(joining) + np.log(none)
            parts.append((known, one / (none * scale), two / (none * scale**2)))
    return parts


def _mixed(parts: list[Part], shape: Array) -> tuple[Array, Array, Array]:
    """Log weight of all sizes, mean rate, relative variance: (n,) each.

    Sizes are added one by one: a seller alone gives the same bits.
    """
    largest = np.maximum.reduce([log for log, _, _ in parts])
    weight, first, second = (np.zeros_like(shape) for _ in range(3))
    for log, one, two in parts:
        chance = np.exp(log - largest)
        weight += chance
        first += chance * one
        second += chance * two
    spread = second * weight / first**2
    variance = np.maximum(spread - 1.0, 0.0) + spread / shape
    return largest + np.log(weight), shape * first / weight, variance


def fit_prior(seen: Array, due: Array, rate: Array, market_due: float = 0.0) -> Prior:
    """Fit the prior to sellers' complaints and dues, (n, C) each, by maximum likelihood.

    `rate` (C,) is the market's rate per unit of exposure. `market_due` is what is due to a seller
    of that rate since the market began; 0 where orders tell who is there.
    """
    known = due[:, 0] > 0
    seen, due = seen[known], due[known]
    prior = _fit_sizes(seen[:, 0], due[:, 0], rate, market_due)
    total, _ = overall(seen[:, 0], due[:, 0], prior, market_due)
    mix = [
        _fit_mix_shape(seen[:, c], np.maximum(total * due[:, c], 1e-9))
        for c in range(seen.shape[1])
    ]
    return Prior(rate, prior.sizes, prior.shares, prior.shape, prior.joining, np.array(mix))


def _fit_sizes(seen: Array, due: Array, rate: Array, market_due: float) -> Prior:
    """Sizes of sellers, how many have them and join with them, and the shape common to them.

    One gamma says how finely sizes have to lie: sellers who differ little need narrow ones. Its
    tail is too thin where volumes spread over orders of magnitude, so the numbers are free.
    """
    silent = np.maximum(market_due - due, 0.0)
    mean, common_shape = _fit_gamma(seen, due + silent)
    shape = max(_NARROWER * common_shape, _SHAPE_LEAST)
    smallest = ((common_shape + seen) / (common_shape / mean + due + silent)).min()
    largest = _LARGER * ((common_shape + seen) / (common_shape / mean + due)).max()
    steps = np.log(largest / smallest) / np.log1p(_STEP_SDS / np.sqrt(shape))
    sizes = np.geomspace(smallest, largest, int(np.clip(np.ceil(steps) + 1, 2, _SIZES_MAX)))
    there, joined = _members(seen, due, silent, sizes, shape, market_due)
    used = there + joined * market_due > _MEMBERS_MIN
    there, joined = there[used], joined[used]
    shares, joining = there / there.sum(), joined / there.sum()
    return Prior(rate, sizes[used], shares, shape, joining, np.ones(len(rate)))


def _members(
    seen: Array, due: Array, silent: Array, sizes: Array, shape: float, market_due: float
) -> tuple[Array, Array]:
    """(K,) sellers of each size that were there, and that join while one complaint is due.

    Sellers not seen so far are among them: each size counts by the chance of having been seen.
    """
    every = Prior(sizes[:1], sizes, np.ones(len(sizes)), shape, np.ones(len(sizes)), sizes[:1])
    there = np.stack([log for log, _, _ in _there_all_along(seen, due + silent, every)], axis=1)
    joined = np.full_like(there, -np.inf)
    there_seen, joined_seen = np.ones(len(sizes)), np.ones(len(sizes))
    if market_due > 0.0:
        came = _joined(seen, due, np.maximum(silent, 1e-9), every)
        joined = np.stack([log for log, _, _ in came], axis=1)
        scale = shape / sizes
        there_seen = -np.expm1(-shape * np.log1p(market_due / scale))
        late = np.log1p(market_due / scale)
        joined_seen = market_due + scale * np.expm1((1.0 - shape) * late) / (shape - 1.0)
    return _expectation_maximisation(there, joined, there_seen, joined_seen)


def _expectation_maximisation(
    there: Array, joined: Array, there_seen: Array, joined_seen: Array
) -> tuple[Array, Array]:
    """Expectation and maximisation over log likelihoods (n, K).

    By the rule of succession, one more seller counts as having been there and one as having joined:
    the next one may be the largest so far, or of any size.
    """
    largest = np.maximum(there, joined).max(axis=1, keepdims=True)
    there, joined = np.exp(there - largest), np.exp(joined - largest)
    n, sizes = there.shape
    members = np.full(sizes, n / sizes)
    joiners = members * _JOINING_AT_FIRST / joined_seen * joined.any()
    largest_unseen, any_unseen = np.eye(sizes)[-1], np.full(sizes, joined.any() / sizes)
    for _ in range(_ROUNDS):
        inverse = 1.0 / (there @ members + joined @ joiners)
        members = (members * (there.T @ inverse) + largest_unseen) / there_seen
        joiners = (joiners * (joined.T @ inverse) + any_unseen) / joined_seen
    return members, joiners


def _fit_gamma(seen: Array, due: Array) -> tuple[float, float]:
    from scipy import optimize  # only training needs it, and it takes a third of a second

    def loss(point: Array) -> float:
        mean, shape = np.exp(point)
        return -float(log_probability(seen, mean * due, np.full_like(due, shape)).sum())

    start = np.log([max(seen.sum(), 1.0) / due.sum(), 1.0])
    bounds = [(np.log(1e-6), np.log(1e6)), (np.log(SHAPE_MIN), np.log(SHAPE_MAX))]
    best = optimize.minimize(loss, start, method="L-BFGS-B", bounds=bounds).x
    return float(np.exp(best[0])), float(np.exp(best[1]))


def _fit_mix_shape(seen: Array, expected: Array) -> float:
    from scipy import optimize  # see _fit_gamma

    def loss(log_shape: float) -> float:
        shape = np.full_like(expected, np.exp(log_shape))
        return -float(log_probability(seen, expected, shape).sum())

    best = optimize.minimize_scalar(
        loss, bounds=(np.log(SHAPE_MIN), np.log(SHAPE_MAX)), method="bounded"
    ).x
    return float(np.exp(best))
