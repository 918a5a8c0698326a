"""Simulating: blocks of sellers, each from its own seed, and all of them together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from detector.durations import DAY_US
from detector.history.building import daily_orders, sorted_complaints
from detector.history.history import UNDECIDED, Complaints, History, Orders
from training.simulator.episodes import episodes_in
from training.simulator.filing import filed_by
from training.simulator.groups import groups_of
from training.simulator.linking import linked_orders, ordered_by
from training.simulator.market import Market, draw_market
from training.simulator.marketplace import Marketplace
from training.simulator.population import population_of
from training.simulator.tables import (
    complaints_table,
    episodes_table,
    orders_table,
    raw_orders_table,
    seller_ids,
    with_groups,
    with_orders_named,
)
from training.tables.reading.columns import TEXT
from training.tables.reading.hashing import hashes_of
from training.tables.reading.loaded_orders import LinkedOrders

BLOCK: Final = 2_000
"""Sellers simulated at a time: some tens of megabytes. Part of what a seed means."""


@dataclass(frozen=True, slots=True)
class Truth:
    """The truth that no detector sees: every seller's expected complaints without any episode."""

    sellers: tuple[str, ...]
    """All of the market's sellers, also those who never sold; ascending."""
    categories: tuple[str, ...]
    first_day: int
    """Days since 1970 of the first day."""
    intensity: NDArray[np.float32]
    """(sellers, days, categories) expected complaints: delayed orders x own drifting rate x own
    mix x market factors. A day's counts are Poisson given this times one gamma factor a
    seller-day, common to its categories."""
    dispersion: NDArray[np.float64]
    """(sellers,) variance of that gamma factor (its mean is 1)."""
    linear_dispersion: float
    """Further variance of a day's counts for each complaint expected: causes bring several."""
    delay: NDArray[np.float64]
    """(days,) chance that a complaint comes so many days after its order."""
    market_factors: NDArray[np.float64]
    """(days, categories) the market's share of the intensity: week, sales, disruptions."""


@dataclass(frozen=True, slots=True)
class Simulation:
    """A simulated market: three tables, and the truth where it was asked for."""

    marketplace: Marketplace
    complaints: pa.Table
    orders: pa.Table | None
    episodes: pa.Table
    truth: Truth | None

    def history(self) -> History:
        """Complaints and orders as the detector reads them."""
        return _history_of(self.complaints, self.orders)


@dataclass(frozen=True, slots=True)
class Block:
    """Some of the market's sellers, as tables."""

    sellers: pa.Array
    complaints: pa.Table
    orders: pa.Table | None
    episodes: pa.Table
    intensity: NDArray[np.float32]
    dispersion: NDArray[np.float64]


def simulate(marketplace: Marketplace, seed: int, *, truth: bool = True) -> Simulation:
    """Simulate a whole market in memory; the same arguments give the same market.

    `truth=False` leaves out the expected complaints (4 bytes a seller, day and category).
    """
    parts = list(_light(blocks(marketplace, seed), truth=truth))
    orders = [part.orders for part in parts if part.orders is not None]
    market = _market(marketplace, seed)
    return Simulation(
        marketplace=marketplace,
        complaints=pa.concat_tables(part.complaints for part in parts).unify_dictionaries(),
        orders=pa.concat_tables(orders).unify_dictionaries() if orders else None,
        episodes=pa.concat_tables(part.episodes for part in parts),
        truth=_truth(marketplace, market, parts) if truth else None,
    )


def blocks(marketplace: Marketplace, seed: int) -> Iterator[Block]:
    """Simulate block after block of sellers, in bounded memory; together they are the market."""
    market = _market(marketplace, seed)
    for number, first in enumerate(range(0, marketplace.sellers, BLOCK)):
        rng = np.random.default_rng([seed, 1, number])
        count = min(BLOCK, marketplace.sellers - first)
        ids = seller_ids(first, count, of=marketplace.sellers)
        population = population_of(marketplace, market, count, rng)
        planted = episodes_in(marketplace, population, rng)
        filed = filed_by(marketplace, market, population, planted, number, rng)
        complaints = complaints_table(filed, ids, market, number)
        if marketplace.groups:
            own = np.random.default_rng([seed, 2, number])  # leaves all else as it is without
            group = groups_of(marketplace.groups, filed.seller, count, own)
            complaints = with_groups(complaints, group, marketplace.groups)
        orders = orders_table(population, ids, market) if marketplace.orders_recorded else None
        if marketplace.linked_share:
            ordered = ordered_by(population, market, rng)
            linked = linked_orders(
                marketplace.linked_share, filed, ordered, population, market, rng
            )
            complaints = with_orders_named(complaints, linked, number)
            orders = raw_orders_table(ordered, ids, number)
        episodes = episodes_table(planted, ids, market, number)
        truth = population.intensity, population.dispersion
        yield Block(ids, complaints, orders, episodes, *truth)


