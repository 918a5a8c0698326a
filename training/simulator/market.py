"""What the whole market has in common: its days, seasons, disruptions and delivery delay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray
from scipy import special

from detector.instants import EPOCH
from training.simulator.marketplace import Marketplace


@dataclass(frozen=True, slots=True)
class Market:
    """Factors shared by all sellers; `warm_up` days come before the recorded ones."""

    categories: tuple[str, ...]
    """Ascending."""
    category_shares: NDArray[np.float64]
    """(c,) sums to 1."""
    first_day: int
    """Days since 1970 of the first recorded day."""
    warm_up: int
    """Unrecorded days before it, so that the first days have deliveries to complain about."""
    orders: NDArray[np.float64]
    """(warm_up + d,) times the usual orders, without sales."""
    sales: NDArray[np.float64]
    """(warm_up + d,) log multiplier of orders because of sales."""
    complaints: NDArray[np.float64]
    """(d, c) times the usual complaints per order."""
    delay: NDArray[np.float64]
    """(delay_days_max + 1,) chance that a complaint comes so many days after its order."""


def draw_market(marketplace: Marketplace, rng: np.random.Generator) -> Market:
    """Draw what the market has in common."""
    names = tuple(sorted(marketplace.categories))
    shares = np.array([marketplace.categories[name] for name in names], dtype=np.float64)
    delay = _delay(marketplace)
    warm_up = len(delay) - 1
    first = (marketplace.starts_on - EPOCH.date()).days
    days = [marketplace.starts_on + timedelta(d) for d in range(-warm_up, marketplace.days)]
    weekday = np.array([day.weekday() for day in days])
    years = (np.arange(len(days)) - warm_up) / 365.25
    growth = marketplace.orders_per_day_growth_per_year**years
    sales, impatience = _sales(marketplace, days)
    complaints = np.asarray(marketplace.weekly_complaints)[weekday] * impatience
    return Market(
        categories=names,
        category_shares=shares / shares.sum(),
        first_day=first,
        warm_up=warm_up,
        orders=np.asarray(marketplace.weekly_orders)[weekday] * growth,
        sales=sales,
        complaints=complaints[warm_up:, None] * _disruptions(marketplace, names, rng),
        delay=delay,
    )


def _delay(marketplace: Marketplace) -> NDArray[np.float64]:
    """A gamma distribution cut into days."""
    shape = (marketplace.delay_days_mean / marketplace.delay_days_sd) ** 2
    scale = marketplace.delay_days_mean / shape
    edges = np.arange(marketplace.delay_days_max + 2)
    mass = np.diff(special.gammainc(shape, edges / scale))
    return np.asarray(mass / mass.sum(), dtype=np.float64)


def _sales(
    marketplace: Marketplace, days: list[date]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    orders = np.zeros(len(days))
    complaints = np.ones(len(days))
    for sale in marketplace.sales:
        for year in range(days[0].year - 1, days[-1].year + 1):
            start = (date(year, sale.month, sale.day) - days[0]).days
            span = slice(max(start, 0), max(start + sale.days, 0))
            orders[span] += np.log(sale.orders)
            complaints[span] *= sale.complaints
    return orders, complaints


def _disruptions(
    marketplace: Marketplace, names: tuple[str, ...], rng: np.random.Generator
) -> NDArray[np.float64]:
    factors = np.ones((marketplace.days, len(names)))
    for disruption in marketplace.disruptions:
        drawn = rng.uniform(0.4, 1.0)
        share = drawn if disruption.starts is None else disruption.starts
        start = int(share * marketplace.days)
        hit = [disruption.category in (None, name) for name in names]
        factors[start : start + disruption.days, hit] *= disruption.factor
    return factors
