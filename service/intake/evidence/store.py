"""All SQL of the evidence slice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from service.audit.sealing import seal
from service.database.engine import among
from service.intake.evidence.tables import evidence


def insert_piece(connection: Connection, row: dict[str, Any]) -> None:
    """Store a piece of evidence."""
    connection.execute(insert(evidence).values(row))
    seal(connection, evidence, row["evidence_id"])


def piece_of(connection: Connection, evidence_id: str) -> Row[Any] | None:
    """One piece of evidence."""
    query = select(evidence).where(evidence.c.evidence_id == evidence_id)
    return connection.execute(query).one_or_none()


def pieces_of(connection: Connection, complaint_id: str) -> Sequence[Row[Any]]:
    """The evidence of a complaint, oldest first."""
    query = select(evidence).where(evidence.c.complaint_id == complaint_id)
    return connection.execute(query.order_by(evidence.c.added_at, evidence.c.evidence_id)).all()


def kinds_by_complaint(
    connection: Connection, complaint_ids: Sequence[str]
) -> dict[str, list[str]]:
    """The different kinds of evidence of a page of complaints, sorted, without the seller's own."""
    query = select(evidence.c.complaint_id, evidence.c.kind).where(
        among(connection, evidence.c.complaint_id, complaint_ids),
        evidence.c.party == "complainant",
    )
    found: dict[str, set[str]] = {}
    for row in connection.execute(query):
        found.setdefault(row.complaint_id, set()).add(row.kind)
    return {complaint_id: sorted(kinds) for complaint_id, kinds in found.items()}
