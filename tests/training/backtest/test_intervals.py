"""Intervals hold the share, tighten with more, and know that a seller's days are one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.backtest.intervals import by_cluster, further_share, wilson


@given(st.integers(0, 50), st.integers(1, 50))
def test_wilson_holds_the_share_within_nought_and_one(part, whole):
    share = wilson(min(part, whole), whole)
    assert 0 <= share.low <= share.value <= share.high <= 1


def test_wilson_agrees_with_the_published_example():
    # R. G. Newcombe, 1998, Statistics in Medicine 17:857, table I: 81 of 263.
    share = wilson(81, 263)
    assert (share.low, share.high) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_a_share_of_nothing_is_unknown():
    assert by_cluster(np.zeros(0, dtype=bool), np.zeros(0, dtype=int)).value is None


def test_clusters_widen_the_interval():
    hits = np.repeat([True, False], 50)
    alone = by_cluster(hits, np.arange(100))
    together = by_cluster(hits, np.repeat(np.arange(10), 10))
    assert together.high - together.low > 1.5 * (alone.high - alone.low)


def test_agreeing_trials_still_leave_doubt():
    share = by_cluster(np.zeros(30, dtype=bool), np.repeat([0, 1, 2], 10))
    assert share.value == 0.0
    assert share.high > 0.3


@given(st.integers(1, 400), st.data())
def test_a_further_share_lies_within_its_bounds(whole, data):
    gained = data.draw(st.integers(0, whole))
    lost = data.draw(st.integers(0, whole - gained))
    share = further_share(gained, lost, whole)
    assert share.low <= share.value <= share.high
    assert share.value == pytest.approx((gained - lost) / whole)


@pytest.mark.parametrize(("gains", "loses"), [(0.01, 0.0), (0.3, 0.1)])
def test_as_many_new_trials_show_what_was_predicted_nineteen_times_of_twenty(gains, loses):
    rng = np.random.default_rng(3)
    whole, rounds = 300, 100
    chances = [gains, loses, 1 - gains - loses]
    held = 0
    for first, second in rng.multinomial(whole, chances, size=(rounds, 2)):
        share = further_share(int(first[0]), int(first[1]), whole)
        seen = (second[0] - second[1]) / whole
        held += share.low - 1e-9 <= seen <= share.high + 1e-9
    assert held / rounds >= 0.92
