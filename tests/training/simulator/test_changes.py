"""Changes of what complaints are made of: as many complaints as before, and nobody else's."""

import numpy as np
import pytest

from detector.durations import DAY_US
from detector.history.history import Outcome
from training.simulator import Marketplace, simulate
from training.simulator.changes import (
    CHANGES,
    COMPLAINTS_MIN,
    SPAN_DAYS,
    plant_changes,
    with_habits,
)


@pytest.fixture(scope="module")
def market():
    simulation = simulate(Marketplace(sellers=120, days=160, linked_share=0.9), 61)
    return simulation.history(), simulation.truth.first_day


@pytest.fixture(params=CHANGES)
def planted(request, market):
    history, first = market
    changed, found = plant_changes(
        history, {request.param: 6}, start=first + 60, last=first + 160, taken=(), seed=1
    )
    return request.param, changed, found


def counts_of(history):
    return np.bincount(history.complaints.seller, minlength=len(history.sellers))


def test_as_many_are_planted_as_were_asked_for_in_spans_with_enough_complaints(planted):
    kind, _, found = planted
    assert [one.kind for one in found] == [kind] * 6
    assert len({one.seller for one in found}) == 6
    for one in found:
        assert one.complaints >= COMPLAINTS_MIN
        assert SPAN_DAYS[0] <= one.end - one.start <= SPAN_DAYS[1]


def test_only_silence_takes_complaints_away(planted, market):
    kind, changed, found = planted
    before, after = counts_of(market[0]), counts_of(changed)
    if kind == "silence":
        gone = np.zeros_like(before)
        gone[[one.seller for one in found]] = before[[one.seller for one in found]]
        assert (after < before)[gone > 0].all()
        assert (after == before)[gone == 0].all()
    else:
        assert (after == before).all()


def test_complaints_outside_the_spans_stay_as_they_were(planted, market):
    _, changed, found = planted
    for history in (before := market[0], changed):
        assert (history.complaints.decided_at > history.complaints.filed_at).all()
    spans = {one.seller: one for one in found}

    def outside(history):
        c = history.complaints
        day = c.filed_at // DAY_US
        touched = [
            s in spans and spans[s].start <= d < spans[s].end
            for s, d in zip(c.seller.tolist(), day.tolist(), strict=True)
        ]
        rest = c.take(~np.array(touched))
        return {n: getattr(rest, n) for n in ("seller", "filed_at", "buyer", "evidence", "outcome")}

    ours, theirs = outside(changed), outside(before)
    assert all(np.array_equal(ours[name], theirs[name]) for name in ours)


def test_each_kind_changes_what_its_name_says(market):
    history, first = market
    span = {"start": first + 60, "last": first + 160, "taken": ()}
    changed = {k: plant_changes(history, {k: 20}, **span, seed=3)[0].complaints for k in CHANGES}
    old = history.complaints

    def share(complaints, column, test):
        return float(np.mean(test(getattr(complaints, column))))

    upheld = share(changed["verdicts"], "outcome", lambda o: o == Outcome.UPHELD)
    assert upheld > share(old, "outcome", lambda o: o == Outcome.UPHELD)
    assert (changed["evidence"].evidence != old.evidence).any()
    assert (changed["new_category"].category == len(history.categories)).any()
    assert len(np.unique(changed["ring"].buyer)) < len(np.unique(old.buyer))
    assert not np.array_equal(changed["hours"].filed_at, old.filed_at)
    assert not np.array_equal(changed["delays"].delay_days, old.delay_days, equal_nan=True)
    joint = changed["joint"]
    assert (joint.evidence != old.evidence).any()
    assert not np.array_equal(joint.filed_at, old.filed_at)


def test_nothing_is_planted_near_what_is_there_already(market):
    history, first = market
    span = {"start": first + 60, "last": first + 160}
    everybody = [(s, first + 60.0, first + 160.0) for s in range(len(history.sellers))]
    same, found = plant_changes(history, {"hours": 3}, **span, taken=everybody, seed=1)
    assert found == ()
    assert np.array_equal(same.complaints.filed_at, history.complaints.filed_at)


def test_habits_move_complaints_and_keep_their_number(market):
    history = market[0]
    habitual = with_habits(history, share=0.3, seed=2)
    assert (counts_of(habitual) == counts_of(history)).all()
    days = [np.bincount(h.complaints.filed_at // DAY_US) for h in (history, habitual)]
    assert not np.array_equal(*days)
    assert len(np.unique(habitual.complaints.buyer)) < len(np.unique(history.complaints.buyer))
    again = with_habits(history, share=0.3, seed=2)
    assert np.array_equal(again.complaints.filed_at, habitual.complaints.filed_at)
