from dataclasses import replace

import numpy as np
import pytest

from training.simulator import Marketplace
from training.simulator.market import draw_market
from training.simulator.population import dispersed, exposure_of, population_of

MARKET = Marketplace(sellers=400, days=100)


def test_every_order_draws_complaints_once_its_delay_is_over():
    delay = np.array([0.2, 0.5, 0.3])
    orders = np.zeros((1, 2 + 5), dtype=np.float32)
    orders[0, 3] = 10.0
    np.testing.assert_allclose(exposure_of(orders, delay)[0], [0.0, 2.0, 5.0, 3.0, 0.0], rtol=1e-6)


def test_nobody_sells_before_joining_or_after_leaving():
    rng = np.random.default_rng(3)
    market = draw_market(MARKET, rng)
    eager = replace(MARKET, joining_late_share=1.0, leaving_early_share=1.0)
    population = population_of(eager, market, 400, rng)
    day = np.arange(100)
    outside = (day < population.joined[:, None]) | (day >= population.left[:, None])
    assert population.orders[outside].sum() == 0
    assert population.orders.sum() > 0


def test_dispersion_is_the_variance_of_a_factor_with_mean_one():
    rng = np.random.default_rng(1)
    factors = dispersed(np.ones((500, 400)), 0.4, rng)
    assert factors.mean() == pytest.approx(1.0, abs=0.01)
    assert factors.var() == pytest.approx(0.4, rel=0.02)
    assert dispersed(np.ones(3), 0.0, rng).tolist() == [1.0, 1.0, 1.0]
