"""The prior finds how alike and how steady sellers are."""

import numpy as np
import pytest

from detector.expectation.shares import Shares
from detector.makeup.factor import STEADINESS
from detector.makeup.prior import fit_prior, unfitted
from detector.makeup.tallies import Tally

MARKET = np.array([0.5, 0.3, 0.2])
SHARES = Shares(np.tile(MARKET, (1, 2, 1)), MARKET[None])


def sellers(alike, steady, n=600, seed=1):
    """Sellers around the market, whose blocks of four weeks scatter around their own shares."""
    rng = np.random.default_rng(seed)
    own = rng.dirichlet(alike * MARKET, n)
    blocks = np.array([rng.dirichlet(steady * one + 1e-6, 15) for one in own])
    counts = np.array([[rng.multinomial(12, p) for p in one] for one in blocks]).astype(float)
    past = counts[:, 2:]
    return Tally(np.arange(n), counts[:, :2].cumsum(axis=1), past.sum(axis=1), past)


def fitted(tally):
    return fit_prior([({"x": tally}, SHARES)], ("x",))


def test_sellers_that_are_alike_are_told_from_those_that_are_not():
    same, different = fitted(sellers(200.0, 1_000.0)), fitted(sellers(2.0, 1_000.0))
    assert same.alike[0] > different.alike[0]


@pytest.mark.parametrize("steady", [1_000.0, 4.0])
def test_steadiness_is_that_of_most_sellers(steady):
    found = fitted(sellers(20.0, steady))
    assert np.isclose(found.steadiness[0].sum(), 1.0)
    most = STEADINESS[int(found.steadiness[0].argmax())]
    assert (most >= 100.0) == (steady >= 100.0)
    assert (found.steady[0] >= 100.0) == (steady >= 100.0)


def test_an_attribute_that_nobody_shows_has_no_fit():
    found = fit_prior([({}, SHARES)], ("x",))
    assert found.attributes == ("x",)
    assert np.array_equal(found.steadiness, unfitted(("x",)).steadiness)
    alike, steady, steadiness = found.of(0)
    assert (alike, steady) == (1.0, STEADINESS[0])
    assert len(steadiness) == len(STEADINESS)
    assert fit_prior([], ()).steadiness.shape == (0, len(STEADINESS))
