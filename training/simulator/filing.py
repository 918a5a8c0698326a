"""Filing: from expected complaints to rows with buyers, evidence and verdicts."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.durations import DAY_US
from detector.history.history import UNDECIDED, Outcome
from training.simulator.episodes import Episode
from training.simulator.market import Market
from training.simulator.marketplace import MIX_SWITCH, PREPARED_BRIGADE, Marketplace
from training.simulator.population import Population, dispersed

HONEST: Final = -1
"""Episode of a complaint that belongs to none."""
BUYERS_PER_BLOCK: Final = 1_000_000_000
"""Room for the numbers of a block's own buyers, so that blocks never share them by accident."""


@dataclass(frozen=True, slots=True)
class Filed:
    """n complaints of one block, by seller and then time."""

    seller: NDArray[np.int64]
    filed_at: NDArray[np.int64]
    category: NDArray[np.int64]
    buyer: NDArray[np.int64]
    evidence: NDArray[np.int64]
    outcome: NDArray[np.int64]
    decided_at: NDArray[np.int64]

    def sorted(self) -> Filed:
        """By seller and then time."""
        order = np.lexsort((self.filed_at, self.seller))
        return Filed(*(getattr(self, field.name)[order] for field in fields(self)))


def filed_by(
    marketplace: Marketplace,
    market: Market,
    population: Population,
    episodes: list[Episode],
    block: int,
    rng: np.random.Generator,
) -> Filed:
    """Draw the block's complaints."""
    seller, day, category = _usual(marketplace, population, rng)
    for episode in episodes:
        if episode.kind in ("category_shift", MIX_SWITCH):
            _shift(episode, seller, day, category)
    owner = np.repeat(np.arange(len(episodes)), [len(e.days) for e in episodes])
    episode_of = np.concatenate([np.full(len(seller), HONEST), owner])
    if episodes:
        seller = np.concatenate([seller, np.array([e.seller for e in episodes])[owner]])
        day = np.concatenate([day, *(e.days for e in episodes)])
        category = np.concatenate([category, *(e.categories for e in episodes)])
    order = np.lexsort((day, seller))
    seller, day, category, episode_of = (c[order] for c in (seller, day, category, episode_of))
    brigade_size = np.array([e.buyers for e in episodes] + [0])[episode_of]
    filed_at = (market.first_day + day) * DAY_US + rng.integers(0, DAY_US, len(day))
    prepared = np.array([e.kind == PREPARED_BRIGADE for e in episodes] + [False])[episode_of]
    filed_at[prepared] = _agreed_times(
        marketplace, filed_at[prepared], episode_of[prepared], len(episodes), rng
    )
    evidence = rng.poisson(marketplace.evidence_mean, len(day)) * (brigade_size == 0)
    ends_at = (market.first_day + marketplace.days) * DAY_US
    upheld = _upheld_shares(marketplace, evidence, episode_of, brigade_size)
    evidence[prepared] = np.maximum(evidence[prepared], 1)
    upheld[prepared] = 0.1
    outcome, decided_at = _verdicts(
        marketplace, filed_at, upheld, (brigade_size > 0) | prepared, ends_at, rng
    )
    buyer = _buyers(marketplace, seller, block, rng)
    in_brigade = np.flatnonzero(brigade_size)
    member = rng.integers(0, np.maximum(brigade_size[in_brigade], 1))
    # Brigades recruit from nowhere: numbers below zero belong to nobody else.
    buyer[in_brigade] = -(block * BUYERS_PER_BLOCK + episode_of[in_brigade] * 100 + member + 1)
    alone = np.arange(int(prepared.sum())) + len(episodes) * 100
    buyer[prepared] = -(block * BUYERS_PER_BLOCK + alone + 1)
    return Filed(seller, filed_at, category, buyer, evidence, outcome, decided_at).sorted()


