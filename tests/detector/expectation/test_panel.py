"""The panel: every complaint counted once in its block, and in its columns."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detector.durations import DAY_US
from detector.expectation.delay import DelayDistribution
from detector.expectation.panel import (
    ALL,
    OTHER,
    REPEAT_BUYER,
    WITHOUT_EVIDENCE,
    columns_of,
    panel_of,
)
from detector.history.building import history_of
from detector.settings import DEFAULT

INSTANT = 500 * DAY_US

complaint = st.tuples(
    st.integers(0, 4),
    st.integers(100 * DAY_US, INSTANT - 1),
    st.integers(0, 11),
    st.integers(0, 3),
    st.integers(-1, 2),
)


def history(complaints):
    columns = list(zip(*complaints, strict=True))
    return history_of(
        {
            "seller_id": [f"s{s}" for s in columns[0]],
            "filed_at": np.array(columns[1]),
            "category": [f"k{c}" for c in columns[2]],
            "buyer_id": [f"b{b}" for b in columns[3]],
            "evidence_count": np.array(columns[4]),
        }
    )


def panel(known):
    columns = columns_of(known, DEFAULT)
    return columns, panel_of(
        known, INSTANT, columns, DelayDistribution(np.ones(1), 1.0, 0), DEFAULT
    )


@given(st.lists(complaint, min_size=1, max_size=60))
def test_categories_add_up_to_all_and_all_to_the_complaints(complaints):
    known = history(complaints)
    columns, counted = panel(known)
    number = {name: i for i, name in enumerate(columns)}
    own = [i for n, i in number.items() if n not in (ALL, WITHOUT_EVIDENCE, REPEAT_BUYER)]
    assert (counted.counts[:, :, own].sum(axis=2) == counted.counts[:, :, 0]).all()
    recent = known.complaints.filed_at >= INSTANT - DEFAULT.baseline_days * DAY_US
    assert counted.counts[:, :, 0].sum() == recent.sum()
    for across in (WITHOUT_EVIDENCE, REPEAT_BUYER):
        assert (counted.counts[:, :, number[across]] <= counted.counts[:, :, 0]).all()


@given(st.lists(complaint, min_size=1, max_size=40), complaint)
def test_a_sellers_row_does_not_depend_on_other_sellers(complaints, another):
    other = ("zz", *another[1:])
    columns, alone = panel(history(complaints))
    with_other = history([*complaints, other])
    both = panel_of(with_other, INSTANT, columns, DelayDistribution(np.ones(1), 1.0, 0), DEFAULT)
    assert (both.counts[: len(alone)] == alone.counts).all()


def test_only_the_largest_categories_are_watched_one_by_one():
    columns = columns_of(history([(0, 200 * DAY_US, c, 0, 0) for c in range(12)]), DEFAULT)
    assert len([name for name in columns if name.startswith("k")]) == DEFAULT.categories_max
    assert OTHER in columns


def test_a_category_may_have_any_name_and_is_none_of_our_own_columns():
    names = ["all", "other categories", "without evidence", "by repeat buyers"]
    known = history_of(
        {"seller_id": ["s"] * 4, "filed_at": np.full(4, 499 * DAY_US), "category": names}
    )
    columns, counted = panel(known)
    assert sorted(columns) == sorted([ALL, *names])
    assert counted.counts[0, 0].tolist() == [4, 1, 1, 1, 1]
