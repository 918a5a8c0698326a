"""Scatter: found again in counts that have it, and not learnt from spikes."""

import numpy as np
import pytest

from detector.baseline import Windows
from detector.scatter import scatter_of


def drawn(kappa, spikes=0, n=6_000):
    random = np.random.default_rng(2)
    mean = random.gamma(2.0, 20.0, size=(n, 1, 1)) + 1.0
    noise = random.gamma(1.0 / kappa, kappa, size=mean.shape) if kappa else 1.0
    counts = random.poisson(mean * noise).astype(float)
    counts[:spikes] *= 10.0
    return Windows(counts, mean, np.full_like(mean, 1e9))


@pytest.mark.parametrize("kappa", [0.05, 0.3])
def test_scatter_is_found_again(kappa):
    assert scatter_of(drawn(kappa), 0.001)[0, 0] == pytest.approx(kappa, rel=0.3)


def test_a_few_spikes_do_not_teach_that_spikes_are_usual():
    with_spikes = scatter_of(drawn(0.05, spikes=30), 0.001)[0, 0]
    assert with_spikes == pytest.approx(scatter_of(drawn(0.05), 0.001)[0, 0], rel=0.5)


def test_scatter_is_never_below_the_floor():
    assert scatter_of(drawn(0.0), 0.02)[0, 0] == 0.02


def test_where_no_seller_is_large_enough_a_fallback_is_used():
    assert scatter_of(drawn(0.3, n=10), 0.005)[0, 0] == 0.1
