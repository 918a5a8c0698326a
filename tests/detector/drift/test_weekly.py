"""Weeks in numbers: half open, counted from the training's end, and nothing missing dropped."""

from dataclasses import replace

import numpy as np
import pytest

from detector.assess import assess
from detector.drift import drift_of
from detector.drift.weekly import METRICS, WEEK_US, _late, weekly_of
from detector.durations import DAY_US
from detector.history.history import UNKNOWN

ASKED = {"fdr": 0.1}


@pytest.fixture(scope="module")
def span(training_end):
    return {"learnt_until": training_end, "until": training_end + 20 * DAY_US}


@pytest.fixture(scope="module")
def weekly(market, training, span):
    found = weekly_of(market.history(), training.trained, **span, **ASKED)
    return {one.metric.name: one for one in found}


def test_whole_weeks_are_counted_from_the_end_of_the_training(weekly, training_end):
    assert list(weekly) == [metric.name for metric in METRICS]
    for one in weekly.values():
        assert [week.ends_at for week in one.later] == [
            training_end + WEEK_US,
            training_end + 2 * WEEK_US,
        ]
        assert one.past[-1].ends_at == training_end
        assert set(np.diff([week.ends_at for week in one.past])) == {WEEK_US}


def test_each_complaint_lies_in_one_week(market, weekly):
    one = weekly["mix"]
    filed = market.history().complaints.filed_at
    first, last = one.past[0].ends_at - WEEK_US, one.later[-1].ends_at
    rows = sum(week.rows for week in (*one.past, *one.later))
    assert rows == ((filed >= first) & (filed < last)).sum()


def test_a_weeks_scores_are_those_of_its_end(market, training, weekly):
    week = weekly["score_90"].past[0]
    alone = assess(market.history(), week.ends_at, training.trained)
    assert week.value == pytest.approx(np.quantile(alone.score, 0.9))
    assert week.rows == len(alone.score)


def test_what_is_missing_is_counted_and_changes_no_other_share(market, training, span):
    history = market.history()
    complaints = history.complaints
    late = complaints.filed_at >= span["learnt_until"]
    emptied = np.where(late, UNKNOWN, complaints.buyer).astype(np.int32)
    changed = replace(history, complaints=replace(complaints, buyer=emptied))
    report = drift_of(changed, training.trained, **span, created_at=0)
    state = {one.metric.name: one for one in report.metrics}
    lost = state["without_buyer"]
    assert [week.value for week in lost.later] == [1.0, 1.0]
    if lost.later[-1].rows >= lost.metric.least:
        assert lost.state == "drifting"
    assert "without_buyer" not in {reason.code for reason in report.reasons}


def test_a_category_of_later_weeks_counts_as_never_learnt(market, training, span):
    history = market.history()
    complaints = history.complaints
    late = complaints.filed_at >= span["learnt_until"]
    category = np.where(late, len(history.categories), complaints.category).astype(np.int32)
    names = (*history.categories, "zz_new")
    changed = replace(history, categories=names, complaints=replace(complaints, category=category))
    found = weekly_of(changed, training.trained, **span, **ASKED)
    one = next(one for one in found if one.metric.name == "unseen_categories")
    assert [week.value for week in one.later] == [1.0, 1.0]
    assert {week.value for week in one.past} == {0.0}


def test_no_week_since_the_training_cannot_tell(market, training, training_end):
    report = drift_of(
        market.history(),
        training.trained,
        learnt_until=training_end,
        until=training_end + 6 * DAY_US,
        created_at=0,
    )
    assert report.weeks == 0
    assert report.reasons == ()
    assert {one.state for one in report.metrics} == {"unknown"}


def test_late_are_those_recorded_in_the_week_long_after_they_were_filed(market):
    complaints = market.history().complaints
    day = complaints.filed_at // DAY_US
    first = int(day.min())
    # Recorded when filed, but those of the fourth week two weeks later, and one day nobody says.
    recorded = np.where(day - first < 21, complaints.filed_at, complaints.filed_at + 14 * DAY_US)
    recorded = np.where(day - first == 2, UNKNOWN, recorded)
    told = replace(complaints, recorded_at=recorded)
    ends = [(first + 7 * week) * DAY_US for week in (1, 2, 3, 4, 5, 6)]
    found = [_late(told, end) for end in ends]
    in_week = [int((day < first + 7 * n).sum() - (day < first + 7 * (n - 1)).sum()) for n in (1, 4)]
    unknown = int((day == first + 2).sum())
    assert [value for value, _ in found] == [0.0, 0.0, 0.0, None, None, 1.0]
    assert (found[0][1], found[5][1]) == (in_week[0] - unknown, in_week[1])
    assert _late(complaints, ends[0]) == (None, 0)


def test_a_past_that_was_loaded_at_once_is_not_late(market):
    complaints = market.history().complaints
    began = int(complaints.filed_at.min()) + 60 * DAY_US
    told = replace(complaints, recorded_at=np.maximum(complaints.filed_at, began))
    assert _late(told, began)[0] is None
    value, rows = _late(told, began + WEEK_US)
    filed = complaints.filed_at
    assert (value, rows) == (0.0, int(((filed >= began) & (filed < began + WEEK_US)).sum()))


def test_a_row_recorded_long_before_it_was_filed_says_nothing_of_when_records_began(market):
    complaints = market.history().complaints
    began = int(complaints.filed_at.min()) + 60 * DAY_US
    recorded = np.maximum(complaints.filed_at, began)
    recorded[int(complaints.filed_at.argmin())] = 0  # as some systems write what they do not know
    told = replace(complaints, recorded_at=recorded)
    assert _late(told, began)[0] is None
    assert _late(told, began + WEEK_US)[0] == 0.0
