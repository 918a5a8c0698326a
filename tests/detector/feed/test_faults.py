"""Faults of a feed are seen for what they are, and what only happens is none."""

from dataclasses import replace

import numpy as np
import pytest

from detector.durations import DAY_US
from detector.feed.faults import faults_in, without_copies
from detector.history.building import sorted_complaints
from tests.detector.feed.conftest import DAYS, FIRST, feed
from training.simulator.feed_faults import FEED_FAULTS

END = (FIRST + DAYS) * DAY_US
DAY = FIRST + 110

SEEN_AS = {
    "doubled": {"twins"},
    "copied_37_minutes_later": {"echoes"},
    "copied_at_midnight": {"repeats"},
    "category_renamed": {"renamed_category"},
    "three_hours_later": {"moved_hours"},
    "sellers_renamed": {"new_sellers"},
    "a_fifth_of_sellers_renamed": {"new_sellers"},
    "complaints_lost": {"complaints_missing"},
    "half_the_complaints_lost": {"complaints_missing"},
    "half_the_complaints_lost_for_days": {"complaints_missing"},
    "half_the_sellers_lost_for_days": {"complaints_missing"},
    "a_category_lost_for_days": {"category_missing"},
    "orders_lost": {"orders_missing"},
    "held_back": {"backlog", "complaints_missing"},
}


def planted(name, history, day=DAY):
    return FEED_FAULTS[name](history, day, np.random.default_rng(1))


@pytest.mark.parametrize("seed", range(5))
def test_a_feed_as_it_happened_has_no_fault(seed):
    report = faults_in(feed(seed), END)
    assert report.faults == ()
    assert (report.days, report.unknown) == (DAYS, ())


@pytest.mark.parametrize("name", SEEN_AS)
def test_each_fault_is_seen_as_what_it_is_and_on_its_days(usual_feed, name):
    report = faults_in(planted(name, usual_feed), END)
    assert {fault.kind for fault in report.certain} >= SEEN_AS[name]
    last = DAY + 9 if name.endswith("for_days") else DAY + 4
    for fault in report.certain:
        assert DAY - 1 <= fault.first_day <= fault.last_day <= last
        assert fault.first_day <= fault.seen_day <= DAY + 4


def test_an_hour_is_told_and_not_certain_since_clocks_change(usual_feed):
    (fault,) = faults_in(planted("an_hour_later", feed(a_day=1_500)), END).faults
    assert (fault.kind, fault.value, fault.is_certain) == ("moved_hours", 1.0, False)


