"""What was usual on a day, from the days before it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from service.views.sellers.rules import GUARD_DAYS, bands_of

counts = arrays(np.float64, st.integers(1, 150), elements=st.integers(0, 50).map(float))


@given(counts)
def test_the_expectation_is_positive_and_the_band_ordered(complaints):
    bands = bands_of(complaints, np.ones_like(complaints))
    assert (bands.expected > 0).all()
    assert (bands.low <= bands.high).all()


@given(counts, st.integers(0, 50))
def test_a_day_and_the_guard_before_it_do_not_move_its_own_band(complaints, today):
    changed = complaints.copy()
    changed[-GUARD_DAYS:] = today
    before = bands_of(complaints, np.ones_like(complaints))
    after = bands_of(changed, np.ones_like(complaints))
    assert after.expected[-1] == before.expected[-1]


def test_a_steady_seller_is_expected_to_stay_so():
    bands = bands_of(np.full(120, 4.0), np.full(120, 40.0))
    assert abs(bands.expected[-1] - 4.0) < 0.1
    assert bands.low[-1] < 4 < bands.high[-1] < 15
