"""What can be done with scores; each inside one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row

from detector.assess import Assessment, Assessments, assess, market_at
from detector.expectation.baseline import Market
from service.assessments.active_model import Model
from service.cases.opening import CaseTerms, open_cases
from service.intake.complaints.schemas import Complaint
from service.intake.orders.schemas import SellerDay
from service.scoring import store
from service.scoring.history import given_history, stored_history
from service.scoring.schemas import AssessmentShown, Scores

PORTION: Final = 1_000
"""Assessments of the whole market stored in one transaction."""
FLAGGED_PORTION: Final = 50
"""The same of flagged sellers, each of which may open a case: whoever is scored live meanwhile
waits for no more than that."""


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
    """The market's assessments, its factors, and the marks that they answer."""

    assessments: Assessments
    market: Market
    has_orders: bool
    answered: list[int]


def assess_market(connection: Connection, *, now: int, model: Model, fdr: float) -> MarketScored:
    """Score every seller as of now; reads only, so nobody waits while it thinks."""
    # The marks first: a complaint that comes in between is scored now and once more later.
    answered = store.mark_ids(connection, now)
    history = stored_history(connection, before=now).as_of(now)
    market = market_at(history, now, model.trained)
    found = assess(history, now, model.trained, fdr=fdr, market=market)
    return MarketScored(found, market, history.orders is not None, answered)


def portions_of(rows: Sequence[Assessment]) -> Iterator[Sequence[Assessment]]:
    """All of a market's assessments, as many at a time as one transaction should hold."""
    flagged = [row for row in rows if row.flagged]
    others = [row for row in rows if not row.flagged]
    for part, size in ((flagged, FLAGGED_PORTION), (others, PORTION)):
        for start in range(0, len(part), size):
            yield part[start : start + size]


def store_assessments(
    connection: Connection,
    rows: Sequence[Assessment],
    *,
    now: int,
    model: str,
    terms: CaseTerms,
) -> None:
    """Store assessments, unless newer ones are there, and open or update the flagged cases."""
    stored = [{**_values(row), "reasons": _json(row.reasons), "model": model} for row in rows]
    store.replace_assessments(connection, stored)
    open_cases(connection, [row for row in rows if row.flagged], now=now, terms=terms)


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
