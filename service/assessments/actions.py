"""What the machine says about sellers, stored and shown; each inside one transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from detector.assess import Assessment
from service.assessments import store
from service.assessments.schemas import AssessmentShown, FindingShown


def store_assessments(
    connection: Connection, rows: Sequence[Assessment], *, now: int, model: str
) -> None:
    """Store assessments that a model made, unless newer ones are there."""
    stored = [
        {
            **_values(row),
            "reasons": _json(row.reasons),
            "findings": findings_text(row),
            "model": model,
        }
        for row in rows
    ]
    store.replace_assessments(connection, stored, now=now)


def assessment_of(connection: Connection, seller_id: str) -> AssessmentShown | None:
    """A seller's current assessment, if it has been scored."""
    rows = store.assessments_of(connection, [seller_id])
    return assessment_in(rows[0]) if rows else None


def assessment_in(row: Row[Any]) -> AssessmentShown:
    """A stored row as an assessment."""
    values = {name: getattr(row, name) for name in AssessmentShown.model_fields}
    read = {"reasons": json.loads(row.reasons), "findings": findings_in(row.findings)}
    return AssessmentShown(**{**values, **read})


def findings_in(text: str | None) -> list[FindingShown]:
    """What `findings_text` wrote; none of a row that is older."""
    return [FindingShown(**one) for one in json.loads(text or "[]")]


def findings_text(assessment: Assessment) -> str:
    """An assessment's findings as they are stored: JSON."""
    return json.dumps([one.model_dump() for one in _findings(assessment)], ensure_ascii=False)


def _findings(assessment: Assessment) -> list[FindingShown]:
    names = FindingShown.model_fields
    return [
        FindingShown(**{name: getattr(one, name) for name in names}) for one in assessment.findings
    ]


def assessment_shown(assessment: Assessment) -> AssessmentShown:
    """An assessment of the detector's, its numbers as plain Python's."""
    return AssessmentShown(**_values(assessment), findings=_findings(assessment))


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


def _json(reasons: Sequence[str]) -> str:
    return json.dumps(list(reasons), ensure_ascii=False)
