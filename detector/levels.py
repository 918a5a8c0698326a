"""Sellers that are bad by level, not by change: their year beside the market's.

A seller that has always drawn five times the complaints of the others has no spike: its own past
explains it. Nor has one that opened bad. So here each seller's year is compared with what the
market's rate would have brought for the same orders on the same days, in all complaints and
category by category. The rate is the posterior that the seller's year makes of the prior of all
sellers (see `detector.expectation.prior`), so that a few complaints about a small seller prove
little. Its interval also holds the dispersion of counts: complaints that come in bursts prove less.

Weeks far above a seller's own rate are clipped, as they are in its baseline: one bad month is a
spike, and no level.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from detector.assess import market_at
from detector.errors import BadInput
from detector.expectation.baseline import Market, clip_past_spikes
from detector.expectation.panel import ACROSS, ALL, panel_of
from detector.expectation.prior import posterior
from detector.expectation.seller_dispersion import seller_dispersion_of, weekly_pairs_of
from detector.history.history import History
from detector.history.timeline import blocks_of
from detector.nouns import counted
from detector.trained import TrainedDetector

Array = NDArray[np.float64]

AT_LEAST: Final = 3.0
"""Times the market's rate from which on a level is listed: where sellers' rates are alike enough
to be compared at all, a few in a hundred lie above."""
OUTSIDE: Final = 0.05
"""Chance that a seller's true rate lies below its interval, and the same above it."""
_OTHERS_ASSUMED: Final = 5.0
"""Complaints of other sellers at the market's rate, assumed besides the observed ones."""
_PART: Final = 4_096
"""Sellers counted at a time, so that memory stays bounded."""


@dataclass(frozen=True, slots=True)
class Level:
    """One seller's year beside the market's, in the column where it is worst."""

    seller_id: str
    as_of: int
    """Microseconds since 1970 UTC."""
    column: str
    """All complaints, or one category."""
    rate: float
    """Complaints for its orders, over those that the market's rate would have brought."""
    low: float
    high: float
    """The rate's interval of nine in ten."""
    complaints: int
    due: float
    """Complaints that the market's rate would have brought for the same orders."""
    days: int
    """Days that were counted: up to `baseline_days`, fewer where the seller is younger."""
    rates: Mapping[str, float] = field(default_factory=dict)
    """The rate in each column in which it may be listed: where it is `AT_LEAST` or more."""

    def tells_more_than(self, seen: Mapping[str, float]) -> bool:
        """Whether it is surely above the rate that was seen in its column, or none was seen there.

        A seller that is about as bad in two columns is listed for the one or the other by chance,
        so what counts is every column that was seen.
        """
        return self.low > seen.get(self.column, 0.0)

    def sentence(self) -> str:
        """The level in words."""
        kind = "any kind" if self.column == ALL else f"“{self.column}”"
        return (
            f"{counted(self.complaints, 'complaint')} of {kind} in {self.days:,} days "
            f"where the market’s rate would have brought {self.due:,.1f}: "
            f"{self.rate:.1f} times the market’s rate ({self.low:.1f} to {self.high:.1f})."
        )


@dataclass(frozen=True)
class Levels:
    """The levels of n sellers in C columns, relative to the other sellers' of the market."""

    seller_ids: tuple[str, ...]
    as_of: int
    columns: tuple[str, ...]
    rate: Array
    """(n, C) posterior mean."""
    low: Array
    high: Array
    """(n, C) ends of the interval of nine in ten."""
    complaints: Array
    due: Array
    """(n, C) what was counted, and what the market's rate would have brought."""
    days: NDArray[np.int64]
    """(n,)"""

    def above(self, at_least: float = AT_LEAST) -> tuple[Level, ...]:
        """Sellers whose interval lies at or above so many times the market's rate, worst first."""
        worst = self.low.max(axis=1, initial=0.0)
        order = np.argsort(-worst, kind="stable")
        return tuple(self._worst_of(i) for i in order[worst[order] >= at_least].tolist())

    def _worst_of(self, i: int) -> Level:
        c = int(self.low[i].argmax())
        return Level(
            seller_id=self.seller_ids[i],
            as_of=self.as_of,
            column=self.columns[c],
            rate=float(self.rate[i, c]),
            low=float(self.low[i, c]),
            high=float(self.high[i, c]),
            complaints=int(self.complaints[i, c]),
            due=float(self.due[i, c]),
            days=int(self.days[i]),
            rates={
                name: rate
                for name, rate in zip(self.columns, self.rate[i].tolist(), strict=True)
                if rate >= AT_LEAST
            },
        )


