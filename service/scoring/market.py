"""What a worker knows of the whole market while it scores a few sellers."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, delete, insert, select

from detector.evidence.calibration import q_values_among
from detector.expectation.baseline import Market
from service.scoring.tables import assessments, market_snapshots

Array = NDArray[np.float64]
KEPT = 2
"""Snapshots kept: the last, and the one before it for workers that still use it."""


@dataclass
class MarketView:
    """The market's factors at the last snapshot, and every seller's latest p-value and score."""

    as_of: int
    model: str
    has_orders: bool
    market: Market
    place: dict[str, int]
    p_value: Array
    score: Array

    def placed(
        self, seller_ids: tuple[str, ...], p_value: Array, score: Array
    ) -> tuple[Array, NDArray[np.intp]]:
        """Take in the sellers' new numbers; their q-values and ranks among all sellers."""
        fresh = [seller for seller in seller_ids if seller not in self.place]
        for seller in fresh:
            self.place[seller] = len(self.place)
        self.p_value = np.concatenate([self.p_value, np.ones(len(fresh))])
        self.score = np.concatenate([self.score, np.full(len(fresh), -np.inf)])
        rows = np.array([self.place[seller] for seller in seller_ids], dtype=np.int64)
        self.p_value[rows] = p_value
        self.score[rows] = score
        rank = len(self.score) + 1 - np.searchsorted(np.sort(self.score), score, side="right")
        return q_values_among(p_value, self.p_value), rank


def save_snapshot(
    connection: Connection, *, as_of: int, model: str, has_orders: bool, market: Market
) -> None:
    """Keep the market's factors for every worker; older ones go."""
    stream = io.BytesIO()
    np.savez(stream, factor=market.factor, complaints=market.complaints)
    values = {"as_of": as_of, "model": model, "has_orders": has_orders}
    connection.execute(delete(market_snapshots).where(market_snapshots.c.as_of == as_of))
    connection.execute(insert(market_snapshots).values(arrays=stream.getvalue(), **values))
    newest = select(market_snapshots.c.as_of).order_by(market_snapshots.c.as_of.desc()).limit(KEPT)
    kept = list(connection.execute(newest).scalars())
    connection.execute(delete(market_snapshots).where(market_snapshots.c.as_of < kept[-1]))


def newest_snapshot(connection: Connection) -> tuple[int, str] | None:
    """Instant and model of the last snapshot."""
    query = select(market_snapshots.c.as_of, market_snapshots.c.model)
    row = connection.execute(query.order_by(market_snapshots.c.as_of.desc()).limit(1)).one_or_none()
    return None if row is None else (row.as_of, row.model)


def load_view(connection: Connection) -> MarketView | None:
    """The last snapshot with every seller's stored numbers; None before there is one."""
    row = connection.execute(
        select(market_snapshots).order_by(market_snapshots.c.as_of.desc()).limit(1)
    ).one_or_none()
    if row is None:
        return None
    with np.load(io.BytesIO(row.arrays), allow_pickle=False) as arrays:
        market = Market(arrays["factor"], arrays["complaints"])
    columns = (assessments.c.seller_id, assessments.c.p_value, assessments.c.score)
    stored = connection.execute(select(*columns).where(assessments.c.model == row.model)).all()
    return MarketView(
        as_of=row.as_of,
        model=row.model,
        has_orders=row.has_orders,
        market=market,
        place={seller.seller_id: number for number, seller in enumerate(stored)},
        p_value=np.array([seller.p_value for seller in stored], dtype=np.float64),
        score=np.array([seller.score for seller in stored], dtype=np.float64),
    )