def _agreed_times(
    marketplace: Marketplace,
    filed_at: NDArray[np.int64],
    episode_of: NDArray[np.int64],
    episodes: int,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """The same days, at the hour that each episode's people have agreed on."""
    width = round(marketplace.episodes.prepared_minutes * 60_000_000)
    if not len(filed_at):  # draws nothing, so that markets without them stay as they were
        return filed_at
    begins = rng.integers(0, DAY_US - width, episodes)[episode_of]
    return filed_at // DAY_US * DAY_US + begins + rng.integers(0, width, len(filed_at))


def _usual(
    marketplace: Marketplace, population: Population, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Seller, day and category of every complaint that belongs to no episode."""
    intensity = population.intensity
    sellers, days, _ = intensity.shape
    total = intensity.sum(axis=2, dtype=np.float64)
    causes = dispersed(total / marketplace.complaints_clump_mean, population.dispersion, rng)
    cell = np.repeat(np.arange(sellers * days), rng.poisson(causes).ravel())
    thresholds = np.cumsum(intensity.reshape(sellers * days, -1)[cell], axis=1)
    drawn = rng.random(len(cell))[:, None] * thresholds[:, -1:]
    category = (drawn >= thresholds[:, :-1]).sum(axis=1)
    if marketplace.complaints_clump_mean > 1:
        size = rng.geometric(1.0 / marketplace.complaints_clump_mean, len(cell))
        cell, category = np.repeat(cell, size), np.repeat(category, size)
    return cell // days, cell % days, category


def _shift(
    episode: Episode,
    seller: NDArray[np.int64],
    day: NDArray[np.int64],
    category: NDArray[np.int64],
) -> None:
    """What the seller's buyers would have complained about anyway turns into one category."""
    low, high = np.searchsorted(seller, [episode.seller, episode.seller + 1])
    window = slice(
        low + np.searchsorted(day[low:high], episode.start),
        low + np.searchsorted(day[low:high], episode.end),
    )
    category[window] = episode.category


def _buyers(
    marketplace: Marketplace, seller: NDArray[np.int64], block: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Mostly new people; some complain everywhere, some complain again about the same seller."""
    n = len(seller)
    frequent = max(marketplace.sellers, 100)
    buyer = frequent + block * BUYERS_PER_BLOCK + np.arange(n, dtype=np.int64)
    everywhere = rng.random(n) < marketplace.frequent_complainants_share
    # Squaring makes the first ones the most frequent.
    buyer[everywhere] = (frequent * rng.random(int(everywhere.sum())) ** 2).astype(np.int64)
    again = np.flatnonzero(rng.random(n) < marketplace.same_buyer_again_share)
    again = again[again > 0]
    again = again[seller[again] == seller[again - 1]]
    buyer[again] = buyer[again - 1]
    return buyer


def _upheld_shares(
    marketplace: Marketplace,
    evidence: NDArray[np.int64],
    episode_of: NDArray[np.int64],
    brigade_size: NDArray[np.int64],
) -> NDArray[np.float64]:
    """(n,) chance that each complaint is upheld once it is decided."""
    planted = marketplace.episodes.upheld_share
    usual = marketplace.upheld_share
    proved = np.where(episode_of == HONEST, usual, usual if planted is None else planted)
    upheld = np.where(evidence > 0, 1.0, 0.5) * proved
    return np.where(brigade_size > 0, 0.1, upheld)


def _verdicts(
    marketplace: Marketplace,
    filed_at: NDArray[np.int64],
    upheld: NDArray[np.float64],
    in_brigade: NDArray[np.bool_],
    ends_at: int,
    rng: np.random.Generator,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Outcome and time of decision; what would be decided after the end is pending."""
    n = len(filed_at)
    waiting = rng.exponential(marketplace.decision_days_mean * DAY_US, n).astype(np.int64)
    decided_at = filed_at + waiting + 1
    unfounded = np.where(in_brigade, 0.6, marketplace.unfounded_share)
    drawn = rng.random(n)
    outcome = np.where(
        drawn < upheld,
        int(Outcome.UPHELD),
        np.where(drawn < upheld + unfounded, int(Outcome.UNFOUNDED), int(Outcome.REJECTED)),
    )
    pending = decided_at >= ends_at
    outcome = np.where(pending, int(Outcome.PENDING), outcome)
    return outcome, np.where(pending, UNDECIDED, decided_at)
