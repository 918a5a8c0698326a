"""A summary says how many complaints there are, about whom, when and of what."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.durations import DAY_US
from training.tables.importers.summary import Gathering

rows = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9), st.sampled_from("xyz")))


def summary_of(*batches):
    gathering = Gathering()
    for batch in batches:
        seller, day, category = zip(*batch, strict=True) if batch else ((), (), ())
        columns = {
            "seller_id": pa.array(seller, pa.string()),
            "filed_at": pa.array([d * DAY_US for d in day], pa.int64()),
            "category": pa.array(category, pa.string()),
        }
        gathering.add(pa.table(columns))
    return gathering.summary()


@given(rows, rows)
def test_batches_add_up(first, second):
    assert summary_of(first, second) == summary_of(first + second)


@given(rows)
def test_it_counts_every_row_once(complaints):
    summary = summary_of(complaints)
    assert summary.complaints == sum(count for _, count in summary.categories) == len(complaints)
    assert set(summary.sellers) == {seller for seller, _, _ in complaints}


@pytest.mark.parametrize(
    ("complaints", "sentence"),
    [
        ([], "no complaints"),
        ([("a", 0, "x")], "1 complaint about 1 seller, 1970-01-01 to 1970-01-01; category x 1"),
        (
            [("a", 2, "x"), ("b", 1, "y"), ("b", 5, "y")],
            "3 complaints about 2 sellers, 1970-01-02 to 1970-01-06; categories y 2, x 1",
        ),
    ],
)
def test_the_sentence_says_it(complaints, sentence):
    assert summary_of(complaints).sentence() == sentence


def test_groups_are_said_where_there_are_any():
    table = {
        "seller_id": ["a"] * 4,
        "filed_at": pa.array([0] * 4, pa.int64()),
        "category": ["x"] * 4,
        "group": pa.array(["sea", None, "air", "sea"], pa.string()),
    }
    gathering = Gathering()
    gathering.add(pa.table(table))
    assert gathering.summary().sentence().endswith("; category x 4; groups sea 2, air 1")
    assert gathering.summary().facts()["groups"] == {"sea": 2, "air": 1}


def test_many_categories_are_cut_short():
    summary = summary_of([("a", 0, f"c{n}") for n in range(8)])
    assert summary.sentence().endswith("c4 1 and 3 more")
