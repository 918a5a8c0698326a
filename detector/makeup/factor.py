"""The Bayes factor of "made up otherwise than before".

Recent complaints by part are compared with the seller's own past. Without a change they follow a
Dirichlet-multinomial distribution around the past's shares, which are shrunk towards the market's
and moved as the market's have moved since. With a change they follow one around the market's
shares, more or less concentrated: nobody knows what a change looks like. Two complaints cannot
shout, since the distribution knows how many there are.

How steady a seller is comes from its own past as well. A seller whose complaints come in batches
every few months has a past that says so, and then another batch is no change.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from detector.evidence.surprise import log_mean_exp

Array = NDArray[np.float64]

CONCENTRATIONS: Final = (1.5, 4.0, 12.0)
"""Of the distribution after a change, from one part alone to the market's shares."""
STEADINESS: Final = (1_000.0, 100.0, 20.0, 4.0, 1.0)
"""How steady sellers may be: the concentration of four weeks around what is usual."""
_SMOOTHING: Final = 0.5
_TABLE: Final = 64
"""Counts below which logarithms come from a table."""


def shares_of(counts: Array) -> Array:
    """(..., B) the market's shares, none of them 0."""
    smooth = counts + _SMOOTHING
    return np.asarray(smooth / smooth.sum(axis=-1, keepdims=True))


def log_likelihood(counts: Array, alpha: Array) -> Array:
    """(k,) logarithm of the chance of counts (k, B) in their order, Dirichlet-multinomial.

    `alpha` is (k, B), or (B,) for all. Each row is computed alone: the others change no bit.
    """
    rows, parts = np.nonzero(counts)
    found = counts[rows, parts]
    a = alpha[parts] if alpha.ndim == 1 else alpha[rows, parts]
    inside = np.bincount(rows, gammaln(a + found) - gammaln(a), minlength=len(counts))
    total = alpha.sum(axis=-1)
    return np.asarray(inside + gammaln(total) - gammaln(total + counts.sum(axis=-1)))


def usual(past: Array, now: Array, then: Array, alike: float, steady: float | Array) -> Array:
    """(k, B) the Dirichlet distribution of recent parts without a change.

    `past` (k, B) is what was counted, `now` and `then` (B,) or (k, B) the market's shares lately
    and in that past. `alike` is how many complaints the market's shares count for; `steady` is how
    far four weeks keep to what is usual.
    """
    share = (past + alike * then) * (now / then)
    share /= share.sum(axis=-1, keepdims=True)
    total = 1.0 / (1.0 / steady + 1.0 / (alike + past.sum(axis=-1, keepdims=True)))
    return np.asarray(share * total)


def log_own_steadiness(blocks: Array, then: Array, alike: float, prior: Array) -> Array:
    """(k, J) logarithm of how likely each of `STEADINESS` is, by the seller's past blocks.

    `blocks` (k, P, B); each is compared with the others.
    """
    k, periods, parts = blocks.shape
    others = (blocks.sum(axis=1, keepdims=True) - blocks).reshape(-1, parts)
    flat = blocks.reshape(-1, parts)
    filled = np.flatnonzero(flat.any(axis=1))
    whose = filled // periods
    then = then if then.ndim == 1 else then[whose]
    found = np.empty((k, len(STEADINESS)))
    for j, steady in enumerate(STEADINESS):
        alpha = usual(others[filled], then, then, alike, steady)
        likely = log_likelihood(flat[filled], alpha)
        found[:, j] = np.log(prior[j]) + np.bincount(whose, likely, minlength=k)
    largest = found.max(axis=1, keepdims=True)
    return np.asarray(found - largest - np.log(np.exp(found - largest).sum(axis=1, keepdims=True)))


def log_factor(
    recent: Array,
    past: Array,
    now: Array,
    then: Array,
    alike: float,
    steadiness: float | Array,
) -> Array:
    """(k, W) logarithm of the Bayes factor in each window; counts are (k, W, B).

    `now` is (W, B) or (k, W, B). `steadiness` is one for all, or (k, J) the logarithm of how likely
    each of `STEADINESS` is of each seller.
    """
    found = np.empty(recent.shape[:2])
    for w in range(recent.shape[1]):
        lately = now[w] if now.ndim == 2 else now[:, w]
        counts = np.ascontiguousarray(recent[:, w])
        if isinstance(steadiness, float):
            before = log_likelihood(counts, usual(past, lately, then, alike, steadiness))
        else:
            each = [
                log_likelihood(counts, usual(past, lately, then, alike, steady)) + own
                for steady, own in zip(STEADINESS, steadiness.T, strict=True)
            ]
            before = log_mean_exp(np.stack(each), 0, (1.0,) * len(each))
        found[:, w] = _log_changed(counts, lately) - before
    return found


def _log_changed(counts: Array, lately: Array) -> Array:
    """(k,) logarithm of the chance of counts after a change; `lately` is (B,) or (k, B)."""
    likely = [
        _log_likelihood_of_small(counts, size * lately)
        if lately.ndim == 1
        else log_likelihood(counts, size * lately)
        for size in CONCENTRATIONS
    ]
    return log_mean_exp(np.stack(likely), 0)


def _log_likelihood_of_small(counts: Array, alpha: Array) -> Array:
    """`log_likelihood` where `alpha` (B,) is the same for all: small counts share a table."""
    found = np.empty(len(counts))
    small = (counts < _TABLE).all(axis=1)
    steps = np.arange(_TABLE)
    table = gammaln(alpha[:, None] + steps) - gammaln(alpha)[:, None]
    few = counts[small].astype(np.int64)
    inside = np.zeros(len(few))
    for part in range(len(alpha)):
        inside += table[part, few[:, part]]
    of, total = few.sum(axis=1), alpha.sum()
    top = int(of.max(initial=0)) + 1
    together = gammaln(total) - gammaln(total + np.arange(top))
    found[small] = inside + together[of]
    found[~small] = log_likelihood(counts[~small], alpha)
    return found


def joint(factors: Array, share: float) -> Array:
    """(n,) logarithm of the factor that each attribute changed with some chance, of (n, A)."""
    each = np.log1p(share * np.expm1(np.minimum(factors, 500.0)))
    return np.asarray(each.sum(axis=1))
