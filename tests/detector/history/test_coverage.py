"""A coverage says what a history holds, and where that is too little."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.durations import DAY_US
from detector.history.building import history_of
from detector.history.coverage import (
    MOST,
    are_firsts,
    are_months,
    coverage_of,
    days_with_most,
    thinness_of,
)
from detector.instants import instant_of

days = st.lists(st.integers(0, 30), min_size=1, max_size=40)


def times(of_days):
    return np.array(of_days, dtype=np.int64) * DAY_US + 5


@given(days)
def test_the_shortest_run_of_days_is_the_slow_ways(found):
    runs = [
        last - first + 1
        for first in range(31)
        for last in range(first, 31)
        if sum(first <= day <= last for day in found) >= np.ceil(MOST * len(found))
    ]
    assert days_with_most(times(found)) == min(runs)


@given(days, st.integers(1, 400))
def test_when_the_days_are_does_not_matter(found, later):
    assert days_with_most(times(found)) == days_with_most(times(found) + later * DAY_US)


def test_of_nothing_there_is_nothing():
    empty = coverage_of(history_of({"seller_id": [], "filed_at": [], "category": []}))
    assert (empty.complaints, empty.days, empty.most_days, empty.thinness()) == (0, 0, 0, None)
    assert (empty.first, empty.last, empty.orders_until) == (None, None, None)


def test_a_history_says_its_span_and_where_orders_end():
    columns = {"seller_id": ["a", "b"], "filed_at": times([3, 9]), "category": ["x", "x"]}
    history = history_of(columns, {"seller_id": ["c"], "day": [4], "orders": [2]})
    coverage = coverage_of(history)
    assert (coverage.complaints, coverage.sellers, coverage.days) == (2, 3, 7)
    assert (coverage.first, coverage.last) == (3 * DAY_US + 5, 9 * DAY_US + 5)
    assert coverage.orders_until == 5 * DAY_US


@pytest.mark.parametrize(
    ("most", "of", "said"),
    [
        (6, 244, "95% of the complaints lie in 6 days of 244 days"),
        (1, 244, "95% of the complaints lie in 1 day of 244 days"),
        (12, 12, "the complaints span 12 days only"),
        (20, 40, "the complaints span 40 days only"),
        (21, 400, None),
        (0, 0, None),
    ],
)
def test_a_thin_history_is_said_to_be_thin(most, of, said):
    found = thinness_of(most, of)
    assert found is None if said is None else found.startswith(f"{said}: too few")


def test_first_days_of_several_months_are_months():
    three = [instant_of(f"2024-{month:02}-01") for month in (1, 2, 3)]
    assert are_months(np.array(three * 2))
    assert not are_months(np.array(three[:2] * 2))
    quarters = [instant_of(f"2024-{month:02}-01") for month in (1, 4, 7, 10)]
    assert not are_months(np.array(quarters))
    assert not are_months(np.array([*three, instant_of("2024-01-15")]))
    assert not are_months(np.array([*three, instant_of("2024-04-01T06:00:00Z")]))
    assert are_firsts(np.zeros(0, dtype=np.int64))
