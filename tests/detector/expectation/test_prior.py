"""Rates: between the market's and the seller's own, and never certain."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.evidence.surprise import evidence
from detector.expectation.prior import Prior, fit_prior, newcomer_rates, overall, posterior

ALIKE = Prior(np.array([1.0, 0.4]), np.ones(1), np.ones(1), 2.0, np.zeros(1), np.array([3.0, 3.0]))
SPREAD = replace(
    ALIKE, sizes=np.geomspace(0.01, 30.0, 9), shares=np.full(9, 1 / 9), joining=np.zeros(9)
)
JOINED = replace(SPREAD, joining=np.full(9, 1e-3))
"""Of a market where nobody's orders are recorded and some sellers have joined."""
priors = st.sampled_from([ALIKE, SPREAD])
counts = st.integers(0, 500)
dues = st.floats(0.0, 500.0)


def rate(seen, due, prior):
    found, variance = posterior(np.array([[float(seen)] * 2]), np.array([[due] * 2]), prior)
    return found[0], variance[0]


@given(counts, dues, priors)
def test_one_more_complaint_in_the_past_raises_what_is_usual(seen, due, prior):
    assert (rate(seen + 1, due, prior)[0] > rate(seen, due, prior)[0]).all()


@given(counts, dues, st.floats(0.1, 100.0), priors)
def test_more_orders_for_the_same_complaints_lower_it(seen, due, more, prior):
    assert (rate(seen, due + more, prior)[0] < rate(seen, due, prior)[0]).all()


@given(counts, dues)
def test_a_rate_lies_between_the_markets_and_the_sellers_own(seen, due):
    if due > 0:
        low, high = sorted((1.0, seen / due))
        assert low - 1e-9 <= rate(seen, due, ALIKE)[0][0] <= high + 1e-9


@pytest.mark.parametrize("prior", [ALIKE, SPREAD])
def test_a_newcomer_has_the_markets_rate_and_all_of_its_uncertainty(prior):
    found, variance = rate(0, 0.0, prior)
    assert found == pytest.approx([prior.mean] * 2)
    assert variance[0] == pytest.approx(prior.relative_variance)
    assert variance[1] > variance[0]


def test_sellers_of_one_size_vary_by_its_shape_alone():
    assert pytest.approx(1 / ALIKE.shape) == ALIKE.relative_variance


@given(st.integers(1, 200))
def test_a_longer_history_is_surer(times):
    longer, shorter = (rate(5 * n, 5.0 * n, ALIKE)[1] for n in (times + 1, times))
    assert (longer < shorter).all()


@given(
    st.sampled_from([ALIKE, SPREAD, JOINED]),
    st.floats(0.0, 500.0),
    st.lists(st.tuples(counts, dues), min_size=2, max_size=9),
)
def test_a_seller_alone_has_the_rate_that_it_has_among_others(prior, age, sellers):
    seen, due = (
        np.array([[float(value)] * 2 for value in column]) for column in zip(*sellers, strict=True)
    )
    together = np.stack(posterior(seen, due, prior, age))
    alone = [posterior(seen[i : i + 1], due[i : i + 1], prior, age) for i in range(len(sellers))]
    assert np.array_equal(together, np.concatenate(alone, axis=1))


@pytest.mark.parametrize("shape", [0.5, 3.0])
def test_the_prior_is_found_again_in_counts_drawn_from_it(shape):
    random = np.random.default_rng(8)
    due = random.gamma(1.0, 20.0, size=(4_000, 2)) + 0.5
    own = random.gamma(shape, 1.3 / shape, size=(4_000, 1))
    seen = random.poisson(own * due).astype(float)
    found = fit_prior(seen, due, np.array([1.0, 1.0]))
    assert found.mean == pytest.approx(1.3, rel=0.1)
    assert found.shares.sum() == pytest.approx(1.0)
    # One seller more is counted, larger than all of them, so more varied than the truth.
    assert 0.9 / shape <= found.relative_variance <= 2.5 / shape


@pytest.mark.parametrize("tail", ["log-normal", "pareto"])
def test_no_size_that_sellers_have_speaks_for_a_spike_of_a_newcomer(tail):
    random = np.random.default_rng(4)
    own = random.lognormal(0.0, 2.0, 800) if tail == "log-normal" else random.pareto(1.1, 800)
    due = np.full((800, 1), 200.0)
    seen = random.poisson(own[:, None] / own.mean() * due).astype(float)
    prior = fit_prior(seen, due, np.ones(1))
    mean, variance = posterior(np.zeros((800, 1)), np.zeros((800, 1)), prior)
    looked_at = evidence(seen / 10, mean * due / 10, 1 / variance, (2.0, 4.0, 8.0, 16.0))
    assert looked_at.max() < 3.0


@given(counts, st.floats(0.1, 300.0), st.floats(1.0, 300.0))
def test_silence_before_the_first_complaint_lowers_a_rate_unless_all_have_joined(seen, due, silent):
    seen, due = np.array([float(seen)]), np.array([due])
    there = [overall(seen, due, SPREAD, age)[0][0] for age in (0.0, due[0] + silent)]
    assert there[1] < there[0]
    # What is unknown of a seller that may have joined lies between silence and none.
    assert there[1] < overall(seen, due, JOINED, due[0] + silent)[0][0] < there[0] * (1 + 1e-9)


def market_with_joiners(share, random):
    """Complaints and dues of sellers since each was first seen; a share of them has joined."""
    sellers, age = 6_000, 300.0
    own = random.lognormal(-5.0, 1.2, sellers)  # a third is never complained about
    came = np.where(random.random(sellers) < share, random.uniform(0.0, age, sellers), 0.0)
    first = came + random.exponential(1.0 / own)
    due = age - first
    seen = 1.0 + random.poisson(own * np.maximum(due, 0.0))
    return seen[due > 0, None], due[due > 0, None], age


@pytest.mark.parametrize("share", [0.0, 0.3])
def test_how_many_sellers_join_is_found_again(share):
    seen, due, age = market_with_joiners(share, np.random.default_rng(5))
    found = fit_prior(seen, due, np.ones(1), age)
    joined = found.joining.sum() * age
    assert joined / (1.0 + joined) == pytest.approx(share, abs=0.05)
    assert found.mean == pytest.approx(np.exp(-5.0 + 1.2**2 / 2.0), rel=0.15)


def test_rates_drawn_for_a_debut_are_those_that_one_complaint_after_silence_says():
    silent = np.full(200_000, 80.0)
    drawn = newcomer_rates(silent, JOINED, np.random.default_rng(2))
    mean, variance = overall(np.ones(1), np.zeros(1), JOINED, 80.0)
    assert drawn.mean() == pytest.approx(mean[0], rel=0.03)
    assert drawn.var() / drawn.mean() ** 2 == pytest.approx(variance[0], rel=0.1)
