"""What can be done with scores; each inside one transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row

from detector.assess import Assessment, Assessments, assess
from service.cases.opening import CaseTerms, open_cases
from service.complaints.schemas import Complaint
from service.orders.schemas import SellerDay
from service.scoring import store
from service.scoring.history import given_history, stored_history
from service.scoring.schemas import AssessmentShown, Scores
from service.trained.shelf import Model

CHUNK: Final = 1_000
"""Assessments stored by one statement."""


def score_given(
    filed: Sequence[Complaint],
    days: Sequence[SellerDay] | None,
    *,
    as_of: int,
    model: Model,
    fdr: float,
) -> Scores:
    """Score a history given in a request; nothing is stored."""
    assessments = assess(given_history(filed, days), as_of, model.trained, fdr=fdr)
    shown = [assessment_shown(_values(a)) for a in assessments.rows]
    return Scores(model=model.version, scores=shown, unknown=[])


def stored_scores(connection: Connection, seller_ids: Sequence[str]) -> Scores:
    """The current assessments of known sellers."""
    asked = list(dict.fromkeys(seller_ids))
    rows = store.assessments_of(connection, asked)
    known = {row.seller_id for row in rows}
    return Scores(
        model=rows[0].model if rows else None,
        scores=[row_shown(row) for row in rows],
        unknown=[seller_id for seller_id in asked if seller_id not in known],
    )


@dataclass(frozen=True, slots=True)
class MarketScored:
    """The market's assessments, and the marks that they answer."""

    assessments: Assessments
    model: Model
    answered: int


def assess_market(connection: Connection, *, now: int, model: Model, fdr: float) -> MarketScored:
    """Score every seller as of now; reads only, so nobody waits while it thinks."""
    answered = store.marks_until(connection)
    history = stored_history(connection, before=now)
    return MarketScored(assess(history, now, model.trained, fdr=fdr), model, answered)


def store_market(
    connection: Connection, scored: MarketScored, *, now: int, terms: CaseTerms
) -> int:
    """Store assessments and open or update the flagged sellers' cases; how many sellers."""
    rows = scored.assessments.rows
    version = scored.model.version
    stored = [{**_values(row), "reasons": _json(row.reasons), "model": version} for row in rows]
    for start in range(0, len(stored), CHUNK):
        store.replace_assessments(connection, stored[start : start + CHUNK])
    open_cases(connection, [row for row in rows if row.flagged], now=now, terms=terms)
    store.clear_marks(connection, scored.answered)
    return len(stored)


def assessment_of(connection: Connection, seller_id: str) -> AssessmentShown | None:
    """A seller's current assessment, if it has been scored."""
    rows = store.assessments_of(connection, [seller_id])
    return row_shown(rows[0]) if rows else None


def row_shown(row: Row[Any]) -> AssessmentShown:
    """A stored assessment as it is told."""
    values = {name: getattr(row, name) for name in AssessmentShown.model_fields}
    return assessment_shown({**values, "reasons": json.loads(row.reasons)})


def assessment_shown(values: dict[str, Any]) -> AssessmentShown:
    """An assessment as it is told."""
    return AssessmentShown(**values)


def _values(assessment: Assessment) -> dict[str, Any]:
    return {
        "seller_id": assessment.seller_id,
        "as_of": assessment.as_of,
        "score": float(assessment.score),
        "surprise": float(assessment.surprise),
        "p_value": float(assessment.p_value),
        "q_value": float(assessment.q_value),
        "flagged": bool(assessment.flagged),
        "rank": int(assessment.rank),
        "reasons": list(assessment.reasons),
        "suspicion": assessment.suspicion,
    }


def _json(value: Any) -> str:  # noqa: ANN401
    return json.dumps(list(value), ensure_ascii=False)
