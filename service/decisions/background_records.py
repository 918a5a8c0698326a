"""All SQL of what statements tell of decisions besides what the log of a seller holds."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection, exists, or_, select

from detector.rules.reports.elements import Background
from service.database.engine import among
from service.decisions.tables import verdicts
from service.leases.tables import cases

CHUNK: Final = 500
"""Verdicts named by one statement."""


def background_of(connection: Connection, verdict_ids: Collection[str]) -> Background:
    """The reasons of verdicts, and which were given while the detector's case was open.

    Every case is one that the detector opened. One that a verdict closed was open for it.
    """
    is_detected = exists().where(
        cases.c.seller_id == verdicts.c.seller_id,
        cases.c.opened_at <= verdicts.c.decided_at,
        or_(cases.c.closed_at.is_(None), cases.c.closed_at >= verdicts.c.decided_at),
    )
    reasons, detected, ids = {}, set(), sorted(verdict_ids)
    for start in range(0, len(ids), CHUNK):
        query = select(verdicts.c.verdict_id, verdicts.c.reason, is_detected).where(
            among(connection, verdicts.c.verdict_id, ids[start : start + CHUNK])
        )
        for verdict_id, reason, was_open in connection.execute(query):
            reasons[verdict_id] = reason
            if was_open:
                detected.add(verdict_id)
    return Background(reasons, frozenset(detected))
