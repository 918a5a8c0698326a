"""Dispersion: found again in counts that have it, of either kind, and not learnt from spikes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.expectation.baseline import Windows
from detector.expectation.dispersion import (
    Dispersion,
    fit_dispersion,
    fitted_quadratic,
    with_dispersion,
)


def drawn(kappa, phi=0.0, spikes=0, n=6_000, multiplier=None):
    """Windows of 6,000 sellers, small and large, whose rates are known exactly."""
    random = np.random.default_rng(2)
    mean = random.gamma(0.5, 20.0, size=(n, 1, 1)) + 0.3
    times = np.ones((n, 1, 1)) if multiplier is None else multiplier[:, None, None]
    noise = mean
    if kappa:
        noise = random.gamma(1.0 / (kappa * times)) * kappa * times * mean
    if phi:
        noise = random.gamma(np.maximum(noise / (phi * times), 1e-9)) * phi * times
    counts = random.poisson(noise).astype(float)
    counts[:spikes] *= 10.0
    return Windows(counts, mean, np.full_like(mean, 1e9))


def fitted(windows, at_least=0.001):
    return fit_dispersion(windows, np.ones(len(windows.mean)), at_least)


@pytest.mark.parametrize("kappa", [0.05, 0.3])
def test_dispersion_is_found_again(kappa):
    found = fitted(drawn(kappa))
    assert found.quadratic[0, 0] == pytest.approx(kappa, rel=0.3)
    assert found.linear[0] == 0.0


@pytest.mark.parametrize("phi", [0.4, 1.5])
def test_a_linear_part_is_told_from_a_quadratic_one(phi):
    found = fitted(drawn(0.05, phi))
    assert found.linear[0] == pytest.approx(phi, rel=0.5)
    assert found.quadratic[0, 0] == pytest.approx(0.05, rel=0.7)


@pytest.mark.parametrize(("kappa", "phi"), [(0.3, 0.0), (0.05, 0.4), (0.0, 0.0)])
def test_one_kappa_is_found_again_beside_a_known_phi(kappa, phi):
    windows = drawn(kappa, phi)
    found, sellers = fitted_quadratic(windows, np.ones(6_000), 0, 0, phi)
    assert found == pytest.approx(kappa, rel=0.3, abs=0.002)
    assert sellers == 6_000
    few = windows.take(np.arange(29))
    assert fitted_quadratic(few, np.ones(29), 0, 0, phi) == (None, 0)


def test_dispersion_is_that_of_a_usual_seller_where_sellers_differ():
    times = np.where(np.arange(6_000) % 2, 4.0, 1.0)
    found = fit_dispersion(drawn(0.1, multiplier=times), times, 0.001)
    assert found.quadratic[0, 0] == pytest.approx(0.1, rel=0.3)


def test_a_few_spikes_do_not_teach_that_spikes_are_usual():
    with_spikes = fitted(drawn(0.05, spikes=30)).quadratic[0, 0]
    assert with_spikes == pytest.approx(fitted(drawn(0.05)).quadratic[0, 0], rel=0.5)


def test_dispersion_is_never_below_the_floor():
    assert fitted(drawn(0.0), 0.02).quadratic[0, 0] == 0.02


def test_where_no_seller_is_large_enough_a_fallback_is_used():
    found = fitted(drawn(0.3, n=10), 0.005)
    assert found.quadratic[0, 0] == 0.1
    assert found.linear[0] == 0.0


@given(st.floats(0.01, 50), st.floats(0.5, 1e6), st.floats(0, 2), st.floats(0, 3), st.floats(0, 9))
def test_dispersion_only_ever_widens_a_window(mean, shape, kappa, phi, times):
    at = np.full((1, 1, 1), mean)
    windows = Windows(at, at, np.full_like(at, shape))
    wider = with_dispersion(
        windows, Dispersion(np.full((1, 1), kappa), np.array([phi])), np.array([times])
    )
    variance = mean + mean**2 / wider.shape[0, 0, 0]
    expected = mean + mean**2 / shape + times * (kappa * mean**2 + phi * mean)
    assert variance == pytest.approx(expected)