def _market(marketplace: Marketplace, seed: int) -> Market:
    return draw_market(marketplace, np.random.default_rng([seed, 0]))


def _light(parts: Iterator[Block], *, truth: bool) -> Iterator[Block]:
    """Blocks without the expected complaints where nobody asked for them."""
    none = np.zeros((0, 0, 0), dtype=np.float32)
    for part in parts:
        intensity = part.intensity if truth else none
        yield replace(part, intensity=intensity)


def _truth(marketplace: Marketplace, market: Market, parts: list[Block]) -> Truth:
    return Truth(
        sellers=tuple(pa.chunked_array([part.sellers for part in parts]).to_pylist()),
        categories=market.categories,
        first_day=market.first_day,
        intensity=np.concatenate([part.intensity for part in parts]),
        dispersion=np.concatenate([part.dispersion for part in parts]),
        linear_dispersion=marketplace.linear_dispersion,
        delay=market.delay,
        market_factors=market.complaints,
    )


def _history_of(complaints: pa.Table, orders: pa.Table | None) -> History:
    present = [complaints["seller_id"]] + ([] if orders is None else [orders["seller_id"]])
    sellers = sorted({name for column in present for name in column.unique().to_pylist()})
    categories = sorted(complaints["category"].unique().to_pylist())
    decided = complaints["decided_at"].cast(pa.int64()).fill_null(UNDECIDED)
    names = complaints["outcome"].combine_chunks().dictionary.to_pylist()
    table = Complaints(
        seller=_codes(complaints["seller_id"], sellers, np.int32),
        filed_at=complaints["filed_at"].cast(pa.int64()).to_numpy(),
        category=_codes(complaints["category"], categories, np.int32),
        buyer=complaints["buyer_id"].dictionary_encode().combine_chunks().indices.to_numpy(),
        evidence=complaints["evidence_count"].to_numpy(),
        outcome=_codes(complaints["outcome"], names, np.int8),
        decided_at=decided.to_numpy(),
    )
    groups: list[str] = []
    if "group" in complaints.column_names:
        groups = sorted(complaints["group"].unique().to_pylist())
        table = replace(table, group=_codes(complaints["group"], groups, np.int32))
    if orders is not None and "order_id" in orders.column_names:
        table = replace(table, delay_days=_delays(complaints, orders))
    daily = None if orders is None else _daily(orders, sellers)
    table = sorted_complaints(table)
    return History(tuple(sellers), tuple(categories), table, daily, tuple(groups))


def _daily(orders: pa.Table, sellers: list[str]) -> Orders:
    codes = _codes(orders["seller_id"], sellers, np.int32)
    if "order_id" in orders.column_names:
        day = orders["ordered_at"].cast(pa.int64()).to_numpy() // DAY_US
        return daily_orders(codes, day.astype(np.int32), np.ones(len(day)))
    day = orders["day"].cast(pa.int32()).to_numpy()
    return daily_orders(codes, day, orders["orders"].to_numpy().astype(np.float64))


def _delays(complaints: pa.Table, orders: pa.Table) -> NDArray[np.float32]:
    named, known = (t["order_id"].cast(TEXT).combine_chunks() for t in (complaints, orders))
    links = LinkedOrders(hashes_of(named))
    links.add(hashes_of(known), orders["ordered_at"].cast(pa.int64()).to_numpy())
    filed_at = complaints["filed_at"].cast(pa.int64()).to_numpy()
    return links.delay_days(hashes_of(named), filed_at)


def _codes(column: pa.ChunkedArray, names: list[str], dtype: type[np.generic]) -> NDArray[Any]:
    place = {name: code for code, name in enumerate(names)}
    parts = [
        np.array([place.get(name, 0) for name in chunk.dictionary.to_pylist()], dtype=dtype)[
            chunk.indices.to_numpy()
        ]
        for chunk in column.chunks
        if len(chunk)
    ]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=dtype)
