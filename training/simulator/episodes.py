"""Planting episodes: extra complaints, sized so that they are hard to find but can be found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.simulator.marketplace import (
    KINDS,
    MIX_SWITCH,
    PREPARED_BRIGADE,
    SLOW_CREEP,
    Marketplace,
)
from training.simulator.population import Population

NO_CATEGORY: Final = -1
"""Category of an episode that raises all of them."""


@dataclass(frozen=True, slots=True)
class Episode:
    """One planted episode; days count from the first recorded day."""

    seller: int
    kind: str
    category: int
    """Index into the categories, NO_CATEGORY for all."""
    start: int
    end: int
    """The day after the last."""
    days: NDArray[np.int64]
    """(excess,) day of each extra complaint."""
    categories: NDArray[np.int64]
    """(excess,) category of each."""
    buyers: int
    """How many people file them; 0 for everybody for themselves."""


def episodes_in(
    marketplace: Marketplace, population: Population, rng: np.random.Generator
) -> list[Episode]:
    """Draw the block's episodes, by seller and then day; no seller has two at once."""
    plan = marketplace.episodes
    alive = np.clip(population.left - np.maximum(population.joined, 0), 0, None)
    wanted = rng.poisson(plan.per_seller_year * alive / 365.25)
    weights = np.array([plan.kinds.get(kind, 0.0) for kind in KINDS])
    planted: list[Episode] = []
    for seller in np.repeat(np.arange(len(wanted)), wanted):
        kind = KINDS[rng.choice(len(KINDS), p=weights / weights.sum())]
        span = _span(marketplace, population, int(seller), kind, rng)
        taken = planted and planted[-1].seller == seller
        # A second one of the same seller would blur where the first one ends: the first stays.
        if span is not None and not taken:
            planted.append(_planted(marketplace, population, int(seller), kind, span, rng))
    return planted


def _span(
    marketplace: Marketplace,
    population: Population,
    seller: int,
    kind: str,
    rng: np.random.Generator,
) -> tuple[int, int] | None:
    plan = marketplace.episodes
    lengths = {
        "slow_ramp": plan.ramp_days,
        "brigade": plan.brigade_days,
        PREPARED_BRIGADE: plan.prepared_days,
        MIX_SWITCH: plan.switch_days,
        SLOW_CREEP: plan.creep_days,
    }
    days = int(rng.integers(*lengths.get(kind, plan.surge_days), endpoint=True))
    first = max(int(population.joined[seller]), 0) + plan.seller_age_days_min
    last = int(population.left[seller]) - days
    if last < first:
        return None
    start = int(rng.integers(first, last, endpoint=True))
    if kind in (MIX_SWITCH, SLOW_CREEP):
        expected = population.intensity[seller, start : start + days].sum(dtype=np.float64)
        if expected < plan.expected_min:
            return None
    return start, start + days


def _planted(
    marketplace: Marketplace,
    population: Population,
    seller: int,
    kind: str,
    span: tuple[int, int],
    rng: np.random.Generator,
) -> Episode:
    plan = marketplace.episodes
    expected = population.intensity[seller, span[0] : span[1]].astype(np.float64)
    shares = _shares(expected, marketplace)
    category = _category(kind, shares, rng)
    touched = expected.sum(axis=1) if category == NO_CATEGORY else expected[:, category]
    variance = touched.sum() * (1.0 + marketplace.linear_dispersion)
    variance += population.dispersion[seller] * (touched**2).sum()
    length = span[1] - span[0]
    shape = np.arange(1.0, length + 1) if kind in ("slow_ramp", SLOW_CREEP) else np.ones(length)
    if kind == MIX_SWITCH:
        excess = 0
    elif kind == SLOW_CREEP:
        shape = shape / length * expected.sum(axis=1)
        excess = int(rng.poisson(rng.uniform(*plan.creep_growth) * shape.sum()))
    else:
        sds = rng.uniform(*plan.excess_sd)
        excess = max(plan.excess_min, int(rng.poisson(sds * variance**0.5)))
    return Episode(
        seller=seller,
        kind=kind,
        category=category,
        start=span[0],
        end=span[1],
        days=span[0] + rng.choice(length, size=excess, p=shape / shape.sum()),
        categories=rng.choice(len(shares), size=excess, p=shares)
        if category == NO_CATEGORY
        else np.full(excess, category),
        buyers=int(rng.integers(*plan.brigade_buyers, endpoint=True)) if kind == "brigade" else 0,
    )


def _category(kind: str, shares: NDArray[np.float64], rng: np.random.Generator) -> int:
    """Surges, shifts and brigades are about one category; ramps as often about all.

    A switch is to a category that has not been the seller's largest; `shares` are its mix.
    """
    drawn = int(rng.integers(len(shares)))
    if kind == MIX_SWITCH:
        others = np.flatnonzero(np.arange(len(shares)) != shares.argmax())
        return int(others[drawn % len(others)]) if len(others) else drawn
    if kind in ("general_surge", SLOW_CREEP) or (kind == "slow_ramp" and rng.random() < 0.5):
        return NO_CATEGORY
    return drawn


def _shares(expected: NDArray[np.float64], marketplace: Marketplace) -> NDArray[np.float64]:
    """The seller's own mix in the window; the market's where nothing is expected."""
    total = expected.sum(axis=0)
    if total.sum() > 0:
        return np.asarray(total / total.sum(), dtype=np.float64)
    market = np.array([marketplace.categories[name] for name in sorted(marketplace.categories)])
    return np.asarray(market / market.sum(), dtype=np.float64)
