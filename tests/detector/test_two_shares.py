"""How far two shares differ: the bounds hold for whatever shares there are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from detector.two_shares import difference

N, M = 7, 5


@pytest.fixture(scope="module")
def bounds():
    """Low and high for every table of seven and five."""
    found = [[difference(a, N, b, M) for b in range(M + 1)] for a in range(N + 1)]
    return np.array([[(one.low, one.high) for one in row] for row in found])


@given(p=st.integers(0, 1_000), q=st.integers(0, 1_000))
def test_the_bounds_hold_the_truth_in_95_of_100_whatever_the_shares(bounds, p, q):
    p, q = p / 1_000, q / 1_000
    chance = np.outer(binom.pmf(range(N + 1), N, p), binom.pmf(range(M + 1), M, q))
    held = (bounds[..., 0] <= p - q) & (p - q <= bounds[..., 1])
    assert chance[held].sum() >= 0.95 - 1e-6


@settings(max_examples=20)
@given(n=st.integers(1, 30), m=st.integers(1, 30), data=st.data())
def test_the_other_way_round_is_the_same_with_its_sign_changed(n, m, data):
    a, b = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
    one, other = difference(a, n, b, m), difference(b, m, a, n)
    assert (one.low, one.high) == (-other.high, -other.low)
    assert -1.0 <= one.low <= one.value <= one.high <= 1.0


def test_forty_cases_a_side_tell_half_from_more_than_three_quarters():
    found = difference(32, 40, 20, 40)
    assert found.value == pytest.approx(0.3)
    assert found.low > 0.07
    assert difference(20, 40, 20, 40).low == pytest.approx(-0.22, abs=0.02)
