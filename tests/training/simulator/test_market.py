from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from training.simulator import Disruption, Marketplace, Sale
from training.simulator.market import draw_market

PLAIN = Marketplace(
    sellers=1, days=60, sales=(), disruptions=(), weekly_orders=(1.0,) * 7,
    weekly_complaints=(1.0,) * 7,
)  # fmt: skip


def market(**changes):
    return draw_market(replace(PLAIN, **changes), np.random.default_rng(0))


def test_a_market_where_nothing_happens_has_factors_of_one():
    plain = market()
    assert (plain.complaints == 1).all()
    assert (plain.orders == 1).all()
    assert (plain.sales == 0).all()


def test_the_delay_is_a_distribution_with_the_stated_mean():
    plain = market(delay_days_mean=9.0, delay_days_sd=3.0)
    assert plain.delay.sum() == pytest.approx(1.0)
    days = np.arange(len(plain.delay)) + 0.5
    assert (plain.delay * days).sum() == pytest.approx(9.0, abs=0.1)


def test_a_sale_comes_on_its_days_and_before_the_first_day_too():
    sale = Sale(month=1, day=5, days=3, orders=2.0, complaints=1.5)
    found = market(sales=(sale,), starts_on=date(2024, 1, 1))
    recorded = np.exp(found.sales[found.warm_up :])
    assert np.flatnonzero(recorded > 1.5).tolist() == [4, 5, 6]
    assert found.complaints[4, 0] == 1.5


def test_a_disruption_of_all_categories_is_possible():
    found = market(disruptions=(Disruption(category=None, factor=3.0, days=10, starts=0.5),))
    assert (found.complaints[30:40] == 3.0).all()
    assert found.complaints.sum() == 4 * (60 + 2 * 10)


def test_a_growing_market_grows():
    grown = market(orders_per_day_growth_per_year=2.0, days=400)
    first, year_later = grown.orders[grown.warm_up], grown.orders[grown.warm_up + 365]
    assert year_later / first == pytest.approx(2.0, rel=0.01)
