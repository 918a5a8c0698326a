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

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from detector.evidence.surprise import log_mean_exp

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

CONCENTRATIONS: Final = (1.5, 4.0, 12.0)
"""Of the distribution after a change, from one part alone to the market's shares."""
STEADINESS: Final = (1_000.0, 100.0, 20.0, 4.0, 1.0)
"""How steady sellers may be: the concentration of four weeks around what is usual."""
NEW_TIMES: Final = 4.0
NEW_SHARE: Final = 0.05
"""A part is new to the market that has grown so often, to a share that matters."""
_SMOOTHING: Final = 0.5
_TABLE: Final = 64
"""Counts below which logarithms come from a table."""


def shares_of(counts: Array) -> Array:
    """(..., B) the market's shares, none of them 0."""
    smooth = counts + _SMOOTHING
    return np.asarray(smooth / smooth.sum(axis=-1, keepdims=True))


@dataclass(frozen=True, slots=True)
class Cells:
    """Counts (..., B), without those that are 0: read once for several distributions."""

    place: Ints
    """(m,) index of each among all counts, ascending."""
    row: Ints
    """(m,) index of its row among all rows of B."""
    count: Array
    """(m,)"""
    total: Array
    """(...)"""


def cells_of(counts: Array) -> Cells:
    """The counts (..., B) that are not 0."""
    flat = counts.reshape(-1)
    place = np.flatnonzero(flat)
    return Cells(place, place // counts.shape[-1], flat[place], counts.sum(axis=-1))


def log_likelihood(cells: Cells, alpha: Array) -> Array:
    """(...) logarithm of the chance of counts (..., B) in their order, Dirichlet-multinomial.

    `alpha` is as the counts, or (B,) for all. Each row is computed alone: the others change no bit.
    """
    each = alpha if alpha.ndim == 1 else alpha.reshape(-1)
    a = each[cells.place % len(alpha) if alpha.ndim == 1 else cells.place]
    ways = gammaln(a + cells.count) - gammaln(a)
    inside = np.bincount(cells.row, ways, minlength=cells.total.size).reshape(cells.total.shape)
    total = alpha.sum(axis=-1)
    return np.asarray(inside + gammaln(total) - gammaln(total + cells.total))


@dataclass(frozen=True, slots=True)
class Usual:
    """The Dirichlet distribution of recent parts without a change, but for its concentration."""

    share: Array
    """(..., B)"""
    known: Array
    """(..., 1) how many complaints the shares are known from."""

    def alpha(self, steady: float | Array) -> Array:
        """(..., B) of the distribution; `steady` is how far four weeks keep to what is usual."""
        return np.asarray(self.share * (1.0 / (1.0 / steady + 1.0 / self.known)))


def usual(past: Array, now: Array, then: Array, alike: float) -> Usual:
    """What is usual of sellers.

    `past` (..., B) is what was counted, `now` and `then` the market's shares lately and in that
    past, in any shapes that broadcast. `alike` is how many complaints the market's shares count
    for. A part that the market hardly had tells nothing of a seller that had none of it: it is
    taken to have as much as the market has now.
    """
    share = (past + alike * then) * (now / then)
    known = alike + past.sum(axis=-1, keepdims=True)
    is_new = now > np.maximum(NEW_TIMES * then, NEW_SHARE)
    if is_new.any():
        share = np.where(is_new, np.maximum(share, known * now), share)
    share /= share.sum(axis=-1, keepdims=True)
    return Usual(share, known)


def log_own_steadiness(blocks: Array, then: Array, alike: float, prior: Array) -> Array:
    """(k, J) logarithm of how likely each of `STEADINESS` is, by the seller's past blocks.

    `blocks` (k, P, B); each is compared with the others.
    """
    k, periods, parts = blocks.shape
    flat = blocks.reshape(-1, parts)
    filled = np.flatnonzero(flat.any(axis=1))
    whose = filled // periods
    flat = flat[filled]
    others = blocks.sum(axis=1)[whose] - flat
    then = then if then.ndim == 1 else then[whose]
    of_others, cells = usual(others, then, then, alike), cells_of(flat)
    found = np.empty((k, len(STEADINESS)))
    for j, steady in enumerate(STEADINESS):
        likely = log_likelihood(cells, of_others.alpha(steady))
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
    return log_changed(recent, now) - log_unchanged(recent, past, now, then, alike, steadiness)


def log_unchanged(
    recent: Array,
    past: Array,
    now: Array,
    then: Array,
    alike: float,
    steadiness: float | Array,
) -> Array:
    """(k, W) logarithm of the chance of recent counts without a change."""
    then = then if then.ndim == 1 else then[:, None]
    cells, as_usual = cells_of(recent), usual(past[:, None], now, then, alike)
    if isinstance(steadiness, float):
        return log_likelihood(cells, as_usual.alpha(steadiness))
    each = [
        log_likelihood(cells, as_usual.alpha(steady)) + own[:, None]
        for steady, own in zip(STEADINESS, steadiness.T, strict=True)
    ]
    return log_mean_exp(np.stack(each), 0, (1.0,) * len(each))


def log_changed(recent: Array, now: Array) -> Array:
    """(k, W) logarithm of the chance of recent counts after a change."""
    if now.ndim == 2:
        each = [_log_likelihoods_of_small(recent[:, w], lately) for w, lately in enumerate(now)]
        return log_mean_exp(np.stack(each, axis=2), 0)
    cells = cells_of(recent)
    return log_mean_exp(np.stack([log_likelihood(cells, size * now) for size in CONCENTRATIONS]), 0)


def _log_likelihoods_of_small(counts: Array, lately: Array) -> Array:
    """(S, k) `log_likelihood` around the same shares (B,), by concentration.

    Small counts share a table.
    """
    found = np.empty((len(CONCENTRATIONS), len(counts)))
    alpha = np.array(CONCENTRATIONS)[:, None] * lately
    small = (counts < _TABLE).all(axis=1)
    few = counts[small].astype(np.intp).T
    steps = np.arange(few.max(initial=0) + 1)
    table = gammaln(alpha[:, :, None] + steps) - gammaln(alpha)[:, :, None]
    inside = np.zeros((len(alpha), few.shape[1]))
    for part, count in enumerate(few):
        inside += table[:, part].take(count, axis=1)
    of, total = few.sum(axis=0), alpha.sum(axis=1)[:, None]
    together = gammaln(total) - gammaln(total + np.arange(int(of.max(initial=0)) + 1))
    found[:, small] = inside + together[:, of]
    if not small.all():
        large = cells_of(counts[~small])
        found[:, ~small] = [log_likelihood(large, one) for one in alpha]
    return found


def joint(factors: Array, share: float) -> Array:
    """(n,) logarithm of the factor that each attribute changed with some chance, of (n, A)."""
    each = np.log1p(share * np.expm1(np.minimum(factors, 500.0)))
    return np.asarray(each.sum(axis=1))
