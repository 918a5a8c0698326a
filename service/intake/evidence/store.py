"""All SQL of the evidence slice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, or_, select

from service.database.engine import among, is_postgresql
from service.database.sealing import seal
from service.intake.complaints.tables import complaints
from service.intake.evidence.likeness import bands_of
from service.intake.evidence.tables import evidence, likenesses

CANDIDATES_MAX: Final = 500
"""Pictures looked at that share a band with one: more are a picture that everybody has."""


def lock_file(connection: Connection, sha: str) -> None:
    """Lock a file, by its SHA-256 in hex, until the transaction ends.

    Files are shared by content. To add a piece with one, or to remove one, takes this lock. On
    SQLite a writing transaction locks the whole store already.
    """
    if is_postgresql(connection):
        number = int.from_bytes(bytes.fromhex(sha[:16]), signed=True)
        connection.execute(select(func.pg_advisory_xact_lock(number)))


def lock_complaint(connection: Connection, complaint_id: str) -> None:
    """Lock a complaint until the transaction ends, so that its pieces are counted rightly."""
    query = select(complaints.c.complaint_id).where(complaints.c.complaint_id == complaint_id)
    connection.execute(query.with_for_update())


def count_pieces(connection: Connection, complaint_id: str, party: str) -> int:
    """How many pieces of evidence a party has with a complaint."""
    theirs = (evidence.c.complaint_id == complaint_id, evidence.c.party == party)
    return connection.execute(select(func.count()).where(*theirs)).scalar_one()


def insert_piece(connection: Connection, row: dict[str, Any]) -> None:
    """Store a piece of evidence."""
    connection.execute(insert(evidence).values(row))
    seal(connection, evidence, row["evidence_id"])


def insert_likeness(connection: Connection, evidence_id: str, likeness: str) -> None:
    """Store how a picture looks."""
    bands = {f"band_{number}": band for number, band in enumerate(bands_of(likeness))}
    row = {"evidence_id": evidence_id, "likeness": likeness, **bands}
    connection.execute(insert(likenesses).values(row))


def likenesses_of(connection: Connection, complaint_id: str) -> Sequence[Row[str, str]]:
    """How the pictures with a complaint look, by piece of evidence."""
    query = select(likenesses.c.evidence_id, likenesses.c.likeness).join(
        evidence, evidence.c.evidence_id == likenesses.c.evidence_id
    )
    its = query.where(evidence.c.complaint_id == complaint_id)
    return connection.execute(its.order_by(evidence.c.added_at, evidence.c.evidence_id)).all()


def candidates(
    connection: Connection, likeness: str, *, without: str
) -> Sequence[Row[str, str, str, str | None]]:
    """Pictures with other complaints that may look like this, the oldest first."""
    columns = [likenesses.c[f"band_{number}"] for number in range(len(bands_of(likeness)))]
    shares = or_(
        *(column == band for column, band in zip(columns, bands_of(likeness), strict=True))
    )
    query = (
        select(
            likenesses.c.evidence_id,
            likenesses.c.likeness,
            evidence.c.complaint_id,
            complaints.c.buyer_id,
        )
        .join(evidence, evidence.c.evidence_id == likenesses.c.evidence_id)
        .join(complaints, complaints.c.complaint_id == evidence.c.complaint_id)
        .where(shares, evidence.c.complaint_id != without)
    )
    ordered = query.order_by(evidence.c.added_at, evidence.c.evidence_id)
    return connection.execute(ordered.limit(CANDIDATES_MAX)).all()


def forget_likenesses(connection: Connection, evidence_ids: Sequence[str]) -> None:
    """Forget how some pictures looked."""
    for start in range(0, len(evidence_ids), 500):
        some = likenesses.c.evidence_id.in_(evidence_ids[start : start + 500])
        connection.execute(delete(likenesses).where(some))


def piece_of(connection: Connection, evidence_id: str) -> Row[Any] | None:
    """One piece of evidence."""
    query = select(evidence).where(evidence.c.evidence_id == evidence_id)
    return connection.execute(query).one_or_none()


def pieces_of(connection: Connection, complaint_ids: Sequence[str]) -> Sequence[Row[Any]]:
    """The evidence of a page of complaints, oldest first."""
    query = select(evidence).where(among(connection, evidence.c.complaint_id, complaint_ids))
    return connection.execute(query.order_by(evidence.c.added_at, evidence.c.evidence_id)).all()


def kinds_on_file(connection: Connection, complaint_id: str) -> dict[str, tuple[str, ...]]:
    """The kinds of evidence that lie with a complaint, by party; nobody can look at erased ones."""
    query = select(evidence.c.party, evidence.c.kind).where(
        evidence.c.complaint_id == complaint_id, evidence.c.erased_at.is_(None)
    )
    ordered = query.order_by(evidence.c.added_at, evidence.c.evidence_id)
    found: dict[str, list[str]] = {"complainant": [], "seller": []}
    for row in connection.execute(ordered):
        found[row.party].append(row.kind)
    return {party: tuple(kinds) for party, kinds in found.items()}


def ids_on_file(connection: Connection, complaint_id: str) -> list[str]:
    """The pieces of evidence that lie with a complaint, both parties', without erased ones."""
    query = select(evidence.c.evidence_id).where(
        evidence.c.complaint_id == complaint_id, evidence.c.erased_at.is_(None)
    )
    return list(connection.execute(query).scalars())


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
