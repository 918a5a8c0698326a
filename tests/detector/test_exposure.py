"""Exposure: orders whose complaints would fall into a block."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.exposure import Lag, exposure_of, lag_of
from detector.history import DAY_US, history_of
from detector.settings import DEFAULT
from detector.timeline import blocks_of

INSTANT = 500 * DAY_US
BLOCKS = blocks_of(DEFAULT)


def history(orders, complaints=((499, "s"),)):
    """Orders as (day, count) of seller s; complaints as (day, seller)."""
    return history_of(
        {
            "seller_id": [seller for _, seller in complaints],
            "filed_at": np.array([day * DAY_US for day, _ in complaints]),
            "category": ["x"] * len(complaints),
        },
        {
            "seller_id": ["s"] * len(orders),
            "day": np.array([day for day, _ in orders], dtype=np.int32),
            "orders": np.array([count for _, count in orders], dtype=float),
        },
    )


@given(st.integers(150, 400), st.integers(1, 1000), st.lists(st.floats(0.01, 1.0), min_size=1))
def test_an_order_is_spread_over_the_days_after_it_and_none_is_lost(day, count, weights):
    delay = np.array(weights[:40])
    lag = Lag(delay / delay.sum(), usual=0.0)
    exposure = exposure_of(history([(day, count)]), INSTANT, BLOCKS, lag)
    assert exposure.sum() == pytest.approx(count)


def test_without_a_delay_exposure_is_the_days_own_orders():
    exposure = exposure_of(history([(499, 5), (490, 3)]), INSTANT, BLOCKS, Lag(np.ones(1), 0.0))
    assert exposure[0, 0] == 5
    assert exposure[0, 9] == 3
    assert exposure.sum() == 8


def test_without_orders_exposure_is_presence_in_days():
    known = history_of({"seller_id": ["s"], "filed_at": [489 * DAY_US + 5], "category": ["x"]})
    exposure = exposure_of(known, INSTANT, BLOCKS, lag_of(known, INSTANT, 45))
    assert exposure[0].tolist() == [1.0] * 11 + [0.0] * (len(BLOCKS) - 11)


@pytest.mark.parametrize("orders", [[(100, 0.0)], [(499, 0.0), (400, 0.0)], []])
def test_orders_that_say_nothing_leave_a_delay_that_is_a_distribution(orders):
    lag = lag_of(history(orders), INSTANT, 45)
    assert lag.delay.sum() == pytest.approx(1.0)
    assert lag.usual > 0


def test_a_delay_is_read_off_complaints_that_name_their_orders():
    n = 1_000
    columns = {
        "seller_id": ["s"] * n,
        "filed_at": np.full(n, 499 * DAY_US),
        "category": ["x"] * n,
        "delay_days": np.repeat([3.2, 10.9], [n // 4, 3 * n // 4]),
    }
    orders = {"seller_id": ["s"], "day": np.array([480]), "orders": np.array([9.0])}
    delay = lag_of(history_of(columns, orders), INSTANT, 45).delay
    assert (delay[3], delay[10]) == (0.25, 0.75)


def days_present(filed_on):
    """Days that a seller with complaints on these days, and no orders, counts as present."""
    known = history_of(
        {
            "seller_id": ["s"] * len(filed_on),
            "filed_at": np.array([day * DAY_US for day in filed_on]),
            "category": ["x"] * len(filed_on),
        }
    )
    return exposure_of(known, INSTANT, BLOCKS, lag_of(known, INSTANT, 45)).sum()


def test_a_seller_was_there_before_its_first_complaint_for_as_long_as_between_two():
    # 300 days ago, ten complaints since then: one in about 30 days, so 30 days before the first.
    often = days_present(range(200, 450, 25))
    assert often == pytest.approx(300 + (300 - 42) / 9.5)
    assert days_present(range(200, 450, 5)) < often
    assert days_present([200]) > often


def test_a_spike_of_the_last_weeks_does_not_shorten_the_time_it_is_compared_with():
    assert days_present([200, 300, *[498] * 20]) == days_present([200, 300])
