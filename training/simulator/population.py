"""The sellers of a block: their volumes, rates, mixes and lifetimes, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.simulator.market import Market
from training.simulator.marketplace import Marketplace


@dataclass(frozen=True, slots=True)
class Population:
    """b sellers over d recorded days and c categories."""

    joined: NDArray[np.int64]
    """(b,) first recorded day on which the seller may sell; at most 0 for the old ones."""
    left: NDArray[np.int64]
    """(b,) the day after the last."""
    orders: NDArray[np.int64]
    """(b, d) orders taken."""
    intensity: NDArray[np.float32]
    """(b, d, c) expected complaints, without episodes and before dispersion."""
    dispersion: NDArray[np.float64]
    """(b,) squared coefficient of variation of the intensity of each seller's days."""


def population_of(
    marketplace: Marketplace, market: Market, sellers: int, rng: np.random.Generator
) -> Population:
    """Draw sellers and the orders they take."""
    joined, left = _lifetimes(marketplace, market, sellers, rng)
    all_orders = _orders(marketplace, market, joined, left, rng)
    shape = marketplace.complaints_per_order_shape
    rate = rng.gamma(shape, marketplace.complaints_per_order_mean / shape, sellers)
    if marketplace.chronic_share:
        chronic = rng.random(sellers) < marketplace.chronic_share
        rate = np.where(chronic, marketplace.chronic_factor * rate, rate)
    mix = rng.dirichlet(market.category_shares * marketplace.mix_concentration, sellers)
    exposure = exposure_of(all_orders.astype(np.float32), market.delay)
    usual = exposure * rate[:, None].astype(np.float32) * _drift(marketplace, sellers, rng)
    intensity = usual[:, :, None] * (
        mix[:, None, :].astype(np.float32) * market.complaints[None].astype(np.float32)
    )
    dispersion = _dispersion(marketplace, sellers, rng)
    return Population(joined, left, all_orders[:, market.warm_up :], intensity, dispersion)


def exposure_of(orders: NDArray[np.float32], delay: NDArray[np.float64]) -> NDArray[np.float32]:
    """Orders (b, warm_up + d) spread over the days (b, d) on which they draw complaints."""
    warm_up = len(delay) - 1
    days = orders.shape[1] - warm_up
    exposure = np.zeros((len(orders), days), dtype=np.float32)
    for day, probability in enumerate(delay):
        exposure += np.float32(probability) * orders[:, warm_up - day : warm_up - day + days]
    return exposure


def _lifetimes(
    marketplace: Marketplace, market: Market, sellers: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    late = rng.random(sellers) < marketplace.joining_late_share
    joined = np.where(late, rng.integers(0, marketplace.days, sellers), -market.warm_up)
    early = rng.random(sellers) < marketplace.leaving_early_share
    left = np.where(early, rng.integers(0, marketplace.days, sellers), marketplace.days)
    return joined, np.maximum(left, joined + 1)


def _orders(
    marketplace: Marketplace,
    market: Market,
    joined: NDArray[np.int64],
    left: NDArray[np.int64],
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Gamma-Poisson orders (b, warm_up + d)."""
    sellers = len(joined)
    volume = marketplace.orders_per_day_median * np.exp(
        rng.normal(0.0, marketplace.orders_per_day_log_sd, sellers)
    )
    zeal = np.exp(rng.normal(0.0, marketplace.sale_log_sd, sellers))
    mean = volume[:, None] * market.orders * np.exp(np.outer(zeal, market.sales))
    day = np.arange(mean.shape[1]) - market.warm_up
    mean *= (day >= joined[:, None]) & (day < left[:, None])
    drawn: NDArray[np.int64] = rng.poisson(dispersed(mean, marketplace.orders_dispersion, rng))
    return drawn


def dispersed(
    mean: NDArray[np.float64],
    dispersion: float | NDArray[np.float64],
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Means (b, …) times gamma factors of mean 1 and variance `dispersion`, one or one a row."""
    if not np.any(dispersion):
        return mean
    variance = np.asarray(dispersion)
    if variance.ndim:
        variance = variance.reshape(-1, *(1 for _ in mean.shape[1:]))
    return np.asarray(mean * rng.standard_gamma(1 / variance, mean.shape) * variance)


def _dispersion(
    marketplace: Marketplace, sellers: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    usual, log_sd = marketplace.complaints_dispersion, marketplace.complaints_dispersion_log_sd
    if log_sd == 0:
        return np.full(sellers, usual)
    return np.asarray(usual * np.exp(rng.normal(0.0, log_sd, sellers)))


def _drift(marketplace: Marketplace, sellers: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """(b, d) slow wandering of rates, in weekly steps, with mean 1."""
    weeks = -(-marketplace.days // 7)
    step_sd = marketplace.complaints_drift_sd_per_year / np.sqrt(52)
    walk = np.cumsum(rng.normal(0.0, step_sd, (sellers, weeks)), axis=1)
    factor = np.exp(walk - 0.5 * step_sd**2 * np.arange(1, weeks + 1))
    return np.repeat(factor, 7, axis=1)[:, : marketplace.days].astype(np.float32)
