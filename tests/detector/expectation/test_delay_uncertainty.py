"""When complaints come is uncertain where orders have stopped, and hardly where they go on."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.durations import DAY_US
from detector.expectation.delay import DelayDistribution
from detector.expectation.delay_uncertainty import delay_uncertainty_of
from detector.history.building import history_of
from detector.settings import DEFAULT

TODAY = 500
INSTANT = TODAY * DAY_US
DELAY = np.array([0.1, 0.2, 0.3, 0.2, 0.1, 0.05, 0.03, 0.02])
ORDERS = st.lists(st.tuples(st.integers(460, 499), st.integers(1, 1000)), min_size=1, max_size=20)


def history(*sellers):
    """One seller for each list of (day, orders)."""
    rows = [(f"s{i}", *order) for i, orders in enumerate(sellers) for order in dict(orders).items()]
    ids, days, counts = zip(*rows, strict=True)
    table = {"seller_id": list(ids), "day": np.array(days), "orders": np.array(counts, float)}
    nothing = {"seller_id": [], "filed_at": np.zeros(0, np.int64), "category": []}
    return history_of(nothing, table)


def uncertainty(*sellers, delay=DELAY, doubt=0.0):
    market_delay = DelayDistribution(delay / delay.sum(), 1.0, 0, doubt)
    return delay_uncertainty_of(history(*sellers), INSTANT, market_delay, DEFAULT)


def steady(until, orders=10):
    return [(day, orders) for day in range(300, until)]


@given(ORDERS)
def test_it_is_the_variance_of_what_a_dirichlet_delay_makes_expected(orders):
    found = uncertainty(orders)[0]
    ages = {TODAY - 1 - day: count for day, count in dict(orders).items()}
    for window, days in enumerate(DEFAULT.windows_days):
        due = np.array([sum(ages.get(delay + d, 0) for d in range(days)) for delay in range(8)])
        mean = (DELAY * due).sum()
        variance = ((DELAY * due**2).sum() - mean**2) / (DEFAULT.delay_alike + 1.0)
        expected = variance / mean**2 if mean else 0.0
        assert found[window] == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_steady_orders_leave_no_doubt_about_when():
    assert uncertainty(steady(TODAY)) == pytest.approx(0.0, abs=1e-12)


def test_the_longer_ago_the_last_order_the_more_doubt():
    stopped = uncertainty(*(steady(TODAY - days) for days in range(len(DELAY))))
    # Windows longer than the delay look back to when orders still came.
    assert (np.diff(stopped[:, 0]) > 0).all()
    assert stopped[-1, -1] < stopped[-1, 0] / 10.0


@given(ORDERS, st.integers(2, 100))
def test_it_depends_on_the_pattern_of_orders_and_not_on_their_number(orders, times):
    many = [(day, count * times) for day, count in orders]
    assert uncertainty(many)[0] == pytest.approx(uncertainty(orders)[0], rel=1e-6, abs=1e-9)


@given(st.lists(ORDERS, min_size=2, max_size=5))
def test_a_seller_alone_gives_the_same_bits(sellers):
    together = uncertainty(*sellers)
    for row, orders in enumerate(sellers):
        assert np.array_equal(uncertainty(orders)[0], together[row])


def test_where_no_orders_are_recorded_nothing_is_late():
    complaints = {"seller_id": ["s"], "filed_at": np.array([490 * DAY_US]), "category": ["x"]}
    known = history_of(complaints)
    assert not delay_uncertainty_of(
        known, INSTANT, DelayDistribution(np.ones(1), 1.0, 0), DEFAULT
    ).any()


@given(ORDERS, st.floats(0, 1), st.floats(0, 1))
def test_doubt_about_the_markets_delay_adds_up_to_that_of_one_unknown_delay(orders, less, more):
    less, more = sorted((less, more))
    certain, whole = uncertainty(orders), uncertainty(orders, doubt=1.0)
    some, further = uncertainty(orders, doubt=less), uncertainty(orders, doubt=more)
    assert (certain <= some + 1e-12).all()
    assert (some <= further + 1e-12).all()
    assert (further <= whole + 1e-12).all()
    np.testing.assert_allclose(whole, certain * (DEFAULT.delay_alike + 1.0), atol=1e-9)


def test_where_orders_are_steady_no_doubt_about_the_delay_matters():
    assert uncertainty(steady(TODAY), doubt=1.0)[0] == pytest.approx(0.0, abs=1e-9)


def test_a_seller_that_has_just_joined_is_the_less_certain_the_less_the_delay_is_known():
    joined = [(TODAY - 1, 100)]
    assert uncertainty(joined, doubt=0.5)[0, 0] > 5 * uncertainty(joined)[0, 0]
