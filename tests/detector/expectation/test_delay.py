"""The delay from an order to its complaint: named by complaints, or told by daily counts."""

import numpy as np
import pytest

from detector.durations import DAY_US
from detector.expectation.delay import delay_distribution_of
from detector.history.building import history_of

INSTANT = 500 * DAY_US


def history(orders):
    """Orders as (day, count) of seller s, about whom one complaint was filed on day 499."""
    return history_of(
        {"seller_id": ["s"], "filed_at": [499 * DAY_US], "category": ["x"]},
        {
            "seller_id": ["s"] * len(orders),
            "day": np.array([day for day, _ in orders], dtype=np.int32),
            "orders": np.array([count for _, count in orders], dtype=float),
        },
    )


@pytest.mark.parametrize("orders", [[(100, 0.0)], [(499, 0.0), (400, 0.0)], []])
def test_orders_that_say_nothing_leave_a_delay_that_is_a_distribution(orders):
    market_delay = delay_distribution_of(history(orders), INSTANT, 45)
    assert market_delay.probabilities.sum() == pytest.approx(1.0)
    assert market_delay.usual_orders > 0


def test_a_delay_is_read_off_complaints_that_name_their_orders():
    n = 1_000
    columns = {
        "seller_id": ["s"] * n,
        "filed_at": np.full(n, 499 * DAY_US),
        "category": ["x"] * n,
        "delay_days": np.repeat([3.2, 10.9], [n // 4, 3 * n // 4]),
    }
    orders = {"seller_id": ["s"], "day": np.array([480]), "orders": np.array([9.0])}
    delay = delay_distribution_of(history_of(columns, orders), INSTANT, 45).probabilities
    assert delay[[3, 10]] == pytest.approx([0.25, 0.75])


def test_orders_too_young_for_a_long_delay_do_not_make_delays_short():
    # Of the orders 20 days old half draw their complaint after 2 days, half after 12; of nine
    # times as many that are 5 days old only the first half has been heard of yet.
    named = {2.5: 50 + 450, 12.5: 50}
    columns = {
        "seller_id": ["s"] * 550,
        "filed_at": np.full(550, 499 * DAY_US),
        "category": ["x"] * 550,
        "delay_days": np.repeat(list(named), list(named.values())),
    }
    orders = {
        "seller_id": ["s", "s"],
        "day": np.array([479, 494]),
        "orders": np.array([1_000.0, 9_000.0]),
    }
    delay = delay_distribution_of(history_of(columns, orders), INSTANT, 45).probabilities
    assert delay[[2, 12]] == pytest.approx([0.5, 0.5])


def test_few_complaints_that_come_very_late_do_not_lengthen_the_delay():
    columns = {
        "seller_id": ["s"] * 2_001,
        "filed_at": np.full(2_001, 499 * DAY_US),
        "category": ["x"] * 2_001,
        "delay_days": np.repeat([4.5, 110.5], [2_000, 1]),
    }
    orders = {"seller_id": ["s"], "day": np.array([380]), "orders": np.array([9.0])}
    assert len(delay_distribution_of(history_of(columns, orders), INSTANT, 120).probabilities) == 5


@pytest.mark.parametrize("mean", [6.0, 50.0])
def test_a_delay_that_no_complaint_names_is_told_by_daily_counts(mean):
    random = np.random.default_rng(5)
    days, sellers = np.arange(500), 40
    orders = random.poisson(20.0, (sellers, 500)) * (random.random((sellers, 500)) < 0.3)
    complaints = random.binomial(orders, 0.3)
    seller, placed = (
        np.repeat(part, complaints.ravel()) for part in np.indices(orders.shape).reshape(2, -1)
    )
    filed = placed + random.gamma(4.0, mean / 4.0, len(placed)).astype(int)
    known = filed < 500
    columns = {
        "seller_id": [f"s{i:02}" for i in seller[known]],
        "filed_at": filed[known] * DAY_US,
        "category": ["x"] * int(known.sum()),
    }
    table = {
        "seller_id": np.repeat([f"s{i:02}" for i in range(sellers)], 500).tolist(),
        "day": np.tile(days, sellers),
        "orders": orders.ravel().astype(float),
    }
    delay = delay_distribution_of(history_of(columns, table), INSTANT, 120)
    assert delay.mean_days == pytest.approx(mean - 0.5, rel=0.15)
    assert delay.mean_days_sd < 0.15 * mean


@pytest.mark.parametrize("seed", [5, 6, 7])
def test_steady_orders_leave_the_delay_in_doubt(seed):
    """Complaints follow on the same day, which these orders cannot tell; no fit is taken for it."""
    random = np.random.default_rng(seed)
    sellers = [f"s{i:02}" for i in range(60)]
    rate = random.gamma(1.2, 0.3, len(sellers))
    counts = random.poisson(rate[:, None], (len(sellers), 200))
    seller, day = (
        np.repeat(part, counts.ravel()) for part in np.indices(counts.shape).reshape(2, -1)
    )
    columns = {
        "seller_id": [sellers[i] for i in seller],
        "filed_at": (day + 300) * DAY_US,
        "category": ["x"] * len(day),
    }
    table = {
        "seller_id": np.repeat(sellers, 200).tolist(),
        "day": np.tile(np.arange(300, 500), len(sellers)),
        "orders": random.poisson(np.repeat(rate * 100 + 10, 200)).astype(float),
    }
    delay = delay_distribution_of(history_of(columns, table), INSTANT, 120)
    assert delay.mean_days - 2.5 * delay.mean_days_sd < 0.5
    assert 0.1 < delay.doubt <= 1.0


def test_complaints_that_name_their_orders_leave_little_doubt():
    columns = {
        "seller_id": ["s"] * 999,
        "filed_at": np.full(999, 499 * DAY_US),
        "category": ["x"] * 999,
        "delay_days": np.linspace(0.1, 9.9, 999),
    }
    orders = {"seller_id": ["s"], "day": np.array([480]), "orders": np.array([9.0])}
    delay = delay_distribution_of(history_of(columns, orders), INSTANT, 45)
    assert delay.doubt == pytest.approx(1 / 1_000)
