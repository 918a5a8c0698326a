"""Baselines: between the market's rate and the seller's own, and never certain."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.baseline import Prior, posterior, prior_of

PRIOR = Prior(rate=np.array([1.0, 0.4]), mean=1.0, shape=2.0, mix_shape=np.array([3.0, 3.0]))
counts = st.integers(0, 500)
dues = st.floats(0.0, 500.0)


def rate(seen, due):
    found, variance = posterior(np.array([[float(seen)] * 2]), np.array([[due] * 2]), PRIOR)
    return found[0], variance[0]


@given(counts, dues)
def test_one_more_complaint_in_the_past_raises_what_is_usual(seen, due):
    assert (rate(seen + 1, due)[0] > rate(seen, due)[0]).all()


@given(counts, dues, st.floats(0.1, 100.0))
def test_more_orders_for_the_same_complaints_lower_it(seen, due, more):
    assert (rate(seen, due + more)[0] < rate(seen, due)[0]).all()


@given(counts, dues)
def test_a_rate_lies_between_the_markets_and_the_sellers_own(seen, due):
    if due > 0:
        low, high = sorted((1.0, seen / due))
        assert low - 1e-9 <= rate(seen, due)[0][0] <= high + 1e-9


def test_a_newcomer_has_the_markets_rate_and_all_of_its_uncertainty():
    found, variance = rate(0, 0.0)
    assert found == pytest.approx([1.0, 1.0])
    assert variance[0] == pytest.approx(1 / PRIOR.shape)
    assert variance[1] > variance[0]


@given(st.integers(1, 200))
def test_a_longer_history_is_surer(times):
    assert (rate(5 * times + 5, 5.0 * times + 5)[1] < rate(5 * times, 5.0 * times)[1]).all()


@pytest.mark.parametrize("shape", [0.5, 3.0])
def test_the_prior_is_found_again_in_counts_drawn_from_it(shape):
    random = np.random.default_rng(8)
    due = random.gamma(1.0, 20.0, size=(4_000, 2)) + 0.5
    own = random.gamma(shape, 1.3 / shape, size=(4_000, 1))
    seen = random.poisson(own * due).astype(float)
    found = prior_of(seen, due, np.array([1.0, 1.0]))
    assert found.mean == pytest.approx(1.3, rel=0.1)
    assert found.shape == pytest.approx(shape, rel=0.15)
