"""What can be done with answers; each inside one transaction."""

from __future__ import annotations

from sqlalchemy import Connection

from service.answers import store
from service.answers.schemas import Answer, AnswerShown
from service.audit import actions as audit
from service.decisions.verdicts.actions import check_undecided
from service.http.access.keys import Caller
from service.intake.complaints import store as complaints
from service.intake.complaints.actions import locked_complaint
from service.refusals import AlreadyAnswered


def file_answer(
    connection: Connection, complaint_id: str, given: Answer, *, caller: Caller, now: int
) -> AnswerShown:
    """Record what the seller says to a complaint that is not decided yet, once.

    Late is better than never: it is taken until there is a verdict. Raises NoSuchComplaint,
    AlreadyDecided (appeal instead), ComplaintWithdrawn and AlreadyAnswered.
    """
    locked_complaint(connection, complaint_id)
    check_undecided(connection, complaint_id)
    if store.row_of(connection, complaint_id) is not None:
        raise AlreadyAnswered(f"complaint {complaint_id!r} was answered before; add evidence")
    store.add(
        connection,
        complaint_id=complaint_id,
        text=given.text,
        filed_by=caller.person,
        filed_at=now,
    )
    complaints.note_words(connection, complaint_id)
    subject = f"complaint {complaint_id}"
    audit.record(connection, "answer.filed", subject, at=now, caller=caller, why=given.text)
    return AnswerShown(
        complaint_id=complaint_id, text=given.text, filed_by=caller.person, filed_at=now
    )


def answer_to(connection: Connection, complaint_id: str) -> AnswerShown | None:
    """The seller's answer to a complaint, if there is one."""
    row = store.row_of(connection, complaint_id)
    if row is None:
        return None
    return AnswerShown(**{name: getattr(row, name) for name in AnswerShown.model_fields})
