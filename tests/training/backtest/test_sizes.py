from dataclasses import replace

import numpy as np

from detector.durations import DAY_US
from training.backtest.sizes import NAMES, NEW, sizes_of


def test_sizes_are_thirds_of_the_known_sellers(market, start):
    history = market.history()
    sizes = sizes_of(history, start * DAY_US)
    known = np.isin(history.sellers, history.as_of(start * DAY_US).sellers)
    assert (sizes.name[~known] == NEW).all()
    shares = [(sizes.name[known] == name).mean() for name in NAMES]
    assert np.abs(np.array(shares) - 1 / 3).max() < 0.05
    assert sizes.unit == "orders"


def test_without_orders_size_is_complaints(market, start):
    sizes = sizes_of(replace(market.history(), orders=None), start * DAY_US)
    assert sizes.unit == "complaints"
