"""Counting by day: windows equal what the history holds, and end before their day."""

import numpy as np
import pytest

from detector.durations import DAY_US
from detector.errors import BadInput
from training.backtest import daily_counts
from training.backtest.daily_counts import daily_counts_of


@pytest.mark.parametrize("days", [1, 7, 28])
def test_a_window_holds_the_complaints_of_its_days(market, start, days):
    history = market.history()
    counts = daily_counts_of(history, history.categories[:2])
    day = history.complaints.filed_at // DAY_US
    inside = (day >= start - days) & (day < start)
    expected = np.bincount(history.complaints.seller[inside], minlength=len(history.sellers))
    window = counts.window(start, days)
    assert np.array_equal(window[:, 0], expected)
    first = inside & (history.complaints.category == 0)
    assert window[:, 1].sum() == first.sum()


def test_windows_before_all_and_after_all_are_bounded(market):
    history = market.history()
    counts = daily_counts_of(history, ())
    assert counts.window(counts.first_day - 5, 7).sum() == 0
    assert counts.window(counts.first_day + 9_999, 10_100).sum() == len(history.complaints)


def test_sellers_are_known_from_the_day_a_history_knows_them(market, start):
    history = market.history()
    counts = daily_counts_of(history, ())
    for day in (start - 200, start - 100, start):
        known = np.array(history.sellers)[counts.known(day)]
        assert tuple(known) == history.as_of(day * DAY_US).sellers


def test_too_large_a_market_is_refused_with_what_to_do(market, monkeypatch):
    monkeypatch.setattr(daily_counts, "_CELLS_MAX", 1_000)
    with pytest.raises(BadInput, match="--references none"):
        daily_counts_of(market.history(), ())
