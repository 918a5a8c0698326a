"""A feed day by day: every complaint is counted once."""

import numpy as np
import pytest

from detector.durations import DAY_US
from detector.feed.daily import daily_counts_of
from detector.history.building import history_of
from detector.history.history import LASTING
from tests.detector.feed.conftest import DAYS, FIRST

END = (FIRST + DAYS) * DAY_US


def test_complaints_and_sellers_are_counted_day_by_day(usual_feed):
    counts = daily_counts_of(usual_feed, END)
    assert (counts.first_day, len(counts)) == (FIRST, DAYS)
    assert counts.complaints.sum() == len(usual_feed.complaints)
    for table in (counts.by_category, counts.by_hour):
        np.testing.assert_allclose(table.sum(axis=1), counts.sellers)
    day = usual_feed.complaints.filed_at // DAY_US
    sellers = usual_feed.complaints.seller[day == FIRST + 7]
    assert counts.sellers[7] == pytest.approx(len(np.unique(sellers)))
    assert counts.orders is not None
    assert counts.orders.sum() == usual_feed.orders.count.sum()
    assert not counts.is_dated_only


def test_days_that_have_not_ended_are_left_out(usual_feed):
    counts = daily_counts_of(usual_feed, END - 1)
    assert len(counts) == DAYS - 1


def test_what_was_withdrawn_later_was_in_the_feed():
    filed = np.array([FIRST * DAY_US + 5, FIRST * DAY_US + 6])
    columns = {"seller_id": ["a", "b"], "filed_at": filed, "category": ["x", "x"]}
    history = history_of(columns | {"withdrawn_at": np.array([filed[0] + 9, LASTING])})
    assert daily_counts_of(history, END).complaints[0] == 2


def test_a_history_without_complaints_has_no_days():
    none = history_of({"seller_id": [], "filed_at": np.zeros(0, np.int64), "category": []})
    assert len(daily_counts_of(none, END)) == 0
