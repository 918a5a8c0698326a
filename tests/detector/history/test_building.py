"""A history is built from columns in any row order, or refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.errors import BadInput
from detector.history.building import history_of, with_elsewhere


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


def test_who_complained_about_another_seller_before_is_known_where_all_are_read():
    history = history_of(
        {
            "seller_id": ["a", "b", "a", "a", "b", "b"],
            "filed_at": [1, 2, 3, 4, 4, 9],
            "category": ["x"] * 6,
            "buyer_id": ["p", "p", "p", "q", "q", None],
        }
    )
    told = with_elsewhere(history)
    # Those about a come first: 1 (nobody before), 3 (b at 2), 4 (at the same time is not before).
    assert told.complaints.elsewhere.tolist() == [False, True, False, True, False, False]
    assert told.as_of(3).complaints.elsewhere.tolist() == [False, True]
    nobody = history_of({"seller_id": ["a"], "filed_at": [1], "category": ["x"]})
    assert with_elsewhere(nobody).complaints.elsewhere is None


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 6), st.integers(0, 4)), min_size=1))
@settings(max_examples=40)
def test_it_is_what_looking_at_each_pair_says(rows):
    columns = list(zip(*rows, strict=True))
    history = history_of(
        {
            "seller_id": [f"s{i}" for i in columns[0]],
            "filed_at": columns[1],
            "category": ["x"] * len(rows),
            "buyer_id": [None if i == 4 else f"b{i}" for i in columns[2]],
        }
    )
    c = with_elsewhere(history).complaints
    filed = list(zip(c.seller, c.filed_at, c.buyer, strict=True))
    for found, (seller, at, buyer) in zip(c.elsewhere, filed, strict=True):
        before = any(b == buyer and t < at and s != seller for s, t, b in filed)
        assert bool(found) == (buyer >= 0 and before)


def test_some_rows_are_kept_and_all_sellers():
    history = history_of(
        {"seller_id": ["a", "b"], "filed_at": [1, 2], "category": ["x", "y"]},
        {"seller_id": ["a"], "day": [1], "orders": [2]},
    )
    kept = history.rows(history.complaints.filed_at > 1)
    assert kept.sellers == history.sellers
    assert kept.complaints.filed_at.tolist() == [2]
    assert kept.orders is None
