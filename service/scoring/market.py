"""What a worker knows of the whole market while it scores a few sellers."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from detector.evidence.false_alarms import false_alarms
from detector.expectation.baseline import Market
from detector.expectation.groups import NO_GROUPS, Groups
from detector.expectation.own_season import MarketWeeks
from detector.expectation.shares import Shares
from service.assessments.store import scores_by
from service.scoring import store

Array = NDArray[np.float64]


@dataclass
class MarketView:
    """The market's factors at the last snapshot, and every seller's latest p-value and score."""

    as_of: int
    model: str
    has_orders: bool
    market: Market
    place: dict[str, int]
    p_value: Array
    strongest: Array
    """Each seller's smallest p-value of the last four weeks."""
    score: Array
    days: float
    """Days of those four weeks on which sellers were looked at."""
    flags_held: str | None = None
    """Why nobody is flagged, as a sentence; None where sellers are."""

    def placed(
        self, seller_ids: tuple[str, ...], p_value: Array, score: Array, looks: float
    ) -> tuple[Array, Array, NDArray[np.intp]]:
        """Take in the sellers' new numbers; their q-values, chances of being false, and ranks.

        `looks` is how often chance had a try at a seller.
        """
        fresh = [seller for seller in seller_ids if seller not in self.place]
        for seller in fresh:
            self.place[seller] = len(self.place)
        self.p_value = np.concatenate([self.p_value, np.ones(len(fresh))])
        self.strongest = np.concatenate([self.strongest, np.ones(len(fresh))])
        self.score = np.concatenate([self.score, np.full(len(fresh), -np.inf)])
        rows = np.array([self.place[seller] for seller in seller_ids], dtype=np.int64)
        self.p_value[rows] = p_value
        self.strongest[rows] = np.minimum(self.strongest[rows], p_value)
        self.score[rows] = score
        rank = len(self.score) + 1 - np.searchsorted(np.sort(self.score), score, side="right")
        q_value, false_chance = false_alarms(p_value, self.p_value, self.strongest, looks)
        return q_value, false_chance, rank


def _groups_in(arrays: Mapping[str, NDArray[Any]]) -> Groups:
    if "group_scale" not in arrays:
        return NO_GROUPS  # a snapshot of an earlier version, which looked at none
    names = tuple(json.loads(str(arrays["group_names"])))
    shares, *parts = (
        arrays[f"group_{part}"] for part in ("shares", "seen", "due", "scatter", "scale")
    )
    return Groups(names, shares, float(arrays["groups_named"]), *parts)


def load_view(connection: Connection, *, now: int) -> MarketView | None:
    """The last snapshot with every seller's stored numbers.

    None before there is one, or where an earlier version of the detector took it.
    """
    row = store.last_snapshot(connection, now=now)
    if row is None:
        return None
    with np.load(io.BytesIO(row.arrays), allow_pickle=False) as arrays:
        if "in_blocks" not in arrays:
            return None  # a snapshot of an earlier version, whose models are not used any more
        market = Market(
            arrays["factor"],
            arrays["complaints"],
            arrays["in_blocks"],
            MarketWeeks(arrays["weeks_seen"], arrays["weeks_due"]),
            Shares(arrays["shares_lately"], arrays["shares_before"]),
            _groups_in(arrays),
        )
    stored = scores_by(connection, row.model)
    sellers = tuple(seller.seller_id for seller in stored)
    p_value = np.array([seller.p_value for seller in stored], dtype=np.float64)
    lately = store.stood_out_lately(connection, row.as_of)
    return MarketView(
        as_of=row.as_of,
        model=row.model,
        has_orders=row.has_orders,
        market=market,
        place={seller: number for number, seller in enumerate(sellers)},
        p_value=p_value,
        strongest=np.minimum(p_value, lately.smallest(sellers, row.as_of)),
        score=np.array([seller.score for seller in stored], dtype=np.float64),
        days=lately.days_at(row.as_of),
        flags_held=None if row.unused is None else json.loads(row.unused).get("flags_held"),
    )
