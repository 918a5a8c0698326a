"""Days in a row with a part missing are found with their days; what a market does is none."""

import numpy as np
import pytest

from detector.feed.lapses import lapses_in, levels_of

DAYS, FIRST = 300, 200
WEEK = np.array([1.1, 1.0, 1.0, 0.9, 1.0, 0.6, 0.5])


def table(factor=1.0, *, a_day=200.0, seed=0):
    weekly = np.tile(WEEK, DAYS // 7 + 1)[:DAYS]
    return np.random.default_rng(seed).poisson(a_day * weekly * factor).astype(float)


def between(first, end, inside, outside=1.0):
    days = np.arange(DAYS)
    return np.where((days >= first) & (days < end), inside, outside)


@pytest.mark.parametrize("length", [2, 3, 5, 10, 20])
def test_half_of_the_rows_missing_are_found_from_the_first_day_to_the_last(length):
    (lapse,) = lapses_in(table(between(FIRST, FIRST + length, 0.5)), 0.65, None)
    assert (lapse.first, lapse.end, lapse.is_over) == (FIRST, FIRST + length, True)
    assert lapse.left == pytest.approx(0.5, abs=0.08)


def test_days_up_to_now_are_found_and_are_not_over():
    (lapse,) = lapses_in(table(between(FIRST, DAYS, 0.5))[: FIRST + 10], 0.65, None)
    assert (lapse.first, lapse.end, lapse.is_over) == (FIRST, FIRST + 10, False)


def test_two_lapses_are_two():
    factor = between(FIRST, FIRST + 6, 0.5) * between(FIRST + 30, FIRST + 40, 0.4)
    found = [(one.first, one.end) for one in lapses_in(table(factor), 0.65, None)]
    assert found == [(FIRST, FIRST + 6), (FIRST + 30, FIRST + 40)]


MARKETS = {
    "as it is": 1.0,
    "growing": np.exp(np.arange(DAYS) / 150),
    "shrinking": np.exp(-np.arange(DAYS) / 150),
    "season": 1 + 0.6 * np.sin(2 * np.pi * np.arange(DAYS) / 180),
    "a sale that ends": between(FIRST, FIRST + 20, 2.5),
    "fading": np.minimum(1.0, np.maximum(0.5, 1 - np.maximum(np.arange(DAYS) - FIRST, 0) / 30)),
    "a fifth less": between(FIRST, FIRST + 10, 0.8),
    "jumping weeks": np.repeat(np.exp(np.random.default_rng(1).normal(0, 0.35, 50)), 7)[:DAYS],
}


@pytest.mark.parametrize("name", MARKETS)
@pytest.mark.parametrize("seed", range(3))
def test_what_a_market_does_is_no_lapse(name, seed):
    whole = table(MARKETS[name], seed=seed)
    for end in range(FIRST, DAYS + 1, 10):
        assert lapses_in(whole[:end], 0.65, None) == []


def test_orders_tell_the_days_between_two_sales_from_a_lapse():
    """Twice as many orders before and after: as few complaints as ever are due between them."""
    factor = between(FIRST - 40, FIRST, 2.0) * between(FIRST + 10, FIRST + 50, 2.0)
    orders = table(factor, a_day=5_000.0)
    filed = table(np.convolve(factor, np.ones(14) / 14)[:DAYS], seed=1)
    assert lapses_in(filed, 0.65, orders) == []


def test_orders_tell_a_lapse_within_a_sale():
    """There are as many complaints as before the sale; they are half of what is due."""
    sale = between(FIRST - 20, FIRST + 30, 2.0)
    filed = np.convolve(sale, np.ones(14) / 14)[:DAYS] * between(FIRST, FIRST + 8, 0.5)
    (lapse,) = lapses_in(table(filed), 0.65, table(sale, a_day=5_000.0, seed=1))
    assert (lapse.first, lapse.end) == (FIRST, FIRST + 8)
    assert lapses_in(table(filed), 0.65, None) == []


def test_little_tells_nothing():
    assert lapses_in(table(a_day=2.0), 0.65, None) == []
    assert lapses_in(table(between(20, 30, 0.5))[:40], 0.65, None) == []
    assert lapses_in(np.zeros(0), 0.65, None) == []


def test_levels_are_without_weekdays_and_end_with_the_table():
    days = np.concatenate([np.tile(100 * WEEK, 10), np.zeros(5)])
    level = levels_of(days)
    assert np.isnan(level[:28]).all()
    assert np.isnan(level[-5:]).all()
    np.testing.assert_allclose(level[35:70], level[35], atol=0.02)
