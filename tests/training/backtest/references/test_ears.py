import numpy as np
import pytest

from detector.durations import DAY_US
from detector.history.building import history_of
from training.backtest.daily_counts import daily_counts_of
from training.backtest.references.ears import SD_MIN, c2, c3


def counts_of(daily):
    """One seller's counts, first day 100."""
    days = 100 + np.repeat(np.arange(len(daily)), daily)
    columns = {
        "seller_id": ["s"] * len(days),
        "filed_at": days * DAY_US,
        "category": ["x"] * len(days),
    }
    return daily_counts_of(history_of(columns), ())


def test_c2_is_the_distance_from_seven_days_that_ended_two_days_before():
    daily = np.array([3, 1, 4, 1, 5, 9, 2, 6, 5, 8])
    baseline = daily[0:7]
    expected = (8 - baseline.mean()) / baseline.std(ddof=1)
    assert c2(counts_of(daily), 110)[0] == pytest.approx(expected)


def test_a_silent_week_has_the_least_spread():
    daily = np.array([1, 1, 1, 1, 1, 1, 1, 1, 1, 5])
    assert c2(counts_of(daily), 110)[0] == pytest.approx((5 - 1) / SD_MIN)


def test_c3_adds_what_three_days_exceed_one_by():
    daily = np.array([3, 1, 4, 1, 5, 9, 2, 6, 5, 8, 20, 12])
    counts = counts_of(daily)
    expected = sum(max(c2(counts, day)[0] - 1, 0) for day in (112, 111, 110))
    assert c3(counts, 112)[0] == pytest.approx(expected)
