"""Farrington Flexible against a small independent computation."""

import numpy as np
import pytest
from scipy import optimize, stats

from training.backtest.references.farrington import exceedance, quasi_poisson


@pytest.fixture(scope="module")
def weeks():
    rng = np.random.default_rng(2)
    times = -(np.arange(30) + 5.0)[None, :] / 10.0
    level = rng.uniform(0.5, 3.0, (8, 1))
    return times, rng.poisson(np.exp(level + 0.15 * times)).astype(float)


def independent_fit(counts, weights, times):
    """Maximum of the weighted Poisson likelihood, by a general optimiser."""

    def loss(point):
        mean = np.exp(point[0] + point[1] * times)
        return float((weights * (mean - counts * np.log(mean))).sum())

    return optimize.minimize(loss, [np.log(counts.mean() + 0.1), 0.0], tol=1e-12).x


def test_the_closed_formula_finds_the_maximum_likelihood(weeks):
    times, counts = weeks
    weights = np.random.default_rng(0).uniform(0.2, 1.5, counts.shape)
    intercept, slope, _ = quasi_poisson(counts, weights, times)
    for row in range(len(counts)):
        expected = independent_fit(counts[row], weights[row], times[0])
        assert (intercept[row], slope[row]) == pytest.approx(expected, abs=2e-4)


def test_weeks_of_weight_nought_do_not_matter(weeks):
    times, counts = weeks
    weights = np.ones_like(counts)
    weights[:, 20:] = 0
    spoilt = counts.copy()
    spoilt[:, 20:] = 500
    first = quasi_poisson(counts, weights, times)[:2]
    assert np.allclose(first, quasi_poisson(spoilt, weights, times)[:2])


def test_exceedance_is_one_at_the_limit():
    # A steady seller: mean 4, no dispersion beyond Poisson's, no trend.
    counts = np.tile([4.0, 3.0, 5.0, 4.0], (1, 6))
    limit = stats.poisson.ppf(0.995, 4.0)
    found = exceedance(counts, np.ones_like(counts), np.array([limit]))
    assert found[0] == pytest.approx(1.0, abs=0.05)


def test_a_past_outbreak_hardly_raises_the_limit():
    counts = np.tile([4.0, 3.0, 5.0, 4.0], (2, 6))
    counts[1, 10] = 60.0
    calm, after = exceedance(counts, np.ones_like(counts), np.array([15.0, 15.0]))
    assert calm > 1.5
    assert after > 1.0


def test_more_complaints_exceed_more():
    counts = np.tile([2.0, 0.0, 1.0], (3, 8))
    found = exceedance(counts, np.ones_like(counts), np.array([3.0, 6.0, 12.0]))
    assert (np.diff(found) > 0).all()
