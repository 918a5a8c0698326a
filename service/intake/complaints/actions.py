"""What can be done with complaints; each inside one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from detector.errors import BadInput
from detector.instants import text_of
from detector.rules.events import NOTICE
from service.intake.complaints import store
from service.intake.complaints.schemas import Complaint, ComplaintFacts
from service.refusals import ComplaintDiffers, NoSuchComplaint


def file_complaints(
    connection: Connection, filed: Sequence[Complaint], *, now: int, skew_us: int
) -> int:
    """Store complaints; how many were new.

    A complaint filed again with the same body changes nothing. Raises ComplaintDiffers when an id
    is taken by another body, BadInput when a time is in the future; then nothing is stored.
    """
    for complaint in filed:
        _check_not_future(complaint, now + skew_us)
    # A client's clock may run ahead; such a complaint exists from its own instant on.
    latest = max(complaint.filed_at for complaint in filed)
    rows = [_row(complaint, now) for complaint in filed]
    stored = store.file_complaints(connection, rows, marked_at=max(now, latest + 1))
    if stored < len(filed):
        _check_same(connection, filed)
    return stored


def complaint_of(connection: Connection, complaint_id: str) -> Row[Any]:
    """One complaint's row; NoSuchComplaint when there is none."""
    row = store.complaint_of(connection, complaint_id)
    if row is None:
        raise NoSuchComplaint(f"no complaint has the id {complaint_id!r}")
    return row


def facts_of(row: Row[Any]) -> ComplaintFacts:
    """A complaint's row as it is shown."""
    return ComplaintFacts(**{name: getattr(row, name) for name in ComplaintFacts.model_fields})


def _check_not_future(complaint: Complaint, latest: int) -> None:
    for name, instant in (("filed_at", complaint.filed_at), ("decided_at", complaint.decided_at)):
        if instant is not None and instant > latest:
            fault = f"{name} {text_of(instant)} is in the future"
            raise BadInput(f"complaint {complaint.complaint_id!r}: {fault}")


def _check_same(connection: Connection, filed: Sequence[Complaint]) -> None:
    stored = store.fingerprints_of(connection, [c.complaint_id for c in filed])
    for complaint in filed:
        known = stored[complaint.complaint_id]
        if (
            known and known != complaint.fingerprint()
        ):  # an erased one stays erased, whatever is sent
            raise ComplaintDiffers(
                f"complaint {complaint.complaint_id!r} was filed before with another body"
            )


def _row(complaint: Complaint, now: int) -> dict[str, Any]:
    return {
        **complaint.model_dump(),
        "outcome": complaint.outcome.value,
        "source": None if complaint.source == NOTICE else complaint.source,
        "fingerprint": complaint.fingerprint(),
        "recorded_at": now,
    }
