"""Each kind of fault has a sentence with its days and numbers."""

from typing import get_args

import pytest

from detector.feed.faults import FaultKind, FeedFault
from detector.feed.sentences import days_of, sentence_of


@pytest.mark.parametrize("kind", get_args(FaultKind))
def test_each_kind_says_when(kind):
    said = sentence_of(FeedFault(kind, 19_844, 19_846, 0.25, 0.02))
    assert said.startswith("2024-05-01 to 2024-05-03: ")
    assert not said.endswith(".")


def test_numbers_and_names_are_those_found():
    twins = FeedFault("twins", 19_844, 19_844, 0.5, 0.01)
    assert days_of(twins) == "2024-05-01"
    assert "50% of the sellers' complaints share" in sentence_of(twins)
    assert "usually 1%" in sentence_of(twins)
    moved = FeedFault("moved_hours", 19_844, 19_844, -1.0, 0.0)
    assert "dated 1 hour earlier than before" in sentence_of(moved)
    names = tuple(f"category {n}" for n in range(6))
    renamed = sentence_of(FeedFault("renamed_category", 19_844, 19_844, 1.0, 0.0, names))
    assert "category 3 and 2 more" in renamed


def test_missing_complaints_say_whom_they_concern():
    fault = FeedFault("complaints_missing", 19_844, 19_853, 0.5, 1.0, spread="alike")
    assert sentence_of(fault) == (
        "2024-05-01 to 2024-05-10: complaints fell to 50% of the usual in all sellers alike: "
        "a part of the feed may be missing"
    )
    assert "some 60% of the sellers have none" in sentence_of(
        FeedFault("complaints_missing", 19_844, 19_853, 0.4, 1.0, spread="sellers")
    )
    gone = FeedFault("category_missing", 19_844, 19_853, 0.0, 1.0, ("damaged",))
    assert "complaints of damaged are missing: 0% of the usual are there" in sentence_of(gone)


def test_echoes_say_their_lag():
    for lag, said in ((2_220, "37 minutes"), (86_400, "1 day"), (7_200, "2 hours"), (61, "61 sec")):
        fault = FeedFault("echoes", 19_844, 19_844, 0.5, 0.01, lag=lag)
        assert f"with another {said}" in sentence_of(fault)