@dataclass(frozen=True, slots=True)
class _Year:
    """The year of n sellers, as counted."""

    complaints: Array
    plausible: Array
    """(n, C) complaints, weeks far above the seller's own rate clipped."""
    due: Array
    """(n, C) at the market's rate."""
    own_dispersion: Array
    """(n,) as a multiple of a usual seller's."""
    days: NDArray[np.int64]


def levels_at(history: History, as_of: int, trained: TrainedDetector) -> Levels:
    """The level of every seller with orders before the instant `as_of`, in microseconds UTC.

    Raises BadInput without orders: then the rate of a seller is its size.
    """
    known = history.as_of(as_of)
    if known.orders is None:
        raise BadInput(
            "levels need orders: without them nobody can tell a bad seller from a large one"
        )
    known = known.chosen(np.bincount(known.orders.seller, minlength=len(known.sellers)) > 0)
    own = [c for c, name in enumerate(trained.columns) if name not in ACROSS]
    columns = tuple(trained.columns[c] for c in own)
    market = market_at(known, as_of, trained)
    firsts = range(0, len(known.sellers), _PART)
    years = [_year(known.part(f, min(f + _PART, len(known.sellers))), as_of, trained, market)
             for f in firsts]  # fmt: skip
    year = _joined(years, len(trained.columns))
    due = year.due * _others_rate(year)
    inflation = _inflation(year, trained)
    rate, variance = posterior(year.plausible / inflation, due / inflation, trained.prior)
    low, high = (
        rate * variance * special.gammaincinv(1.0 / variance, chance)
        for chance in (OUTSIDE, 1.0 - OUTSIDE)
    )
    return Levels(
        seller_ids=known.sellers,
        as_of=as_of,
        columns=columns,
        rate=rate[:, own],
        low=low[:, own],
        high=high[:, own],
        complaints=year.complaints[:, own],
        due=due[:, own],
        days=year.days,
    )


def _year(part: History, as_of: int, trained: TrainedDetector, market: Market) -> _Year:
    settings, blocks = trained.settings, blocks_of(trained.settings)
    panel = panel_of(part, as_of, trained.columns, trained.delay, settings)
    base = trained.prior.rate * market.factor
    offered = panel.exposure[:, :, None] * base
    usual = clip_past_spikes(panel, offered, base, trained.prior, settings)
    pairs = weekly_pairs_of(panel, trained.prior, market, settings)
    exposed = panel.exposure > 0
    oldest = len(blocks) - 1 - exposed[:, ::-1].argmax(axis=1)
    return _Year(
        panel.counts.sum(axis=1),
        usual.sum(axis=1),
        offered.sum(axis=1),
        seller_dispersion_of(pairs, trained.dispersion_prior).mean,
        blocks.edges[oldest + 1] * exposed.any(axis=1),
    )


def _joined(years: list[_Year], columns: int) -> _Year:
    none = np.zeros((0, columns))
    return _Year(
        np.concatenate([none, *(year.complaints for year in years)]),
        np.concatenate([none, *(year.plausible for year in years)]),
        np.concatenate([none, *(year.due for year in years)]),
        np.concatenate([np.zeros(0), *(year.own_dispersion for year in years)]),
        np.concatenate([np.zeros(0, dtype=np.int64), *(year.days for year in years)]),
    )


def _others_rate(year: _Year) -> Array:
    """(n, C) complaints of the others over their dues: a seller is not its own yardstick."""
    seen = year.plausible.sum(axis=0) - year.plausible + _OTHERS_ASSUMED
    return np.asarray(seen / (year.due.sum(axis=0) - year.due + _OTHERS_ASSUMED))


def _inflation(year: _Year, trained: TrainedDetector) -> Array:
    """(n, C) variance of a year's count over Poisson's: so many complaints prove as much as one."""
    days = np.array(trained.settings.windows_days, dtype=float)[:, None]
    # What longer windows do not average out, a year does not average out sooner.
    in_a_week = (trained.dispersion.quadratic * days).max(axis=0) / 7.0
    weeks = np.maximum(year.days / 7.0, 1.0)[:, None]
    beyond = trained.dispersion.linear + in_a_week * year.plausible / weeks
    return np.asarray(1.0 + year.own_dispersion[:, None] * beyond)
