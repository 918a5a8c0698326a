"""Changes of what complaints are made of: found, told in words, and nothing of later."""

from dataclasses import replace

import numpy as np
import pytest

from detector.assess import assess, market_at, seen_at
from detector.durations import DAY_US, HOUR_US
from detector.expectation.shares import NO_SHARES
from detector.history.building import sorted_complaints
from detector.makeup.attributes import HOUR
from detector.makeup.changes import SILENCE, columns_of_changes, silence_of, total_silence


@pytest.fixture(scope="module")
def at(training_end):
    return training_end + 14 * DAY_US


def moved_to_night(history, seller, at):
    """The seller's complaints of the last two weeks, all filed between 2 and 3 at night."""
    complaints = history.complaints
    recent = (complaints.seller == seller) & (complaints.filed_at >= at - 14 * DAY_US)
    recent &= complaints.filed_at < at
    night = complaints.filed_at // DAY_US * DAY_US + 2 * HOUR_US + complaints.filed_at % HOUR_US
    filed_at = np.where(recent, night, complaints.filed_at)
    changed = sorted_complaints(replace(complaints, filed_at=filed_at, delay_days=None))
    return replace(history, complaints=changed), int(recent.sum())


@pytest.fixture(scope="module")
def changed(market, at):
    history = market.history()
    recent = history.complaints.filed_at >= at - 14 * DAY_US
    recent &= history.complaints.filed_at < at
    busiest = int(np.bincount(history.complaints.seller[recent]).argmax())
    moved, number = moved_to_night(history, busiest, at)
    return history, moved, history.sellers[busiest], number


def factors_at(history, at, trained):
    known = history.as_of(at)
    _, _, found = seen_at(known, at, trained, market_at(known, at, trained))
    return known.sellers, found


def test_a_seller_whose_complaints_moved_to_the_night_stands_out_by_the_hour(changed, training, at):
    before, after, seller, number = changed
    sellers, found = factors_at(after, at, training.trained)
    mine = found.factors[sellers.index(seller)]
    column = training.trained.makeup.attributes.index(HOUR)
    assert number >= 8
    assert mine.argmax() == column
    assert mine[column] > factors_at(before, at, training.trained)[1].factors[:, column].max()
    assert np.array_equal(found.by_name[HOUR], found.factors[:, column])
    assert np.array_equal(found.by_name[SILENCE], found.factors[:, -1])
    assert found.notable[sellers.index(seller)]


def test_the_reason_names_the_hour_and_what_is_usual(changed, training, at):
    _, after, seller, number = changed
    one = assess(after, at, training.trained).of(seller)
    told = next(finding for finding in one.findings if finding.column == HOUR)
    assert (told.complaints, told.of, told.part, told.days) == (number, number, "0-3", 14)
    assert told.expected < number / 2
    sentence = told.sentence()
    assert sentence in one.reasons
    assert f"{number} of {number} complaints in the last 14 days" in sentence
    assert "filed between 0 and 3 o’clock (UTC); usually it is about" in sentence


def test_the_score_rises_and_orders_others_as_before(changed, training, at):
    before, after, seller, _ = changed
    first, second = (assess(history, at, training.trained) for history in (before, after))
    assert second.of(seller).score > first.of(seller).score
    assert second.of(seller).rank <= first.of(seller).rank


def test_a_seller_alone_has_the_bits_of_the_whole_market(changed, training, at):
    _, after, _, _ = changed
    known, trained = after.as_of(at), training.trained
    common = market_at(known, at, trained)
    _, whole, _ = seen_at(known, at, trained, common)
    for first in (0, 17, 90):
        _, part, _ = seen_at(known.part(first, first + 1), at, trained, common)
        assert np.array_equal(part.seen, whole.seen[first : first + 1])


def test_nothing_dated_later_changes_any_factor(changed, training, at):
    _, after, _, _ = changed
    cut = after.rows(after.complaints.filed_at < at)
    cut = replace(cut, orders=after.orders)
    whole = assess(after, at, training.trained)
    assert assess(cut, at, training.trained).rows == whole.rows


def test_without_shares_of_the_market_only_silence_is_looked_at(changed, training, at):
    _, after, _, _ = changed
    known, trained = after.as_of(at), training.trained
    bare = replace(market_at(known, at, trained), shares=NO_SHARES)
    _, features, found = seen_at(known, at, trained, bare)
    assert not found.factors[:, :-1].any()
    assert np.isfinite(features.seen).all()


def test_silence_speaks_where_complaints_stop_and_not_where_none_were_due(training, changed, at):
    before, _, _, _ = changed
    known = before.as_of(at)
    windows, _, _ = seen_at(known, at, training.trained, market_at(known, at, training.trained))
    days = training.trained.settings.windows_days
    none = replace(windows, counts=np.zeros_like(windows.counts))
    silent, usual = (total_silence(silence_of(w, days)) for w in (none, windows))
    assert (silent >= usual - 1e-12).all()
    due = windows.mean[:, -1, 0]
    assert silent[due > 10.0].min() > 3.0
    assert silent[due < 0.1].max(initial=0.0) < 0.2
    assert not total_silence(silence_of(windows, (3, 7))).any()


def test_columns_for_the_forest_begin_with_all_together_and_are_never_negative():
    factors = np.array([[-3.0, 0.0, 2.0], [4.0, 5.0, -1.0], [0.0, 0.0, 0.0]])
    found = columns_of_changes(factors)
    assert found.shape == (3, 4)
    assert (found >= 0.0).all()
    assert np.array_equal(found[:, 1:], np.maximum(factors, 0.0))
    assert found[1, 0] > found[0, 0] >= found[2, 0] == 0.0
