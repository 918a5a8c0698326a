"""Newcomers: small and there all along, or as large as their own days say and just joined."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.evidence.calibration import draw_without_spikes
from detector.evidence.features import features_of
from detector.expectation.baseline import Market, windows_of
from detector.expectation.dispersion import Dispersion
from detector.expectation.panel import ALL, Panel
from detector.expectation.prior import Prior
from detector.expectation.seller_dispersion import SellerDispersion
from detector.history.timeline import blocks_of
from detector.settings import DEFAULT

BLOCKS = blocks_of(DEFAULT)
COLUMNS = (ALL, "damaged", "late")
PRIOR = Prior(
    rate=np.array([0.2, 0.05, 0.15]),
    sizes=np.array([0.02, 0.2, 2.0, 20.0]),
    shares=np.array([0.4, 0.4, 0.15, 0.05]),
    shape=2.0,
    joining=np.array([4e-4, 4e-4, 1.5e-4, 5e-5]),
    mix_shape=np.array([1e4, 8.0, 8.0]),
)
complaints = st.tuples(st.integers(0, 12), st.integers(0, 12)).filter(any)


def windows(damaged, late, *, days=3, age=400, prior=PRIOR):
    """A seller first seen `days` ago, in a market of `age` days, with all its complaints today."""
    counts, exposure = np.zeros((1, len(BLOCKS), 3)), np.zeros((1, len(BLOCKS)))
    counts[0, 0] = damaged + late, damaged, late
    exposure[0, :days] = 1.0
    span = np.clip(age - BLOCKS.edges[:-1], 0.0, BLOCKS.days)
    blocks = len(BLOCKS)
    market = Market(np.ones((blocks, 3)), np.full((4, 3), 1e4), np.full(blocks, 1e4))
    return windows_of(Panel(counts, exposure, span), prior, market, BLOCKS, DEFAULT)


def evidence(damaged, late, **how):
    return features_of(windows(damaged, late, **how), COLUMNS, DEFAULT).total[0]


@given(complaints, st.integers(60, 400), st.integers(1, 60))
def test_a_longer_silence_speaks_for_having_joined_but_against_chance(filed, age, more):
    early, late = (windows(*filed, age=days).newcomers for days in (age, age + more))
    assert late.odds[0] >= early.odds[0]
    there = [windows(*filed, age=days).mean[0, 0, 0] for days in (age, age + more)]
    assert there[1] <= there[0]


def test_where_sellers_rarely_join_a_longer_silence_makes_a_first_burst_more_surprising():
    rare = replace(PRIOR, joining=PRIOR.joining * 1e-4)
    found = [evidence(2, 2, age=age, prior=rare) for age in (50, 100, 200, 400)]
    assert np.all(np.diff(found) > 0)


@given(complaints, st.floats(1.5, 100.0))
def test_where_more_large_sellers_have_joined_a_large_debut_is_likelier_to_be_one(filed, times):
    joining = PRIOR.joining * np.array([1.0, 1.0, 1.0, times])
    usual = windows(*filed).newcomers.odds[0]
    assert windows(*filed, prior=replace(PRIOR, joining=joining)).newcomers.odds[0] > usual


def test_the_more_sellers_join_the_less_a_burst_of_all_kinds_is_a_spike():
    found = [evidence(3, 9, prior=replace(PRIOR, joining=PRIOR.joining * f)) for f in (0.1, 1, 10)]
    assert np.all(np.diff(found) < 0)


@given(st.integers(1, 60))
def test_evidence_rises_with_every_complaint_of_a_rare_category(damaged):
    assert evidence(damaged + 1, 0) > evidence(damaged, 0)


def test_a_burst_of_the_usual_mix_is_less_of_a_spike_than_a_smaller_one_of_a_rare_category():
    assert evidence(3, 9) + 3.0 < evidence(8, 0)


@pytest.mark.parametrize(("days", "new"), [(1, True), (35, True), (36, False)])
def test_a_seller_is_new_until_the_longest_window_has_a_baseline(days, new):
    found = windows(1, 1, days=days).newcomers
    assert (found is not None) == new


def test_nobody_is_new_where_orders_tell_who_is_there():
    assert windows(3, 3, age=0).newcomers is None


@given(st.floats(-20, 20), st.floats(-20, 20))
def test_weighed_evidence_lies_between_that_of_the_two_explanations(there, joined):
    new = windows(1, 1).newcomers
    averaged = new.averaged(np.array([there]), np.array([joined]))[0]
    assert min(there, joined) - 1e-9 <= averaged <= max(there, joined) + 1e-9
    for odds, alone in ((-1e4, there), (1e4, joined)):
        sure = replace(new, odds=np.array([odds]))
        assert sure.averaged(np.array([there]), np.array([joined]))[0] == pytest.approx(alone)


def test_windows_taken_twice_and_in_another_order_keep_their_newcomers():
    one = windows(2, 5)
    four = one.take(np.array([0, 0, 0, 0]))
    assert four.newcomers.rows.tolist() == [0, 1, 2, 3]
    assert four.newcomers.odds == pytest.approx(np.repeat(one.newcomers.odds, 4))


def test_other_counts_tell_another_size():
    drawn = windows(1, 0).with_counts(windows(4, 8).counts, PRIOR)
    asked = windows(4, 8).newcomers
    assert drawn.newcomers.rate == pytest.approx(asked.rate)
    assert drawn.newcomers.odds == pytest.approx(asked.odds)


def test_counts_drawn_without_spikes_hold_the_first_complaint_in_its_place():
    many = windows(3, 5, days=9).take(np.zeros(400, dtype=np.int64))
    dispersion = Dispersion(np.full((4, 3), 0.05), np.zeros(3))
    even = SellerDispersion(np.ones(400), np.full(400, 1e6))
    rng = np.random.default_rng(1)
    drawn = draw_without_spikes(many, DEFAULT.windows_days, COLUMNS, dispersion, even, PRIOR, rng)
    assert (drawn[:, 2:, 0] >= 1).all()
    assert (drawn[:, 0, 0] == 0).any()
    assert np.array_equal(drawn[:, :, 0], drawn[:, :, 1:].sum(axis=2))
    joined = (drawn[:, -1, 0] > 20).mean()
    assert 0.0 < joined < 0.2
