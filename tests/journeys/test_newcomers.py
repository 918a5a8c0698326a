"""Sellers who join and behave like everybody are not suspicious, though orders tell no delay."""

import numpy as np
import pytest

from detector.assess import assess_each
from detector.durations import DAY_US
from detector.fitting import train
from detector.history.building import history_of

DAYS, TRAINED, OLD, NEW = 250, 152, 80, 60


def market(seed: int):
    """Steady sellers, each complained about on the day of the order; sixty join one by one."""
    random = np.random.default_rng(seed)
    rate = random.gamma(1.2, 0.25, OLD + NEW)
    joins = np.concatenate([np.zeros(OLD, dtype=int), 150 + np.arange(NEW)])
    there = np.arange(DAYS) >= joins[:, None]
    counts = random.poisson(rate[:, None] * there)
    orders = random.poisson((rate[:, None] * 150 + 10) * there)
    names = [f"old{n:02}" for n in range(OLD)] + [f"new{n:02}" for n in range(NEW)]
    places = np.indices(counts.shape).reshape(2, -1)
    seller, day = (np.repeat(part, counts.ravel()) for part in places)
    complaints = {
        "seller_id": [names[i] for i in seller],
        "filed_at": day * DAY_US + random.integers(0, DAY_US, len(day)),
        "category": random.choice(["late", "bad", "fake"], len(day)).tolist(),
    }
    sold = [(names[i], d, orders[i, d]) for i, d in np.argwhere(there).tolist()]
    ids, days, number = zip(*sold, strict=True)
    table = {"seller_id": list(ids), "day": np.array(days), "orders": np.array(number, float)}
    return history_of(complaints, table)


@pytest.mark.parametrize("seed", [31, 32])
def test_at_most_a_tenth_of_them_are_ever_flagged(seed):
    history = market(seed)
    trained = train(history, until=TRAINED * DAY_US).trained
    days = range(TRAINED + 4, DAYS, 4)
    flagged = {
        row.seller_id
        for found in assess_each(history, [day * DAY_US for day in days], trained)
        for row in found.rows
        if row.flagged
    }
    assert len({seller for seller in flagged if seller.startswith("new")}) <= NEW / 10
