"""Scoring a few sellers as their complaints arrive, with the same functions as a batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection

from detector.assess import Assessment, Scored, score_sellers
from detector.evidence.false_alarms import looks_in_window
from detector.evidence.reasons import with_chance
from detector.history.history import History
from models.detectors import LoadedDetector
from service.scoring import store
from service.scoring.history.histories import sellers_history
from service.scoring.market import MarketView


def lease_requested(
    connection: Connection, *, worker: str, now: int, limit: int, only: Sequence[str] | None
) -> dict[str, list[int]]:
    """Lease the sellers of the oldest due requests that nobody else has: all their requests."""
    wanted = store.free_sellers(connection, now=now, limit=limit, only=only)
    mine = store.lease_sellers(connection, wanted, worker=worker, now=now)
    return store.due_requests(connection, now=now, only=sorted(mine)) if mine else {}


def score_leased(
    connection: Connection,
    seller_ids: Sequence[str],
    *,
    now: int,
    model: LoadedDetector,
    view: MarketView,
    fdr: float,
) -> list[Assessment]:
    """Assess the sellers as of now, each as a batch of the whole market would."""
    known = sellers_history(connection, seller_ids, before=now, has_orders=view.has_orders).as_of(
        now
    )
    if not known.sellers:
        return []
    scored = score_sellers(known, now, model.trained, view.market)
    return _assessments(known, scored, now, model, view, fdr)


def _assessments(
    known: History, scored: Scored, now: int, model: LoadedDetector, view: MarketView, fdr: float
) -> list[Assessment]:
    p_value = model.trained.calibration.p_value(scored.score)
    days = model.trained.settings.windows_days
    looks = looks_in_window(days, view.days)
    q_value, chance, rank = view.placed(known.sellers, p_value, scored.score, looks)
    said = with_chance(
        scored.reasons, p_value, q_value, len(view.score), days, fdr=fdr, is_cut=scored.is_cut
    )
    columns: list[Any] = [scored.score, scored.surprise, p_value, q_value, rank, scored.brigade]
    rows = zip(
        known.sellers,
        said,
        scored.findings,
        scored.kinds,
        *(np.asarray(c).tolist() for c in (*columns, chance)),
        strict=True,
    )
    found = [
        Assessment(
            seller_id=seller_id,
            as_of=now,
            score=score,
            surprise=surprise,
            p_value=p,
            q_value=q,
            flagged=q < fdr,
            rank=place,
            reasons=reasons,
            suspicion="brigade" if brigade else "seller",
            false_chance=false_chance,
            findings=findings,
            kinds=kinds,
        )
        for (
            seller_id,
            reasons,
            findings,
            kinds,
            score,
            surprise,
            p,
            q,
            place,
            brigade,
            false_chance,
        ) in rows
    ]
    why = view.flags_held
    return found if why is None else [one.held(why) for one in found]
