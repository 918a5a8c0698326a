"""All SQL of the search: one look by key for each kind of thing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Column, Connection, FromClause, null, select

from service.decisions.tables import appeals, sanctions, verdicts
from service.intake.complaints.tables import complaints
from service.intake.evidence.tables import evidence
from service.leases.tables import cases
from service.sellers.tables import sellers
from service.views.search.schemas import Hit, Kind

ORDER_MAX: Final = 50
"""Complaints told of one order."""

_KEYS: Final[tuple[tuple[Kind, Column[Any], FromClause, FromClause | None], ...]] = (
    ("seller", sellers.c.seller_id, sellers, None),
    ("complaint", complaints.c.complaint_id, complaints, complaints),
    ("order", complaints.c.order_id, complaints, complaints),
    ("case", cases.c.case_id, cases, None),
    ("sanction", sanctions.c.sanction_id, sanctions, None),
    ("verdict", verdicts.c.verdict_id, verdicts, verdicts),
    ("appeal", appeals.c.appeal_id, verdicts, verdicts),
    ("evidence", evidence.c.evidence_id, complaints, complaints),
)
"""A kind's key, and the tables that name its seller and its complaint."""


def hits(connection: Connection, name: str) -> Iterator[Hit]:
    """Everything that has exactly this id, kind by kind."""
    for kind, key, of_seller, of_complaint in _KEYS:
        complaint = null() if of_complaint is None else of_complaint.c.complaint_id
        query = select(of_seller.c.seller_id, complaint.label("complaint_id")).where(key == name)
        if key.table is not of_seller:
            query = query.select_from(key.table.join(of_seller))
        for row in connection.execute(query.order_by(key).limit(ORDER_MAX)):
            yield Hit(kind=kind, seller_id=row.seller_id, complaint_id=row.complaint_id)
