"""A history that unfolds part by part shows at every instant what `as_of` shows."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detector.durations import DAY_US
from detector.history.building import history_of
from detector.history.history import LASTING, History
from detector.history.point_in_time import PointInTimeView

SELLERS = st.sampled_from("abcdef")
DAYS = st.integers(0, 12)
HALF_DAYS = st.integers(0, 24)


@st.composite
def histories(draw) -> History:
    filed = draw(st.lists(st.tuples(SELLERS, HALF_DAYS), max_size=12))
    taken_back = st.none() | st.integers(0, 24)
    withdrawn = draw(st.lists(taken_back, min_size=len(filed), max_size=len(filed)))
    sold = draw(st.lists(st.tuples(SELLERS, DAYS), max_size=12))
    complaints = {
        "seller_id": [seller for seller, _ in filed],
        "filed_at": [half * DAY_US // 2 for _, half in filed],
        "category": ["damaged"] * len(filed),
        "withdrawn_at": [
            LASTING if after is None else (half + after) * DAY_US // 2
            for (_, half), after in zip(filed, withdrawn, strict=True)
        ],
    }
    orders = {
        "seller_id": [seller for seller, _ in sold],
        "day": [day for _, day in sold],
        "orders": [1.0] * len(sold),
    }
    return history_of(complaints, draw(st.sampled_from([orders, None])))


def as_rows(history: History) -> list[object]:
    complaints, orders = history.complaints, history.orders
    filed = [history.sellers[s] for s in complaints.seller], complaints.filed_at.tolist()
    if orders is None:
        return [history.sellers, filed]
    sold = [history.sellers[s] for s in orders.seller], orders.day.tolist()
    return [history.sellers, filed, sold]


@given(histories(), HALF_DAYS)
def test_a_seller_is_known_when_as_of_knows_it(history, half_days):
    instant = half_days * DAY_US // 2
    view = PointInTimeView(history)
    known = view.ids_of(view.sellers_at(instant))
    assert known == history.as_of(instant).sellers


@given(histories(), HALF_DAYS, st.integers(0, 6), st.integers(0, 6))
def test_a_part_at_an_instant_is_that_part_of_as_of(history, half_days, first, last):
    instant = half_days * DAY_US // 2
    part = PointInTimeView(history).at(instant, first, last)
    assert as_rows(part) == as_rows(history.only(history.sellers[first:last]).as_of(instant))


@given(histories(), HALF_DAYS, st.integers(1, 4))
def test_a_sample_at_an_instant_is_every_so_many_th_known_seller(history, half_days, step):
    instant = half_days * DAY_US // 2
    view = PointInTimeView(history)
    sample = view.sample_at(instant, view.sellers_at(instant)[::step])
    known = history.as_of(instant)
    assert as_rows(sample) == as_rows(known.only(known.sellers[::step]))


def test_nothing_is_copied_of_sellers_that_are_all_known():
    history = history_of({"seller_id": ["a"], "filed_at": [5], "category": ["damaged"]})
    part = PointInTimeView(history).at(DAY_US, 0, 1)
    assert np.shares_memory(part.complaints.filed_at, history.complaints.filed_at)
