"""The Bayes factor of a change: fair without one, large with one, each row for itself."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from detector.makeup.factor import (
    CONCENTRATIONS,
    STEADINESS,
    cells_of,
    joint,
    log_factor,
    log_likelihood,
    log_own_steadiness,
    shares_of,
    usual,
)

MARKET = np.array([0.5, 0.3, 0.15, 0.05])
counts = hnp.arrays(np.float64, (5, 4), elements=st.integers(0, 90).map(float))


def test_likelihoods_of_all_outcomes_in_order_add_up_to_one():
    alpha = np.array([0.4, 1.5, 2.0])
    outcomes = [(a, b, c) for a in range(4) for b in range(4 - a) for c in [3 - a - b]]
    ways = [6 / np.prod([np.prod(np.arange(1, k + 1)) for k in one]) for one in outcomes]
    likely = np.exp(log_likelihood(cells_of(np.array(outcomes, dtype=float)), alpha))
    assert np.isclose((likely * ways).sum(), 1.0)


@given(counts, hnp.arrays(np.float64, (5, 4), elements=st.floats(0.01, 500)))
@settings(max_examples=30, deadline=None)
def test_a_likelihood_is_the_product_of_seeing_one_complaint_after_the_other(counts, alpha):
    found = log_likelihood(cells_of(counts), alpha)
    for row, a, one in zip(counts.astype(int), alpha, found, strict=True):
        seen, expected = a.copy(), 0.0
        for part, number in enumerate(row):
            for _ in range(number):
                expected += np.log(seen[part] / seen.sum())
                seen[part] += 1
        assert np.isclose(one, expected, rtol=1e-9, atol=1e-6)


@given(counts, st.integers(0, 4))
@settings(max_examples=30, deadline=None)
def test_a_row_alone_gives_the_same_bits(counts, row):
    recent = np.stack([counts // 2, counts], axis=1)
    past = counts[::-1].copy()
    now = np.stack([MARKET, MARKET])
    whole = log_factor(recent, past, now, MARKET, 20.0, 100.0)
    alone = log_factor(recent[[row]], past[[row]], now, MARKET, 20.0, 100.0)
    assert np.array_equal(whole[[row]], alone)
    blocks = np.stack([past, counts, past], axis=1)
    prior = np.full(len(STEADINESS), 0.2)
    own = log_own_steadiness(blocks, MARKET, 20.0, prior)
    assert np.array_equal(own[[row]], log_own_steadiness(blocks[[row]], MARKET, 20.0, prior))


def test_shares_of_the_market_for_all_or_for_each_give_the_same():
    rng = np.random.default_rng(1)
    recent = rng.poisson(30.0, (6, 2, 4)).astype(float)
    recent[3] = 0.0
    past = rng.poisson(50.0, (6, 4)).astype(float)
    now = np.stack([MARKET, MARKET[::-1]])
    of_all = log_factor(recent, past, now, MARKET, 8.0, 20.0)
    each = np.broadcast_to(now, (6, 2, 4)), np.broadcast_to(MARKET, (6, 4))
    assert np.allclose(of_all, log_factor(recent, past, *each, 8.0, 20.0), rtol=1e-12, atol=1e-9)
    assert np.allclose(of_all[3], 0.0)


@pytest.mark.parametrize("complaints", [3, 12, 150])
def test_without_a_change_the_factor_is_one_on_average(complaints):
    rng = np.random.default_rng(complaints)
    past = np.tile([30.0, 10.0, 5.0, 0.0], (40_000, 1))
    alpha = usual(past, MARKET, MARKET, 10.0).alpha(100.0)
    share = rng.standard_gamma(alpha)
    drawn = rng.multinomial(complaints, share / share.sum(axis=1, keepdims=True))
    now = MARKET[None]
    factor = log_factor(drawn[:, None].astype(float), past, now, MARKET, 10.0, 100.0)
    found = np.exp(factor[:, 0])
    assert abs(found.mean() - 1.0) < 5.0 * found.std() / np.sqrt(len(found)) + 0.02


def test_a_change_shouts_louder_the_more_complaints_there_are_and_two_do_not():
    past = np.tile([60.0, 30.0, 10.0, 0.0], (5, 1))
    recent = np.zeros((5, 1, 4))
    recent[:, 0, 3] = [0, 2, 5, 10, 40]
    found = log_factor(recent, past, MARKET[None], MARKET, 20.0, 1_000.0)[:, 0]
    assert (np.diff(found) > 0).all()
    assert found[0] == 0.0
    assert found[1] < np.log(100.0)
    assert found[3] > np.log(1_000.0)


def test_what_the_whole_market_does_is_no_sellers_change():
    past = np.array([[50.0, 30.0, 15.0, 5.0]])
    moved = np.array([0.05, 0.15, 0.3, 0.5])
    recent = np.array([[[1.0, 3.0, 6.0, 10.0]]])
    own = log_factor(recent, past, MARKET[None], MARKET, 20.0, 100.0)
    markets = log_factor(recent, past, moved[None], MARKET, 20.0, 100.0)
    assert own[0, 0] > np.log(100.0)
    assert markets[0, 0] < 0.0


def test_a_part_that_is_new_to_the_whole_market_is_no_sellers_change():
    then = shares_of(np.array([500.0, 300.0, 200.0, 0.0]))
    now = 0.7 * then + np.array([0.0, 0.0, 0.0, 0.3])
    past = np.array([[60.0, 30.0, 20.0, 0.0]])
    recent = np.array([[[14.0, 8.0, 6.0, 12.0]]])
    assert log_factor(recent, past, now[None], then, 10.0, 100.0).max() < 0.0
    its_own = log_factor(recent, past, then[None], then, 10.0, 100.0)
    assert its_own.min() > np.log(100.0)
    assert usual(past, now, then, 10.0).share[0, -1] == pytest.approx(now[-1], rel=0.02)


@given(counts)
def test_where_no_part_is_new_the_past_moves_as_the_market_has(past):
    then, now = MARKET, MARKET[[1, 0, 3, 2]]
    share = (past + 10.0 * then) * (now / then)
    share /= share.sum(axis=-1, keepdims=True)
    assert (usual(past, now, then, 10.0).share == share).all()


def test_a_seller_that_has_always_changed_is_known_to():
    steady = np.tile([4.0, 3.0, 2.0, 1.0], (13, 1))
    batches = np.zeros((13, 4))
    batches[np.arange(13), np.arange(13) % 4] = 10.0
    prior = np.full(len(STEADINESS), 1.0 / len(STEADINESS))
    own = log_own_steadiness(np.stack([steady, batches]), MARKET, 20.0, prior)
    assert np.allclose(np.exp(own).sum(axis=1), 1.0)
    assert own[0].argmax() == 0
    assert STEADINESS[int(own[1].argmax())] <= 4.0
    recent = np.array([[[0.0, 0.0, 10.0, 0.0]]] * 2)
    past = np.stack([steady.sum(axis=0), batches.sum(axis=0)])
    found = log_factor(recent, past, MARKET[None], MARKET, 20.0, own)[:, 0]
    assert found[0] > np.log(100.0)
    assert found[1] < np.log(3.0)


@given(hnp.arrays(np.float64, (6, 3), elements=st.floats(-20, 600)), st.floats(0.01, 0.99))
@settings(max_examples=50, deadline=None)
def test_the_joint_factor_rises_with_each_and_is_nothing_where_none_says_anything(factors, share):
    found = joint(factors, share)
    assert np.isfinite(found).all()
    assert (joint(factors + 1.0, share) > found - 1e-9).all()
    assert joint(np.zeros((1, 3)), share)[0] == 0.0
    assert (found <= np.maximum(factors, 0.0).sum(axis=1) + 1e-9).all()


def test_shares_are_never_nothing():
    found = shares_of(np.array([[0.0, 10.0], [0.0, 0.0]]))
    assert (found > 0.0).all()
    assert np.allclose(found.sum(axis=1), 1.0)
    assert max(CONCENTRATIONS) < min(STEADINESS[:2])
