"""How much more likely what a name did is if it goes on where another has ended.

All that is compared is learnt from sellers that went on under one name: they are cut in two, and
the second part is what a re-keyed seller's would be.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.expectation.negative_binomial import log_probability
from detector.makeup.factor import cells_of, log_likelihood, shares_of, usual
from detector.rekeying.lives import Lives, Seen, seen_between

Array = NDArray[np.float64]
Rows = NDArray[np.intp]

WINDOW_DAYS: Final = 364
"""Days before an end, and after a beginning, that tell what a seller is like."""
_CUT_DAYS: Final = (28, WINDOW_DAYS)
"""Days of the second part of sellers that are cut in two."""
_CUT_MAX: Final = 3_000
"""Sellers that are cut; more change no estimate."""
_CUT_COMPLAINTS: Final = 3
"""Complaints of each part below which a cut seller tells nothing."""
_SHAPES: Final = (0.2, 0.4, 0.7, 1.0, 1.5, 2.5, 5.0, 12.0, 40.0)
_DRIFTS: Final = (0.0, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
"""Variance of the logarithm of a rate between two parts, however long they are."""
_DAILY: Final = (0.0, 0.3, 1.0, 3.0, 10.0)
"""The same of a day, which shrinks with the days of a part."""
_ALIKE: Final = (1.0, 3.0, 8.0, 20.0, 50.0, 150.0)
_STEADY: Final = (10_000.0, 300.0, 100.0, 30.0, 10.0)
_CHANGED: Final = 0.03
"""Chance that a re-keyed seller changes in one respect as if it were another."""


class Counted(NamedTuple):
    """What k sellers had of something in some days: (k,) each."""

    counts: Array
    due: Array
    """What an average seller had in those days."""
    days: Array


@dataclass(frozen=True, slots=True)
class RateModel:
    """How counts of two parts of one seller hang together, beside those of two sellers."""

    mean: float
    """Usual count over what is due."""
    shape: float
    """Of the gamma distribution of sellers' rates; small where they differ much."""
    drift: float
    daily: float

    def gain(self, old: Counted, new: Counted) -> Array:
        """(k,) logarithm of the chance of `new` after `old`, over that of any other seller."""
        rate = (self.shape + old.counts) / (self.shape / self.mean + old.due)
        shape = self.shape_of(old.counts, old.days, new.days)
        own = log_probability(new.counts, rate * new.due, shape)
        any_shape = _within(self.shape, self.daily, new.days)
        return own - log_probability(new.counts, self.mean * new.due, any_shape)

    def shape_of(self, old: Array, old_days: Array, days: Array) -> Array:
        """(k,) of the distribution of a seller's count in other days, after `old` in some."""
        daily = self.daily * (1.0 / old_days + 1.0 / days)
        return 1.0 / (1.0 / (self.shape + old) + self.drift + daily)


@dataclass(frozen=True, slots=True)
class Sameness:
    """All that was learnt of how sellers go on."""

    orders: RateModel | None
    """None where orders are not known."""
    complaints: RateModel
    """Beside orders, where these are known."""
    shares: Array
    """(parts,) of the market's complaints."""
    alike: float
    steady: float

    def gain(self, old: Seen, new: Seen) -> Array:
        """(k,) logarithm of the factor by which k pairs are rather one seller than two."""
        rates = self.complaints.gain(_complaints(old, self.orders), _complaints(new, self.orders))
        total = _bounded(rates) + _bounded(self._mix_gain(old.mix, new.mix))
        if self.orders is not None:
            total += _bounded(self.orders.gain(_orders(old), _orders(new)))
        return total

    def _mix_gain(self, old: Array, new: Array) -> Array:
        shares, nothing = self.shares, np.zeros((1, len(self.shares)))
        own = usual(old, shares, shares, self.alike).alpha(self.steady)
        other = usual(nothing, shares, shares, self.alike).alpha(self.steady)[0]
        cells = cells_of(new)
        return log_likelihood(cells, own) - log_likelihood(cells, other)


def sameness_of(lives: Lives, chosen: Rows, new: Seen) -> Sameness:
    """Learn from `chosen` sellers cut in two, and from what beginning sellers (`new`) do."""
    parts = [_cut(lives, chosen, days) for days in _CUT_DAYS]
    orders = None
    if lives.market_orders[-1] > 0:
        orders = _rates([(_orders(old), _orders(then)) for old, then in parts], _orders(new))
    complaints = _rates(
        [(_complaints(old, orders), _complaints(then, orders)) for old, then in parts],
        _complaints(new, orders),
    )
    shares = shares_of(np.bincount(lives.part, minlength=lives.parts).astype(np.float64))
    old_mix = np.concatenate([old.mix for old, _ in parts])
    cells = cells_of(np.concatenate([then.mix for _, then in parts]))

    def likely(alike: float, steady: float) -> float:
        alpha = usual(old_mix, shares, shares, alike).alpha(steady)
        return float(log_likelihood(cells, alpha).sum())

    alike, steady = max(product(_ALIKE, _STEADY), key=lambda pair: likely(*pair))
    return Sameness(orders, complaints, shares, alike, steady)


def _rates(cut: list[tuple[Counted, Counted]], new: Counted) -> RateModel:
    """Fit by maximum likelihood on grids: to sellers that were cut in two, and to new ones."""
    known = zip(new, cut[-1][1], strict=True)
    counts, due, days = (np.concatenate(pair) for pair in known)
    mean = max(float(counts.sum() / max(due.sum(), 1e-9)), 1e-9)

    def of_shape(shape: float) -> float:
        return float(log_probability(counts, mean * due, _within(shape, 0.0, days)).sum())

    shape = max(_SHAPES, key=of_shape)

    def going_on(drift: float, daily: float) -> float:
        model = RateModel(mean, shape, drift, daily)
        return sum(float(_bounded(model.gain(old, then)).sum()) for old, then in cut)

    drift, daily = max(product(_DRIFTS, _DAILY), key=lambda pair: going_on(*pair))
    return RateModel(mean, shape, drift, daily)


def _orders(seen: Seen) -> Counted:
    return Counted(seen.orders, seen.orders_due, seen.days)


def _complaints(seen: Seen, orders: RateModel | None) -> Counted:
    """Complaints beside those of an average seller, or of one with such orders if known."""
    due = seen.due
    if orders is not None:
        due = due * (seen.orders + 0.5) / (seen.orders_due + 0.5)
    return Counted(seen.complaints, due, seen.days)


def _cut(lives: Lives, chosen: Rows, days: int) -> tuple[Seen, Seen]:
    """Sellers cut in two `days` before the end of what is known of them, or in their middle."""
    first, last = lives.first[chosen], lives.last[chosen]
    cut = np.maximum(last - days + 1, (first + last + 1) // 2)
    old = seen_between(lives, chosen, np.maximum(first, cut - WINDOW_DAYS), cut - 1)
    new = seen_between(lives, chosen, cut, np.minimum(last, cut + days - 1))
    rows = np.flatnonzero(np.minimum(old.complaints, new.complaints) >= _CUT_COMPLAINTS)
    rows = rows[:: max(1, -(-len(rows) // _CUT_MAX))]
    return old.take(rows), new.take(rows)


def _within(shape: float, daily: float, days: Array) -> Array:
    return 1.0 / (1.0 / shape + daily / days)


def _bounded(gain: Array) -> Array:
    """No single respect rules a pair out: sellers change."""
    return np.asarray(np.logaddexp(np.log1p(-_CHANGED) + gain, np.log(_CHANGED)))
