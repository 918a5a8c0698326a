"""Copies are told from neighbours: at one second, on one day, or after one lag."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.durations import DAY_US
from detector.feed.copies import (
    echoes_of,
    is_echo,
    is_paired,
    is_repeat,
    is_second,
    is_twin,
    is_unnamed,
)
from detector.history.building import sorted_complaints
from detector.history.history import UNKNOWN, Complaints

MINUTE = 60_000_000

ROWS = st.lists(
    st.tuples(
        st.integers(0, 2),  # seller
        st.integers(0, 3_000_000),  # microseconds
        st.integers(0, 1),  # category
        st.integers(-1, 1),  # buyer
    ),
    max_size=30,
)


@given(ROWS)
def test_all_of_a_group_but_one_are_twins(rows):
    columns = np.array(rows, dtype=np.int64).reshape(-1, 4)
    complaints = sorted_complaints(
        Complaints(
            seller=columns[:, 0].astype(np.int32),
            filed_at=columns[:, 1],
            category=columns[:, 2].astype(np.int32),
            buyer=columns[:, 3].astype(np.int32),
        )
    )
    groups = {(s, at // 1_000_000, c, b) for s, at, c, b in rows}
    assert is_twin(complaints).sum() == len(rows) - len(groups)


def table(*rows):
    """Complaints of rows (seller, minutes since 1970, category, buyer)."""
    columns = np.array(rows, dtype=np.int64).reshape(-1, 4)
    return sorted_complaints(
        Complaints(
            seller=columns[:, 0].astype(np.int32),
            filed_at=columns[:, 1] * MINUTE,
            category=columns[:, 2].astype(np.int32),
            buyer=columns[:, 3].astype(np.int32),
        )
    )


def test_a_repeat_has_the_day_seller_category_and_a_known_buyer():
    rows = table(
        (0, 10, 0, 5), (0, 20, 0, 5), (0, 30, 1, 5), (0, 40, 0, 6), (0, 1_450, 0, 5),
        (1, 10, 0, UNKNOWN), (1, 20, 0, UNKNOWN),
    )  # fmt: skip
    assert np.flatnonzero(is_repeat(rows)).tolist() == [1]
    assert np.flatnonzero(is_second(rows)).tolist() == [1, 6]
    assert np.flatnonzero(is_paired(rows)).tolist() == [5, 6]
    assert np.flatnonzero(is_unnamed(rows)).tolist() == [5, 6]


def test_of_copies_without_a_time_the_original_stays():
    rows = table((0, 0, 0, 5), (0, 700, 0, 5), (1, 0, 0, -1), (1, 0, 0, -1), (1, 9, 0, -1),
                 (1, 11, 0, -1))  # fmt: skip
    assert rows.filed_at[~is_second(rows)].tolist() == [t * MINUTE for t in (700, 9, 11)]


def test_echoes_follow_after_the_days_commonest_lag():
    rows = table(
        (0, 10, 0, 5), (0, 47, 0, 5), (1, 100, 0, 6), (1, 137, 0, 6), (2, 50, 0, 7), (2, 60, 0, 7),
    )  # fmt: skip
    place = rows.filed_at // DAY_US
    weights, lag = echoes_of(rows, place, np.full(len(rows), 0.5), 2)
    assert (weights.tolist(), lag.tolist()) == ([1.0, 0.0], [37 * 60.0, 0.0])
    assert np.flatnonzero(is_echo(rows, 37 * 60)).tolist() == [1, 3]


def test_days_without_times_have_no_lag():
    rows = table((0, 0, 0, 5), (0, 1_440, 0, 5))
    assert echoes_of(rows, rows.filed_at // DAY_US, np.ones(2), 2)[1].tolist() == [0.0, 0.0]


@pytest.mark.parametrize("seconds", [60, 2_220, 86_400])
def test_all_echoes_of_a_copied_table_are_found_among_many_of_a_seller(seconds):
    rng = np.random.default_rng(0)
    at = np.sort(rng.integers(0, 20 * DAY_US, 400))
    both = np.concatenate([at, at + seconds * 1_000_000])
    ones = np.zeros(len(both), dtype=np.int32)
    rows = sorted_complaints(Complaints(seller=ones, filed_at=both, category=ones))
    assert is_echo(rows, seconds).sum() == pytest.approx(len(at), abs=4)


def test_no_complaints_have_no_copies():
    none = table()
    for mask in (is_twin(none), is_repeat(none), is_paired(none), is_second(none)):
        assert mask.tolist() == []
    assert echoes_of(none, np.zeros(0, np.int64), np.zeros(0), 0)[0].tolist() == []
