"""A history is built from columns in any row order, or refused."""

import pytest

from detector.errors import BadInput
from detector.history.building import concatenate_complaints, history_of


def test_rows_are_sorted_by_seller_and_then_time():
    history = history_of(
        {"seller_id": ["b", "a", "a"], "filed_at": [5, 9, 3], "category": ["x", "x", "y"]}
    )
    assert history.sellers == ("a", "b")
    assert history.complaints.filed_at.tolist() == [3, 9, 5]


def test_orders_of_one_seller_day_add_up():
    history = history_of(
        {"seller_id": ["a"], "filed_at": [0], "category": ["x"]},
        {"seller_id": ["a", "a", "b"], "day": [3, 3, -3], "orders": [7, 2, 1]},
    )
    assert history.orders is not None
    assert history.orders.count.tolist() == [9, 1]
    assert history.orders.day.tolist() == [3, -3]


def test_a_missing_column_is_refused_by_name():
    with pytest.raises(BadInput, match="missing column category"):
        history_of({"seller_id": ["a"], "filed_at": [1]})


def test_columns_of_different_length_are_refused():
    with pytest.raises(BadInput, match="differ in length"):
        history_of({"seller_id": ["a"], "filed_at": [1, 2], "category": ["x"]})


def test_some_rows_are_kept_and_all_sellers():
    history = history_of(
        {"seller_id": ["a", "b"], "filed_at": [1, 2], "category": ["x", "y"]},
        {"seller_id": ["a"], "day": [1], "orders": [2]},
    )
    kept = history.rows(history.complaints.filed_at > 1)
    assert kept.sellers == history.sellers
    assert kept.complaints.filed_at.tolist() == [2]
    assert kept.orders is None


def test_complaints_one_after_the_other_are_those_of_both():
    complaints = history_of(
        {
            "seller_id": ["a", "b", "b"],
            "filed_at": [1, 2, 3],
            "category": ["x", "y", "x"],
            "group": ["north", None, "south"],
        }
    ).complaints
    both = concatenate_complaints(complaints.take(slice(0, 1)), complaints.take(slice(1, 3)))
    assert both.filed_at.tolist() == complaints.filed_at.tolist()
    assert both.group.tolist() == complaints.group.tolist()
    assert both.group.dtype == complaints.group.dtype
    assert both.buyer is None
