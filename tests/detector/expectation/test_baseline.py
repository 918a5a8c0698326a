"""Windows: what was counted beside what the time before them makes due."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.expectation.baseline import (
    Market,
    Windows,
    concatenate_windows,
    windows_of,
    with_rate_uncertainty,
    without_self,
)
from detector.expectation.panel import Panel
from detector.expectation.prior import Prior
from detector.history.timeline import blocks_of
from detector.settings import DEFAULT, Settings

BLOCKS = blocks_of(DEFAULT)
PRIOR = Prior(
    rate=np.array([0.2, 0.2]),
    sizes=np.array([0.1, 1.0, 10.0]),
    shares=np.array([0.5, 0.4, 0.1]),
    shape=2.0,
    joining=np.full(3, 1e-4),
    mix_shape=np.array([1e4, 8.0]),
)
MARKET = Market(np.ones((len(BLOCKS), 2)), np.full((4, 2), 1e9), np.full(len(BLOCKS), 1e9))
SPAN = BLOCKS.days
daily = st.lists(st.integers(0, 5), min_size=len(BLOCKS), max_size=len(BLOCKS))


def panel(*sellers):
    """Sellers with so many complaints in each block, first seen in the oldest with any."""
    counts = np.array(sellers, dtype=float)
    seen = np.cumsum(counts[:, ::-1], axis=1)[:, ::-1] > 0
    return Panel(np.stack([counts, counts], axis=2), seen * BLOCKS.days, SPAN)


def found(*sellers, settings=DEFAULT) -> Windows:
    return windows_of(panel(*sellers), PRIOR, MARKET, BLOCKS, settings)


@given(daily, st.integers(1, 50))
def test_neither_a_window_nor_its_guard_band_teaches_what_is_usual(counts, more):
    spiking = list(counts)
    spiking[9] += more  # the last of the seven days before the last three
    # Past spikes are clipped by the rate of all time, the last weeks included: not here.
    plain = Settings(protect_baseline=False)
    usual, with_spike = (
        found([*days[:-1], 1], settings=plain).mean[0, 0] for days in (counts, spiking)
    )
    assert with_spike == pytest.approx(usual)


@pytest.mark.parametrize(("factor", "usual"), [(2.0, 2.0), (0.7, 0.7), (0.2, 0.5), (0.01, 0.5)])
def test_nobody_is_compared_with_less_than_half_of_its_own_usual_rate(factor, usual):
    fallen = MARKET.factor.copy()
    fallen[:28] = factor
    windows = windows_of(
        panel([1] * len(BLOCKS)),
        PRIOR,
        Market(fallen, MARKET.complaints, MARKET.in_blocks),
        BLOCKS,
        Settings(protect_baseline=False),
    )
    steady = found([1] * len(BLOCKS), settings=Settings(protect_baseline=False)).mean
    # The longest window is as long as the market has fallen; the baseline begins before.
    assert windows.usual[:, -1] == pytest.approx(usual * steady[:, -1], rel=0.02)
    assert windows.mean[:, -1] == pytest.approx(factor * steady[:, -1], rel=0.02)
    both = concatenate_windows([windows, windows]).take(np.array([1]))
    assert np.array_equal(both.usual, windows.usual)


@given(daily, st.integers(1, 50))
def test_a_busier_past_makes_more_due(counts, more):
    busier = list(counts)
    busier[60] += more
    usual, busy = (found([*days[:-1], 1]).mean[0] for days in (counts, busier))
    assert (busy >= usual).all()


@given(st.lists(daily.filter(any), min_size=2, max_size=4))
def test_sellers_one_by_one_are_those_of_one_lot_to_the_last_bit(sellers):
    whole, parts = found(*sellers), concatenate_windows([found(days) for days in sellers])
    for name in ("counts", "mean", "shape"):
        assert np.array_equal(getattr(whole, name), getattr(parts, name)), name
    if whole.newcomers is not None:
        for name in ("rows", "odds", "mean", "shape"):
            one, other = (getattr(w.newcomers, name) for w in (whole, parts))
            assert np.array_equal(one, other), name


def test_past_parts_hold_what_the_longer_window_counts_and_the_younger_does_not():
    windows = found(range(1, len(BLOCKS) + 1))
    past = windows.past(DEFAULT.windows_days, recent_days=7)
    assert past.counts[0, :, 0].tolist() == [
        sum(range(8, 15)),
        sum(range(8, 29)),
        sum(range(15, 29)),
    ]
    assert (past.mean > 0).all()
    assert windows.past(DEFAULT.windows_days, recent_days=30) is None


def test_rate_uncertainty_widens_what_a_window_may_hold_and_moves_no_expectation():
    ones = np.ones((1, 4, 2))
    windows = with_rate_uncertainty(
        Windows(ones, 2.0 * ones, 4.0 * ones), np.array([[0.0, 0.25, 0.75, 1.75]])
    )
    assert np.array_equal(windows.mean, 2.0 * ones)
    assert windows.shape[0, :, 0] == pytest.approx([4.0, 2.0, 1.0, 0.5])
    assert np.array_equal(windows.shape[..., 0], windows.shape[..., 1])


def test_what_chance_does_to_the_market_is_known_by_the_others_complaints_alone():
    own = np.array([[0.0], [90.0], [95.0]])
    _, noise = without_self(own, own, np.array([95.0]))
    assert noise.ravel().tolist() == [1 / 100, 1 / 10, 1 / 5]
