"""Attributes of complaints: each complaint is in one part, and each part has words."""

import numpy as np
import pytest

from detector.durations import DAY_US, HOUR_US
from detector.history.building import history_of
from detector.makeup.attributes import (
    ATTRIBUTES,
    CATEGORY,
    DELAY,
    EVIDENCE,
    GAP,
    HOUR,
    OUTCOME,
    attributes_in,
    codes_in,
    parts_of,
    words_for,
)

COLUMNS = ("(all)", "late", "broken", "(other categories)", "(without evidence)")


def test_every_attribute_is_there_where_its_column_is(market):
    history = market.history()
    without = tuple(name for name in ATTRIBUTES if name != DELAY)
    assert attributes_in(history.complaints) == without
    bare = history_of({"seller_id": ["s"], "filed_at": [1], "category": ["late"]})
    assert attributes_in(bare.complaints) == (HOUR, GAP, CATEGORY)
    assert set(codes_in(bare, COLUMNS, np.ones(1, dtype=int))) == {HOUR, GAP, CATEGORY}


def test_codes_say_what_the_columns_hold():
    midnight, later = 100 * DAY_US, 100 * DAY_US + 22 * HOUR_US
    history = history_of(
        {
            "seller_id": ["a", "a", "b", "b"],
            "filed_at": [midnight, later, midnight + 1, later + 1],
            "category": ["late", "rare", "unheard", "broken"],
            "buyer_id": ["x", "y", None, "x"],
            "evidence_count": [0, 7, -1, 2],
            "outcome": [0, 1, 2, 3],
            "decided_at": [np.iinfo(np.int64).max, later + 9, later, later + 9],
            "delay_days": [0.5, 100.0, np.nan, 5.0],
        }
    )
    codes = codes_in(history, COLUMNS, np.full(4, 2))
    said = {
        name: [parts_of(name, COLUMNS)[c] if c >= 0 else None for c in codes[name].tolist()]
        for name in codes
    }
    assert said[HOUR] == ["no hour", "21-24", "0-3", "21-24"]
    assert said[DELAY] == ["0-1", "30-", "no order", "3-6"]
    assert said[EVIDENCE] == ["0", "3-", "unknown", "2"]
    assert said[OUTCOME] == [None, "upheld", "rejected", "unfounded"]
    # Two in four weeks: a day is a fourteenth of the mean time between them.
    assert said[GAP] == ["200-", "2-10", "200-", "2-10"]
    assert said[CATEGORY] == ["late", "(rarer)", "(rarer)", "broken"]
    alone = codes_in(history, COLUMNS[:3], np.full(4, 2))[CATEGORY]
    assert parts_of(CATEGORY, COLUMNS[:3])[alone[1]] == "(new)"


def test_every_part_is_told_in_words():
    for name in ATTRIBUTES:
        for part in parts_of(name, COLUMNS):
            words = words_for(name, part).format(were="were")
            assert words == words.strip()
            assert "{" not in words
            assert len(words) > 8


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("0-2", "came sooner than 2 % of the mean time after the one before"),
        ("30-100", "came 30 to 100 % of the mean time after the one before"),
        ("200-", "came later than 200 % of the mean time"),
    ],
)
def test_a_part_of_times_between_complaints_leaves_the_shorter_ones_out(part, words):
    """Most complaints come sooner than twice the mean time, and few of them are of its part."""
    assert part in parts_of(GAP, COLUMNS)
    assert words_for(GAP, part) == words
