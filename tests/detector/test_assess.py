"""Assessing: nothing later counts, parts equal the whole, spikes come first."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import detector.assess as assessing
from detector.assess import (
    assess,
    assess_each,
    market_at,
    oddness_of,
    score_sellers,
    windows_and_features,
    with_oddness,
)
from detector.durations import DAY_US
from detector.evidence.false_alarms import NOTHING
from detector.history.building import history_of, sorted_complaints
from detector.history.history import History, Orders


@pytest.fixture(scope="module")
def instant(training_end) -> int:
    return training_end + 20 * DAY_US


def with_rows_from(history: History, instant: int) -> History:
    """The same history with every complaint since the instant filed thrice and later."""
    complaints = history.complaints
    late = np.flatnonzero(complaints.filed_at >= instant)
    rows = np.concatenate([np.arange(len(complaints)), late, late])
    added = complaints.take(rows)
    filed_at = added.filed_at.copy()
    filed_at[len(complaints) :] += DAY_US
    return replace(history, complaints=sorted_complaints(replace(added, filed_at=filed_at)))


def test_nothing_dated_at_or_after_the_instant_changes_a_bit(market, training, instant):
    history = market.history()
    plain = assess(history, instant, training.trained)
    crowded = assess(with_rows_from(history, instant), instant, training.trained)
    cut = assess(history.as_of(instant), instant, training.trained)
    assert plain.rows == crowded.rows == cut.rows


@pytest.mark.parametrize("warm", [False, True])
def test_a_range_of_instants_gives_what_each_alone_gives(
    market, training, training_end, monkeypatch, kernels_used, warm
):
    history = market.history()
    # From before most sellers are known, at midnights and between them, across week boundaries.
    days = (-180.0, -20.5, 0.0, 1.0, 2.0, 7.25, 20.0)
    instants = [training_end + int(day * DAY_US) for day in days]
    with kernels_used(warm):
        expected = [assess(history, instant, training.trained) for instant in instants]
    monkeypatch.setattr(assessing, "_CHUNK", 64)
    reported = []
    with kernels_used(warm):
        found = list(
            assess_each(
                history,
                instants,
                training.trained,
                on_progress=lambda *done: reported.append(done),
            )
        )
    assert len(expected[0].seller_ids) < len(expected[-1].seller_ids)
    for one, alone in zip(found, expected, strict=True):
        assert one.rows == alone.rows
    total = reported[0][1]
    assert reported == [(done, total) for done in range(1, total + 1)]


def test_assessed_in_turn_only_q_values_and_flags_know_what_was_scored_before(
    market, training, training_end
):
    history = market.history()
    instants = [training_end + day * DAY_US for day in range(1, 30, 4)]
    lately, changed = NOTHING, 0
    for found in assess_each(history, instants, training.trained, in_turn=True):
        alone = assess(history, found.as_of, training.trained)
        given = assess(history, found.as_of, training.trained, lately=lately)
        assert found.rows == given.rows
        assert (found.q_value[found.p_value > 0.5] == 1.0).all()
        assert np.array_equal(found.score, alone.score)
        changed += int((found.q_value != alone.q_value).sum())
        lately = found.after(lately)
    assert changed


def test_scoring_a_few_sellers_equals_scoring_all(market, training, instant):
    known = market.history().as_of(instant)
    everyone = assess(known, instant, training.trained)
    common = market_at(known, instant, training.trained)
    few = known.sellers[10:40:7]
    alone = score_sellers(known.only(few), instant, training.trained, common)
    expected = [everyone.of(seller).score for seller in few]
    assert np.abs(alone.score - expected).max() <= 1e-12


def test_the_last_complaints_about_a_seller_who_has_stopped_are_no_spike(market, training, instant):
    history = market.history().as_of(instant)
    assert history.orders is not None
    seller = int(np.argmax(np.bincount(history.orders.seller, weights=history.orders.count)))
    # Orders ended long enough ago for the delay to have run out, but for its thin end.
    last = instant // DAY_US - int(0.8 * len(training.trained.delay.probabilities))
    sold = (history.orders.seller != seller) | (history.orders.day < last)
    orders = Orders(*(getattr(history.orders, n)[sold] for n in ("seller", "day", "count")))
    known = replace(history, orders=orders)
    common = market_at(known, instant, training.trained)

    def evidence(alike):
        settings = replace(training.trained.settings, delay_alike=alike)
        trained = replace(training.trained, settings=settings)
        return windows_and_features(known, instant, trained, common)[1].total[seller]

    assert evidence(30.0) < evidence(1e9)


def test_a_seller_without_orders_is_scored_alone_as_among_others(market, training, instant):
    history = market.history()
    assert history.orders is not None
    sold = history.orders.seller != 5
    orders = Orders(*(getattr(history.orders, n)[sold] for n in ("seller", "day", "count")))
    known = replace(history, orders=orders).as_of(instant)
    common = market_at(known, instant, training.trained)
    everyone = assess(known, instant, training.trained, market=common)
    seller = history.sellers[5]
    alone = assess(known.only([seller]), instant, training.trained, market=common)
    assert alone.of(seller).score == pytest.approx(everyone.of(seller).score, abs=1e-12)
    assert alone.of(seller).surprise == pytest.approx(everyone.of(seller).surprise, abs=1e-12)


def test_the_order_of_rows_does_not_matter(market, training, instant):
    history = market.history()
    order = np.random.default_rng(0).permutation(len(history.complaints))
    shuffled = sorted_complaints(history.complaints.take(order))
    again = assess(replace(history, complaints=shuffled), instant, training.trained)
    assert assess(history, instant, training.trained).rows == again.rows


def test_a_planted_spike_is_first_flagged_and_explained(market, training, instant):
    history = market.history()
    seller = history.sellers[5]
    complaints = history.complaints
    rows = np.concatenate(
        [np.arange(len(complaints)), np.full(40, complaints.seller.searchsorted(5))]
    )
    planted = complaints.take(rows)
    filed_at = planted.filed_at.copy()
    filed_at[-40:] = instant - 1 - np.arange(40) * (DAY_US // 12)
    planted = sorted_complaints(replace(planted, filed_at=filed_at))
    first = assess(replace(history, complaints=planted), instant, training.trained).rows[0]
    assert first.seller_id == seller
    assert first.flagged
    assert "were expected" in first.reasons[1]


def test_a_seller_without_complaints_is_unremarkable(market, training, instant):
    assessments = assess(market.history(), instant, training.trained)
    known = market.history().as_of(instant)
    quiet = np.bincount(known.complaints.seller, minlength=len(known.sellers)) == 0
    assert quiet.any()
    assert not assessments.flagged[quiet].any()
    assert all(not reasons for reasons, q in zip(assessments.reasons, quiet, strict=True) if q)


def test_ranks_are_a_total_order_and_follow_the_score(market, training, instant):
    assessments = assess(market.history(), instant, training.trained)
    assert sorted(assessments.rank) == list(range(1, len(assessments.rank) + 1))
    assert (np.diff([row.score for row in assessments.rows]) <= 0).all()


def test_an_empty_history_has_no_assessments(training, instant):
    nothing = history_of({"seller_id": [], "filed_at": [], "category": []})
    assert assess(nothing, instant, training.trained).rows == ()


def test_expectations_are_positive_and_finite(market, training, instant):
    known = market.history().as_of(instant)
    common = market_at(known, instant, training.trained)
    windows, features = windows_and_features(known, instant, training.trained, common)
    assert (windows.mean > 0).all()
    assert (windows.shape > 0).all()
    assert np.isfinite(features.X).all()


@given(st.lists(st.floats(0.0, 1.0), min_size=2))
def test_the_forest_adds_more_the_rarer_and_no_more_than_its_most(training, odd):
    trained = training.trained
    odd = np.sort(np.array(odd))
    part = with_oddness(np.zeros(len(odd)), odd, trained)
    assert (part >= 0.0).all()
    assert (part <= trained.settings.forest_most).all()
    assert (np.diff(part) >= 0.0).all()


def test_the_forest_adds_nothing_to_usual_sellers(market, training, instant):
    """Or the noise of its own score would hide spikes."""
    history, trained = market.history().as_of(instant), training.trained
    there = market_at(history, instant, trained)
    _, features = windows_and_features(history, instant, trained, there)
    odd = oddness_of(features, trained)
    added = with_oddness(features.total, odd, trained) - features.total
    usual = trained.oddness.p_value(odd) >= trained.settings.forest_usual
    assert usual.mean() > 0.8 > 0.2 > added.astype(bool).mean() > 0.0
    assert not added[usual].any()
    assert (added[~usual] > 0.0).all()


def with_groups(history: History) -> History:
    """The same complaints by four carriers, each seller with most by one of them."""
    complaints = history.complaints
    carrier = (complaints.seller + (np.arange(len(complaints)) % 4 == 0)) % 4
    grouped = replace(complaints, group=carrier.astype(np.int32))
    return replace(history, complaints=grouped, groups=("air", "rail", "road", "sea"))


def with_fewer_but(history: History, group: int, category: int, since: int) -> History:
    """The same with a tenth of a category's complaints, but for those of a group since then."""
    complaints = history.complaints
    spared = (complaints.group == group) & (complaints.filed_at >= since)
    lost = np.random.default_rng(3).random(len(complaints)) >= 0.1
    lost &= (complaints.category == category) & ~spared
    return replace(history, complaints=complaints.take(~lost))


