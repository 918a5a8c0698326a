"""What moves everybody is the market's, and nobody's spike."""

import numpy as np
import pytest

from detector.expectation.market import estimate_market
from detector.expectation.panel import Panel
from detector.expectation.prior import Prior
from detector.history.timeline import blocks_of
from detector.settings import DEFAULT

BLOCKS = blocks_of(DEFAULT)
ONE_SIZE = np.ones(1)
PRIOR = Prior(np.array([0.02, 0.02]), ONE_SIZE, ONE_SIZE, 2.0, np.zeros(1), np.array([3.0, 3.0]))


def market(by_day=1.0, sellers=400, one_seller=1.0):
    """The market's factors where complaints are so many times the usual in the last week."""
    exposure = np.full((sellers, len(BLOCKS)), 50.0) * BLOCKS.days
    mean = exposure * 0.02
    mean[:, :7] *= by_day
    mean[0, :7] *= one_seller
    counts = np.random.default_rng(3).poisson(mean).astype(float)
    panel = Panel(np.stack([counts, counts], axis=2), exposure)
    return estimate_market(panel, PRIOR, BLOCKS, DEFAULT)


def test_a_steady_market_has_factors_of_about_one():
    assert market().factor == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize("times", [0.5, 2.0, 3.0])
def test_a_week_that_raises_everybody_raises_the_factor(times):
    found = market(times).factor
    assert found[1:6, 0].mean() == pytest.approx(times, rel=0.15)
    assert found[50:, 0].mean() == pytest.approx(1.0, abs=0.1)


def test_one_sellers_spike_hardly_moves_it():
    spiking, quiet = (market(one_seller=times).factor[:7, 0] for times in (40.0, 1.0))
    assert spiking == pytest.approx(quiet, rel=0.05)
