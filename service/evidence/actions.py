"""What can be done with evidence; each inside one transaction."""

from __future__ import annotations

from secrets import token_hex

from sqlalchemy import Connection, insert, select

from service.evidence.schemas import EvidenceLink, EvidenceShown
from service.evidence.tables import evidence


def add_link(
    connection: Connection, complaint_id: str, given: EvidenceLink, *, by: str, now: int
) -> EvidenceShown:
    """Add evidence that lies elsewhere to a complaint that exists."""
    row = {
        "evidence_id": f"e_{token_hex(8)}",
        "complaint_id": complaint_id,
        "kind": given.kind,
        "link": given.link,
        "note": given.note,
        "added_by": by,
        "added_at": now,
    }
    connection.execute(insert(evidence).values(row))
    return EvidenceShown(**{"sha256": None, "media_type": None, "bytes": None, **row})


def evidence_of(connection: Connection, complaint_id: str) -> list[EvidenceShown]:
    """The evidence of a complaint, oldest first."""
    rows = connection.execute(
        select(evidence)
        .where(evidence.c.complaint_id == complaint_id)
        .order_by(evidence.c.added_at, evidence.c.evidence_id)
    )
    names = EvidenceShown.model_fields
    return [EvidenceShown(**{name: getattr(row, name) for name in names}) for row in rows]


def kinds_of(connection: Connection, complaint_id: str) -> list[str]:
    """The kinds of evidence that lie with a complaint."""
    return [piece.kind for piece in evidence_of(connection, complaint_id)]