def test_what_is_due_from_sellers_follows_their_carrier(market, training, instant):
    history = with_groups(market.history())
    category = int(np.bincount(history.complaints.category).argmax())
    failing = with_fewer_but(history, 3, category, instant - 14 * DAY_US).as_of(instant)
    unknown = replace(failing, complaints=replace(failing.complaints, group=None), groups=())
    column = training.trained.columns.index(history.categories[category])
    most_by_sea = np.array([int(seller[1:]) % 4 == 3 for seller in failing.sellers])

    def excess(known: History) -> float:
        common = market_at(known, instant, training.trained)
        windows, _ = windows_and_features(known, instant, training.trained, common)
        two_weeks = most_by_sea, training.trained.settings.windows_days.index(14), column
        return float(np.log(windows.counts[two_weeks].sum() / windows.mean[two_weeks].sum()))

    assert excess(unknown) > 0.3
    assert abs(excess(failing)) < 0.5 * excess(unknown)


def test_a_few_sellers_are_scored_among_all_groups(market, training, instant):
    known = with_groups(market.history()).as_of(instant)
    everyone = assess(known, instant, training.trained)
    common = market_at(known, instant, training.trained)
    few = known.sellers[10:40:7]
    alone = score_sellers(known.only(few), instant, training.trained, common)
    assert np.abs(alone.score - [everyone.of(seller).score for seller in few]).max() <= 1e-12


def test_groups_without_a_difference_change_scores_little(market, training, instant):
    plain = assess(market.history(), instant, training.trained)
    found = assess(with_groups(market.history()), instant, training.trained)
    assert np.corrcoef(plain.score, found.score)[0, 1] > 0.95
    assert found.common_causes == ()
