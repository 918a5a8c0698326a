"""Odd days do not widen what is usual."""

import numpy as np
import pytest

from detector.feed.robust import sd_of


def test_it_is_the_standard_deviation_of_gaussian_noise_and_ignores_a_few_odd_values():
    noise = np.random.default_rng(0).normal(3.0, 0.2, 20_000)
    assert sd_of(noise) == pytest.approx(0.2, rel=0.03)
    noise[:500] = 1e6
    assert sd_of(noise) == pytest.approx(0.2, rel=0.1)


def test_no_values_have_none():
    assert sd_of(np.zeros(0)) == 0.0
