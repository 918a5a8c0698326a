"""Bounds of a paired difference: Tango's, and lawful."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.backtest.paired import Z_ONE_SIDED, paired_bounds


def score(gained, lost, whole, difference):
    """The score statistic with the nuisance share found by looking at all of them."""
    shares = np.linspace(1e-9, 1 - 1e-9, 400_001)
    more = shares + difference
    possible = (more > 0) & (shares + more < 1)
    shares, more = shares[possible], more[possible]
    likelihood = gained * np.log(more) + lost * np.log(shares)
    likelihood += (whole - gained - lost) * np.log(1 - shares - more)
    best = shares[likelihood.argmax()]
    variance = whole * (2 * best + difference - difference**2)
    return (gained - lost - whole * difference) / np.sqrt(variance)


@pytest.mark.parametrize(("gained", "lost", "whole"), [(1, 4, 300), (7, 2, 120), (3, 3, 60)])
def test_the_score_test_just_rejects_at_the_bounds(gained, lost, whole):
    low, high = paired_bounds(gained, lost, whole)
    assert score(gained, lost, whole, low) == pytest.approx(Z_ONE_SIDED, abs=0.01)
    assert score(gained, lost, whole, high) == pytest.approx(-Z_ONE_SIDED, abs=0.01)


def test_trials_that_all_agree_bound_the_difference_by_their_number():
    low, high = paired_bounds(0, 0, 300)
    assert high == pytest.approx(Z_ONE_SIDED**2 / (300 + Z_ONE_SIDED**2), abs=1e-6)
    assert low == pytest.approx(-high, abs=1e-9)


@given(st.integers(0, 30), st.integers(0, 30), st.integers(60, 500))
def test_bounds_hold_the_difference_and_mirror(gained, lost, whole):
    low, high = paired_bounds(gained, lost, whole)
    assert -1 <= low <= (gained - lost) / whole <= high <= 1
    assert paired_bounds(lost, gained, whole) == pytest.approx((-high, -low), abs=1e-9)


@given(st.integers(0, 10), st.integers(0, 10))
def test_more_trials_tell_more(gained, lost):
    low, high = paired_bounds(gained, lost, 50)
    more = paired_bounds(10 * gained, 10 * lost, 500)
    assert more[1] - more[0] < high - low


@pytest.mark.parametrize("trials", [(0, 0, 0), (-1, 0, 5), (3, 3, 5)])
def test_impossible_counts_are_refused(trials):
    with pytest.raises(ValueError, match="trials"):
        paired_bounds(*trials)
