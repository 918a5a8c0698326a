"""What faults of a feed stop, hold and leave out."""

from dataclasses import replace

import numpy as np
import pytest

from detector.assess import assess
from detector.durations import DAY_US
from detector.feed.faults import FeedFault, FeedReport, faults_in
from detector.feed.handling import (
    flags_held,
    holding,
    stopping,
    without_faults,
    without_spoilt_days,
)
from tests.detector.feed.conftest import DAYS, FIRST
from tests.detector.feed.test_faults import COPIES, copied
from training.simulator.feed_faults import FEED_FAULTS

DAY = 19_844


def report(*faults):
    return FeedReport(faults, 100, ())


def at(day):
    return day * DAY_US


def test_only_certain_faults_of_the_last_eight_weeks_stop_a_training():
    fault = FeedFault("moved_hours", DAY, DAY, 3.0, 0.0, seen_day=DAY)
    assert stopping(report(fault), at(DAY + 56)) == (fault,)
    assert stopping(report(fault), at(DAY + 57)) == ()
    assert stopping(report(replace(fault, is_certain=False)), at(DAY + 1)) == ()


def test_flags_are_held_for_a_week_once_the_fault_could_be_seen():
    fault = FeedFault("twins", DAY, DAY + 2, 1.0, 0.0, seen_day=DAY)
    assert holding(report(fault), at(DAY)) == ()
    assert holding(report(fault), at(DAY + 1)) == (fault,)
    assert holding(report(fault), at(DAY + 9)) == (fault,)
    assert holding(report(fault), at(DAY + 10)) == ()
    assert holding(report(replace(fault, kind="moved_hours")), at(DAY + 1)) == ()


def test_held_flags_leave_scores_and_say_why(market, training, training_end):
    found = assess(market.history(), training_end + 30 * DAY_US, training.trained, fdr=0.5)
    assert found.flagged.any()
    day = found.as_of // DAY_US - 1
    held = flags_held(found, report(FeedFault("twins", day, day, 1.0, 0.0, seen_day=day)))
    assert not held.flagged.any()
    for before, after in zip(found.rows, held.rows, strict=True):
        assert replace(after, flagged=before.flagged, reasons=before.reasons) == before
        if before.flagged:
            assert after.reasons[-1].startswith("Not flagged: the feed was faulty (")
            assert after == before.held(after.reasons[-1])
        else:
            assert after == before
    assert flags_held(found, report()) is found


def test_copies_are_left_out_and_the_feed_is_as_it_was(usual_feed):
    doubled = FEED_FAULTS["doubled"](usual_feed, FIRST + 100, np.random.default_rng(0))
    end = at(FIRST + 130)
    mended, _ = without_faults(doubled, faults_in(doubled, end).certain, end)
    assert len(mended.complaints) == len(usual_feed.complaints)
    assert (mended.complaints.filed_at == usual_feed.complaints.filed_at).all()


@pytest.mark.parametrize("kind", COPIES)
@pytest.mark.parametrize("days", [5, 40, 60])
def test_copies_that_still_come_are_left_out_to_the_last(usual_feed, kind, days):
    end = at(FIRST + DAYS)
    faulty = copied(usual_feed, kind, days, first=FIRST + DAYS - days)
    mended, faults = without_faults(faulty, stopping(faults_in(faulty, end), end), end)
    assert len(mended.complaints) == pytest.approx(len(usual_feed.complaints), abs=25)
    assert {fault.kind for fault in faults} == {kind}
    [told] = faults
    assert (told.first_day, told.last_day) == (FIRST + DAYS - days, FIRST + DAYS - 1)


def test_a_feed_without_faults_stays_as_it_is(usual_feed):
    mended, faults = without_faults(usual_feed, (), at(FIRST + DAYS))
    assert (len(mended.complaints), faults) == (len(usual_feed.complaints), ())


def test_spoilt_days_are_left_out_whole_and_days_with_other_hours_are_not(usual_feed):
    spoilt = FeedFault("backlog", FIRST + 100, FIRST + 101, 0.9, 0.1)
    moved = FeedFault("moved_hours", FIRST + 110, FIRST + 111, 3.0, 0.0)
    left = without_spoilt_days(usual_feed, [spoilt, moved]).complaints.filed_at // DAY_US
    assert set(left) == set(range(FIRST, FIRST + 130)) - {FIRST + 100, FIRST + 101}
