"""Sellers first seen so lately that the longest window has no baseline.

No orders are recorded, and a complaint names a seller that was unknown before. Either the seller
was there all along, small enough to draw no complaint, and its complaints now are a spike or
chance; or it has joined, as large as its own days say. The two expect such different counts that
one negative binomial cannot stand for both: the evidence is weighed under each
(`detector.evidence.features`). Under the first a seller is judged by its silence, under the second
by its own total, so that what is left to find are complaints that fall on one category, on few
buyers or come without evidence.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from detector.expectation.prior import Prior, if_joined

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Newcomers:
    """m newcomers among n sellers: their counts, and what follows if each has joined."""

    rows: NDArray[np.int64]
    """(m,) their indices among the n sellers, ascending."""
    days: Array
    """(m,) days since each was first seen; a begun day counts as a whole one."""
    seen: Array
    """(m,) complaints since then."""
    due: Array
    """(m,) complaints due since then to a seller of the market's own rate."""
    silent: Array
    """(m,) the same from the market's beginning until then."""
    offered: Array
    """(m, W, C) complaints due to such a seller in each window."""
    other_variance: Array
    """(m, W, C) relative variance of the windows' counts without that of the overall rate."""
    odds: Array
    """(m,) logarithm of the odds that each has joined, if none of its complaints is a spike's."""
    rate: Array
    """(m,) overall relative rate of each if it has joined."""
    variance: Array
    """(m,) relative variance of that rate."""

    @property
    def mean(self) -> Array:
        """(m, W, C) complaints expected of each if it has joined."""
        return np.maximum(self.rate[:, None, None] * self.offered, 1e-9)

    @property
    def shape(self) -> Array:
        """(m, W, C) negative-binomial shape of the same."""
        return np.asarray(1.0 / (self.other_variance + self.variance[:, None, None]))

    def with_complaints(self, seen: Array, prior: Prior) -> Self:
        """The same newcomers with `seen` (m,) other numbers of complaints."""
        odds, rate, variance = if_joined(seen, self.due, self.silent, prior)
        return replace(self, seen=seen, odds=odds, rate=rate, variance=variance)

    def averaged(self, there: Array, joined: Array) -> Array:
        """(m, …) log Bayes factor, averaged over both explanations by their odds."""
        odds = self.odds.reshape(-1, *(1 for _ in there.shape[1:]))
        return np.logaddexp(there, joined + odds) - np.logaddexp(0.0, odds)

    def take(self, rows: NDArray[np.int64], n: int) -> Self:
        """The newcomers among the sellers at some of n indices, which may repeat."""
        place = np.full(n, -1)
        place[self.rows] = np.arange(len(self.rows))
        chosen = place[rows]
        found = np.flatnonzero(chosen >= 0)
        others = _but_rows(self)
        return replace(
            self, rows=found, **{name: array[chosen[found]] for name, array in others.items()}
        )


def newcomers_of(
    rows: NDArray[np.int64],
    days: Array,
    totals: tuple[Array, Array],
    market_due: float,
    windows: tuple[Array, Array],
    prior: Prior,
) -> Newcomers:
    """m newcomers, from their complaints and dues since each was first seen, (m,) each.

    `market_due` is what was due since the market began, `windows` the `offered` and the variance
    (m, W, C) of the market's factor in each window.
    """
    seen, due = totals
    offered, noise = windows
    silent = np.maximum(market_due - due, 0.0)
    other_variance = noise.copy()
    other_variance[:, :, 1:] += 1.0 / prior.mix_shape[1:]
    odds, rate, variance = if_joined(seen, due, silent, prior)
    return Newcomers(rows, days, seen, due, silent, offered, other_variance, odds, rate, variance)


def concatenate_newcomers(parts: list[Newcomers | None], lengths: list[int]) -> Newcomers | None:
    """The newcomers of several groups of sellers, one group after the other; None without any."""
    firsts = np.cumsum([0, *lengths[:-1]])
    some = [(part, first) for part, first in zip(parts, firsts, strict=True) if part is not None]
    if not some:
        return None
    rows = np.concatenate([part.rows + first for part, first in some])
    columns = [_but_rows(part) for part, _ in some]
    joined = {name: np.concatenate([part[name] for part in columns]) for name in columns[0]}
    return Newcomers(rows=rows, **joined)


def _but_rows(newcomers: Newcomers) -> dict[str, Any]:
    return {f.name: getattr(newcomers, f.name) for f in fields(newcomers) if f.name != "rows"}
