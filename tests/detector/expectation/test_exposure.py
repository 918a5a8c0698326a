"""Exposure: orders whose complaints would fall into a block."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.durations import DAY_US
from detector.expectation.delay import DelayDistribution, delay_distribution_of
from detector.expectation.exposure import exposure_of, span_of
from detector.history.building import history_of
from detector.history.timeline import blocks_of
from detector.settings import DEFAULT

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
    market_delay = DelayDistribution(delay / delay.sum(), usual_orders=0.0, market_began=0)
    exposure = exposure_of(history([(day, count)]), INSTANT, BLOCKS, market_delay)
    assert exposure.sum() == pytest.approx(count)


def test_without_a_delay_exposure_is_the_days_own_orders():
    exposure = exposure_of(
        history([(499, 5), (490, 3)]), INSTANT, BLOCKS, DelayDistribution(np.ones(1), 0.0, 0)
    )
    assert exposure[0, 0] == 5
    assert exposure[0, 9] == 3
    assert exposure.sum() == 8


def test_without_orders_exposure_is_presence_in_days():
    known = history_of({"seller_id": ["s"], "filed_at": [489 * DAY_US + 5], "category": ["x"]})
    exposure = exposure_of(known, INSTANT, BLOCKS, delay_distribution_of(known, INSTANT, 45))
    assert exposure[0].tolist() == [1.0] * 11 + [0.0] * (len(BLOCKS) - 11)


def test_the_markets_span_is_known_where_orders_do_not_tell_who_is_there():
    filed_on = ((480, "s"), (400, "t"))
    market_delay = delay_distribution_of(history([(450, 2.0)], filed_on), INSTANT, 45)
    without = replace(history([(450, 2.0)], filed_on), orders=None)
    assert span_of(without, INSTANT, BLOCKS, market_delay).sum() == 100
    assert not span_of(history([(450, 2.0)], filed_on), INSTANT, BLOCKS, market_delay).any()
