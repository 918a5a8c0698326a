"""How much sellers scatter in one week, fitted to that week alone as training fits it.

Two things are fitted by maximum likelihood. `scatter` is the kappa of a week's counts around what
the detector expected of each seller (see `detector.expectation.dispersion`). `mix_scatter` says how
far sellers keep to their own mix of categories (see `detector.makeup.factor`). What the market does
is in neither: it is expected.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.assess import expected_windows, market_of_sample
from detector.durations import DAY_US
from detector.expectation.dispersion import fitted_quadratic
from detector.expectation.seller_dispersion import seller_dispersion_of
from detector.history.history import History
from detector.history.point_in_time import PointInTimeView
from detector.makeup.attributes import CATEGORY, PERIOD_DAYS, part_of_each, parts_of
from detector.makeup.factor import cells_of, log_changed, log_likelihood, shares_of, usual
from detector.makeup.tallies import BLOCKS, COMPLAINTS_MIN, PAST_FROM
from detector.trained import TrainedDetector

Array = NDArray[np.float64]
Found = tuple[float | None, int]

WEEK_DAYS: Final = 7
SELLERS_MAX: Final = 5_000
"""Sellers of a week that it is fitted to; more would cost as much as to score them."""
PAIR: Final = 2
"""Complaints in a week below which a seller says nothing of how they keep together."""
_CHANGED: Final = 0.02
"""Share of the sellers that are assumed to have changed: they must not teach what is usual."""
_TIED_MAX: Final = 0.9


def scatter_at(view: PointInTimeView, as_of: int, trained: TrainedDetector) -> dict[str, Found]:
    """Of the week before an instant (microseconds UTC): each value, and by how much it is known."""
    sellers = view.sellers_at(as_of)
    step = -(-len(sellers) // SELLERS_MAX) or 1
    sample = view.sample_at(as_of, sellers[::step])
    return {
        "scatter": _of_counts(sample, step, as_of, trained),
        "mix_scatter": _of_mixes(sample, as_of, trained),
    }


def _of_counts(sample: History, step: int, as_of: int, trained: TrainedDetector) -> Found:
    if not len(sample.sellers):
        return None, 0
    market = market_of_sample(sample, step, as_of, trained)
    windows, pairs = expected_windows(sample, as_of, trained, market)
    own = seller_dispersion_of(pairs, trained.dispersion_prior)
    week = int(np.argmin(np.abs(np.array(trained.settings.windows_days) - WEEK_DAYS)))
    return fitted_quadratic(windows, own.mean, week, 0, float(trained.dispersion.linear[0]))


def _of_mixes(sample: History, as_of: int, trained: TrainedDetector) -> Found:
    """The chance that two of a seller's complaints of a week are tied beyond its usual mix.

    It is measured by the pairs of complaints about one seller.
    """
    if trained.makeup is None or CATEGORY not in trained.makeup.attributes:
        return None, 0
    alike, _, _ = trained.makeup.of(trained.makeup.attributes.index(CATEGORY))
    lately = _parts(sample, trained, as_of - WEEK_DAYS * DAY_US, as_of)
    until = as_of - PAST_FROM * DAY_US
    past = _parts(sample, trained, until - BLOCKS * PERIOD_DAYS * DAY_US, until)
    chosen = (lately.sum(axis=1) >= PAIR) & (past.sum(axis=1) >= COMPLAINTS_MIN)
    if not chosen.any():
        return None, 0
    now, then = shares_of(lately.sum(axis=0)), shares_of(past.sum(axis=0))
    counts, cells = lately[chosen], cells_of(lately[chosen])
    as_usual = usual(past[chosen], now, then, alike)
    changed = log_changed(counts[:, None], now[None])[:, 0] + np.log(_CHANGED)

    def loss(tied: float) -> float:
        likely = log_likelihood(cells, as_usual.alpha(1.0 / tied - 1.0)) + np.log1p(-_CHANGED)
        return -float(np.logaddexp(likely, changed).sum())

    from scipy import optimize  # only drift needs it, and it takes a third of a second

    found = optimize.minimize_scalar(loss, bounds=(1e-6, _TIED_MAX), method="bounded")
    filed = counts.sum(axis=1)
    return float(found.x), int((filed * (filed - 1.0) / 2.0).sum())


def _parts(sample: History, trained: TrainedDetector, since: int, until: int) -> Array:
    """(n, B) complaints of each seller by part of the mix, filed from `since` to `until`."""
    complaints, b = sample.complaints, len(parts_of(CATEGORY, trained.columns))
    rows = (complaints.filed_at >= since) & (complaints.filed_at < until)
    part = part_of_each(sample.categories, trained.columns)[complaints.category[rows]]
    place = complaints.seller[rows].astype(np.int64) * b + part
    counted = np.bincount(place, minlength=len(sample.sellers) * b)
    return counted.reshape(-1, b).astype(np.float64)
