"""Flags keep the share of false alarms over four weeks, whatever was found before."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from detector.durations import DAY_US
from detector.evidence.calibration import q_values
from detector.evidence.false_alarms import (
    NOTED_MAX,
    NOTHING,
    WINDOW_DAYS,
    Lately,
    false_chances,
    false_shares,
    looks_in_window,
)

LOOKS = looks_in_window((3, 7, 14, 28))
p_lists = hnp.arrays(float, st.integers(1, 60), elements=st.floats(1e-9, 1.0))


def names(n):
    return tuple(f"s{i}" for i in range(n))


@given(p_lists)
def test_the_share_is_never_below_that_of_the_instant_and_keeps_the_order_of_p(p):
    share = false_shares(p, p, p, LOOKS)
    assert (share >= q_values(p) - 1e-15).all()
    assert (share <= 1.0).all()
    assert (np.diff(share[np.argsort(p, kind="stable")]) >= 0).all()


@given(p_lists, st.data())
def test_who_stood_out_lately_only_lowers_the_share_of_others(p, data):
    before = data.draw(hnp.arrays(float, len(p), elements=st.floats(1e-9, 1.0)))
    alone = false_shares(p, p, p, LOOKS)
    after = false_shares(p, p, np.minimum(p, before), LOOKS)
    assert (after <= alone).all()


@given(p_lists, st.data())
def test_shares_of_a_few_are_those_of_all(p, data):
    rows = data.draw(st.lists(st.integers(0, len(p) - 1), max_size=5))
    strongest = p / 2
    few = false_shares(p[rows], p, strongest, LOOKS)
    assert np.array_equal(few, false_shares(p, p, strongest, LOOKS)[rows])


def test_flags_follow_the_rule_of_benjamini_and_hochberg_on_the_strongest_days():
    strongest = np.array([1e-7, 1e-6, 5e-5, 0.5])
    n = len(strongest)
    share = false_shares(np.array([2e-5, 5e-5]), np.array([2e-5, 5e-5]), strongest, LOOKS)
    assert np.allclose(share, n * LOOKS * np.array([2e-5 / 1.5, 5e-5 / 2.5]))


def test_p_values_too_large_to_stand_out_are_never_flagged():
    p = np.full(10, NOTED_MAX * 1.01)
    assert (false_shares(p, p, p, LOOKS) > 0.1).all()


@given(p_lists)
def test_the_chance_of_a_false_alarm_rises_with_p_and_is_at_most_one(p):
    chances = false_chances(np.sort(p), p, LOOKS)
    assert (np.diff(chances) >= 0).all()
    assert (chances >= 0).all()
    assert (chances <= 1.0).all()


@given(hnp.arrays(float, st.integers(1, 60), elements=st.floats(1e-9, NOTED_MAX)))
def test_the_chances_of_all_that_stand_out_add_up_to_what_chance_brings(p):
    """Where no chance is cut at one."""
    p = p / (len(p) * LOOKS)
    chances = false_chances(p, p, 1.0)
    assert np.isclose(chances.sum(), len(p) * p.max())


def test_beside_spikes_the_next_places_are_as_false_as_they_are():
    rng = np.random.default_rng(3)
    # 10,000 sellers to whom chance has one try, and 50 spikes: among p below .005 one in two.
    p = np.concatenate([rng.random(10_000), rng.random(50) * 0.005])
    chances = false_chances(np.array([1e-9, 0.0025, 0.009]), p, 1.0)
    assert chances[0] <= chances[1]
    assert abs(chances[1] - 0.5) < 0.2
    assert chances[2] > 0.8


def test_what_stood_out_counts_for_four_weeks_by_its_strongest_day():
    lately = NOTHING
    for day, p in enumerate([1e-4, 1e-6, 1e-3]):
        lately = lately.with_scored(day * DAY_US, ("a", "b"), np.array([p, 0.5]))
    assert len(lately.p_value) == 3
    now = WINDOW_DAYS * DAY_US
    assert lately.smallest(("b", "a", "c"), now).tolist() == [1.0, 1e-6, 1.0]
    assert lately.smallest(("a",), now + DAY_US).tolist() == [1e-3]
    assert lately.smallest(("a",), now + 2 * DAY_US).tolist() == [1.0]
    assert len(lately.with_scored(now + DAY_US, (), np.zeros(0)).p_value) == 1


def test_nothing_from_after_the_instant_counts():
    later = Lately(np.array([5 * DAY_US]), ("a",), np.array([1e-6]))
    assert later.smallest(("a",), 4 * DAY_US).tolist() == [1.0]


def days_of_scores(rng, sellers, days, spiking):
    """p-values without spikes whose runs last three days, and a spike of 10 days a quarter."""
    fresh = rng.random((days + 2, sellers))
    p = np.minimum(np.minimum(fresh[2:], fresh[1:-1]), fresh[:-2])
    p = 1.0 - (1.0 - p) ** 3
    true = np.zeros(p.shape, dtype=bool)
    for seller in range(spiking):
        start = int(rng.integers(0, days - 10))
        true[start : start + 10, seller] = True
    p[true] *= 10.0 ** -rng.uniform(2.0, 8.0, true.sum())
    return p, true


def flagged_on(p, rate):
    lately, flags = NOTHING, []
    for day, today in enumerate(p):
        sellers = names(p.shape[1])
        strongest = np.minimum(today, lately.smallest(sellers, day * DAY_US))
        flags.append(false_shares(today, today, strongest, LOOKS) < rate)
        lately = lately.with_scored(day * DAY_US, sellers, today)
    return np.array(flags)


def test_the_share_of_false_alarms_is_the_asked_one_over_months():
    rng = np.random.default_rng(8)
    false = alarms = 0
    for _ in range(20):
        p, true = days_of_scores(rng, 400, 112, spiking=30)
        flags = flagged_on(p, 0.1)
        sellers = flags.any(axis=0)
        alarms += sellers.sum()
        false += (sellers & ~(flags & true).any(axis=0)).sum()
    assert alarms > 300
    assert false / alarms < 0.12


def test_where_nothing_happens_next_to_nobody_is_flagged():
    rng = np.random.default_rng(9)
    days = sum(flagged_on(days_of_scores(rng, 400, 112, 0)[0], 0.1).sum() for _ in range(20))
    assert days * 10_000 / (20 * 400 * 112) < 0.5