@pytest.mark.parametrize("hour", [2, 9, 22])
@pytest.mark.parametrize("share", [0.4, 1.0])
def test_a_backlog_has_not_moved_the_hours(usual_feed, hour, share):
    """Neither on its day nor weeks later, when it is part of the past; nor where days are mixed."""
    complaints = usual_feed.complaints
    late = (complaints.filed_at // DAY_US >= DAY - 40) & (complaints.filed_at // DAY_US < DAY - 36)
    late &= np.random.default_rng(1).random(len(late)) < share
    arrived = (DAY - 37) * DAY_US + hour * DAY_US // 24
    filed_at = np.where(late, arrived + complaints.filed_at % (DAY_US // 24), complaints.filed_at)
    history = replace(
        usual_feed, complaints=sorted_complaints(replace(complaints, filed_at=filed_at))
    )
    report = faults_in(history, END)
    assert {fault.kind for fault in report.faults} == {"backlog", "complaints_missing"}
    assert max(fault.last_day for fault in report.faults) == DAY - 37


def test_twice_as_many_complaints_are_no_fault(usual_feed):
    more = feed(9, a_day=300)
    later = more.complaints.take(more.complaints.filed_at >= DAY * DAY_US)
    before = usual_feed.complaints.take(usual_feed.complaints.filed_at < DAY * DAY_US)
    columns = {
        name: np.concatenate([getattr(before, name), getattr(later, name)])
        for name in ("seller", "filed_at", "category", "buyer")
    }
    history = replace(usual_feed, complaints=sorted_complaints(type(before)(**columns)))
    assert faults_in(history, END).certain == ()


def test_one_sellers_spike_is_not_the_feeds(usual_feed):
    """However many complaints it has, all at one second and none with a buyer."""
    complaints = usual_feed.complaints
    spike = np.flatnonzero(complaints.filed_at // DAY_US == DAY)[:1].repeat(400)
    rows = complaints.take(np.concatenate([np.arange(len(complaints)), spike]))
    for seller in (0, len(usual_feed.sellers)):
        moved = rows.seller.copy()
        moved[len(complaints) :] = seller
        history = replace(
            usual_feed,
            sellers=(*usual_feed.sellers, "zz-newcomer"),
            complaints=sorted_complaints(replace(rows, seller=moved)),
        )
        assert faults_in(history, END).faults == ()


def test_a_day_on_which_orders_are_few_as_well_may_be_a_holiday(usual_feed):
    quiet = planted("orders_lost", planted("complaints_lost", usual_feed))
    report = faults_in(quiet, END)
    assert {fault.kind for fault in report.faults} == {"complaints_missing", "orders_missing"}
    assert report.certain == ()


def lost(history, days, share=0.5, first=DAY):
    """The history without a share of the complaints of these days, at random."""
    day = history.complaints.filed_at // DAY_US
    kept = (day < first) | (day >= first + days)
    kept |= np.random.default_rng(2).random(len(kept)) >= share
    return replace(history, complaints=history.complaints.take(kept))


@pytest.mark.parametrize("days", [3, 5, 10])
def test_half_a_feed_missing_for_days_is_told_with_all_of_them(usual_feed, days):
    (fault,) = faults_in(lost(usual_feed, days), END).faults
    assert (fault.kind, fault.spread, fault.is_certain) == ("complaints_missing", "alike", True)
    assert (fault.first_day, fault.last_day) == (DAY, DAY + days - 1)
    assert fault.value == pytest.approx(0.5, abs=0.07)


COPIES = {
    "twins": lambda filed_at: filed_at,
    "echoes": lambda filed_at: filed_at + 37 * 60_000_000,
    "repeats": lambda filed_at: filed_at // DAY_US * DAY_US,
}


def copied(history, kind, days, first=DAY):
    n, day = len(history.complaints), history.complaints.filed_at // DAY_US
    again = np.flatnonzero((day >= first) & (day < first + days))
    rows = history.complaints.take(np.concatenate([np.arange(n), again]))
    filed_at = np.concatenate([rows.filed_at[:n], COPIES[kind](rows.filed_at[n:])])
    return replace(history, complaints=sorted_complaints(replace(rows, filed_at=filed_at)))


@pytest.mark.parametrize("kind", COPIES)
@pytest.mark.parametrize("are_buyers_known", [True, False])
@pytest.mark.parametrize("days", [1, 5, 40])
def test_copies_are_told_with_all_their_days_and_can_be_left_out(
    usual_feed, kind, are_buyers_known, days
):
    complaints = usual_feed.complaints
    known = replace(complaints, buyer=complaints.buyer if are_buyers_known else None)
    history = replace(usual_feed, complaints=known)
    faulty = copied(history, kind, days, first=DAY - 30)
    (fault,) = faults_in(faulty, END).faults
    assert (fault.kind, fault.is_certain, fault.value) == (kind, True, pytest.approx(1, abs=0.05))
    assert fault.first_day == DAY - 30
    # The echoes of a late evening are the next day's.
    assert DAY - 31 + days <= fault.last_day <= DAY - 31 + days + (kind == "echoes")
    mended = without_copies(faulty, [fault]).complaints
    assert len(mended) == pytest.approx(len(complaints), abs=20)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kind", COPIES)
def test_copies_of_known_buyers_are_told_in_a_small_market(kind, seed):
    """Twenty complaints a day: that most of a day's come twice is nothing that chance brings."""
    small = feed(seed, a_day=20)
    assert faults_in(small, END).faults == ()
    (fault,) = faults_in(copied(small, kind, 1), END).faults
    assert (fault.kind, fault.is_certain, fault.first_day) == (kind, True, DAY)
    # Echoes may follow on the next day, so that its share counts beside the day's own.
    assert fault.last_day <= DAY + (kind == "echoes")


@pytest.mark.parametrize("seed", range(3))
def test_buyers_who_often_file_again_on_the_day_are_no_fault(seed):
    usual = feed(seed, a_day=20)
    complaints, rng = usual.complaints, np.random.default_rng(seed)
    again = np.flatnonzero(rng.random(len(complaints)) < 0.3)
    rows = complaints.take(np.concatenate([np.arange(len(complaints)), again]))
    day = rows.filed_at // DAY_US
    filed_at = np.minimum(
        rows.filed_at + rng.integers(0, DAY_US, len(rows)), (day + 1) * DAY_US - 1
    )
    history = replace(usual, complaints=sorted_complaints(replace(rows, filed_at=filed_at)))
    assert faults_in(history, END).faults == ()


def test_a_few_sellers_whose_buyers_file_twice_are_no_fault_of_a_small_feed():
    small = feed(a_day=20)
    complaints = small.complaints
    of_day = np.flatnonzero(complaints.filed_at // DAY_US == DAY)
    rows = complaints.take(np.concatenate([np.arange(len(complaints)), of_day[:4]]))
    history = replace(small, complaints=sorted_complaints(rows))
    assert faults_in(history, END).faults == ()


def test_dates_alone_tell_copies_by_their_day(usual_feed):
    complaints = usual_feed.complaints
    dated = replace(complaints, filed_at=complaints.filed_at // DAY_US * DAY_US)
    for buyer in (dated.buyer, None):
        history = replace(usual_feed, complaints=sorted_complaints(replace(dated, buyer=buyer)))
        (fault,) = faults_in(copied(history, "twins", 5), END).faults
        assert (fault.kind, fault.first_day, fault.last_day) == ("repeats", DAY, DAY + 4)


def test_half_a_feed_missing_up_to_today_is_odd(usual_feed):
    """It may be the market: nothing tells yet that it ends."""
    (fault,) = faults_in(lost(usual_feed, 20), END).faults
    assert (fault.first_day, fault.last_day) == (DAY, FIRST + DAYS - 1)
    assert (fault.spread, fault.is_certain) == ("alike", False)


def test_without_orders_fewer_complaints_for_days_are_odd():
    (fault,) = faults_in(lost(feed(orders=False), 10), END).faults
    assert (fault.kind, fault.spread, fault.is_certain) == ("complaints_missing", "alike", False)


def test_days_on_which_orders_fell_as_well_are_the_market(usual_feed):
    orders = usual_feed.orders
    fewer = (orders.day >= DAY) & (orders.day < DAY + 10)
    halved = replace(orders, count=np.where(fewer, orders.count // 2, orders.count))
    assert faults_in(replace(lost(usual_feed, 10), orders=halved), END).faults == ()
    (fault,) = faults_in(replace(usual_feed, orders=halved), END).faults
    assert (fault.kind, fault.first_day, fault.last_day) == ("orders_missing", DAY, DAY + 9)
    assert not fault.is_certain


@pytest.mark.parametrize("days", [3, 10, 20])
def test_a_category_that_is_missing_for_days_is_told_by_its_name(usual_feed, days):
    complaints = usual_feed.complaints
    day = complaints.filed_at // DAY_US
    gone = (day >= DAY) & (day < DAY + days) & (complaints.category == 0)
    history = replace(usual_feed, complaints=complaints.take(~gone))
    (fault,) = faults_in(history, END).faults
    assert (fault.kind, fault.names) == ("category_missing", ("damaged",))
    assert (fault.first_day, fault.last_day) == (DAY, DAY + days - 1)
    assert fault.is_certain == (days < 20)  # it may have been given up


def test_what_was_seen_later_changes_nothing_seen_before(usual_feed):
    """Only holes need the days after them."""
    for name in ("doubled", "category_renamed", "sellers_renamed", "three_hours_later"):
        history = planted(name, usual_feed)
        whole = faults_in(history, END)
        for day in range(DAY, DAY + 6):
            then = faults_in(history, day * DAY_US)
            known = {(f.kind, f.first_day) for f in whole.faults if f.seen_day < day}
            assert {(fault.kind, fault.first_day) for fault in then.faults} == known


def test_a_fault_that_lasts_is_how_the_feed_is_after_four_weeks(usual_feed):
    complaints = usual_feed.complaints
    later = complaints.filed_at >= (FIRST + 60) * DAY_US
    names = (*usual_feed.categories, "spoilt")
    category = np.where(later & (complaints.category == 0), 3, complaints.category)
    renamed = replace(complaints, category=category.astype(np.int32))
    history = replace(usual_feed, categories=names, complaints=renamed)
    (fault,) = faults_in(history, END).certain
    assert fault.names == ("damaged", "spoilt")
    assert fault.first_day == FIRST + 60
    assert fault.last_day < FIRST + 60 + 45


def test_dates_alone_tell_nothing_of_hours_and_copies(usual_feed):
    complaints = usual_feed.complaints
    dated = replace(complaints, filed_at=complaints.filed_at // DAY_US * DAY_US)
    report = faults_in(replace(usual_feed, complaints=sorted_complaints(dated)), END)
    assert report.faults == ()
    assert set(report.unknown) == {"twins", "echoes", "moved_hours", "backlog"}


def test_too_little_tells_nothing(usual_feed):
    report = faults_in(feed(a_day=3, orders=False), END)
    assert report.faults == ()
    assert set(report.unknown) >= {"twins", "moved_hours", "backlog", "orders_missing"}
    assert faults_in(usual_feed, (FIRST + 10) * DAY_US).faults == ()
