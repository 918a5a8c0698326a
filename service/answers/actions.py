"""What can be done with answers; each inside one transaction."""

from __future__ import annotations

from sqlalchemy import Connection

from detector.rules import Policies
from service.access.keys import Caller
from service.answers import store
from service.answers.rules import Facts, answer_until, notice_text, stakes_of
from service.answers.schemas import Answer, AnswerShown, NoticeShown
from service.audit.actions import note
from service.complaints import store as complaints
from service.complaints.actions import complaint_of
from service.ledger.actions import standing_or_start
from service.refusals import AlreadyAnswered
from service.verdicts.actions import check_undecided


def file_answer(
    connection: Connection, complaint_id: str, given: Answer, *, caller: Caller, now: int
) -> AnswerShown:
    """Record what the seller says to a complaint that is not decided yet, once.

    Late is better than never: it is taken until there is a verdict. Raises NoSuchComplaint,
    AlreadyDecided (appeal instead), ComplaintWithdrawn and AlreadyAnswered.
    """
    complaint = complaint_of(connection, complaint_id)
    complaints.lock_seller(connection, complaint.seller_id)
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
    note(connection, "answer.filed", subject, at=now, caller=caller, why=given.text)
    return AnswerShown(
        complaint_id=complaint_id, text=given.text, filed_by=caller.person, filed_at=now
    )


def answer_to(connection: Connection, complaint_id: str) -> AnswerShown | None:
    """The seller's answer to a complaint, if there is one."""
    row = store.row_of(connection, complaint_id)
    if row is None:
        return None
    return AnswerShown(**{name: getattr(row, name) for name in AnswerShown.model_fields})


def notice_of(
    connection: Connection, complaint_id: str, policies: Policies, *, now: int
) -> NoticeShown:
    """What the seller is to be told of a complaint that is not decided yet.

    Raises NoSuchComplaint, AlreadyDecided and ComplaintWithdrawn.
    """
    row = complaint_of(connection, complaint_id)
    check_undecided(connection, complaint_id)
    policy = policies.at(row.filed_at)
    violation = policy.violations.get(row.category)
    least, most = (0, 0) if violation is None else stakes_of(violation.points)
    points = standing_or_start(connection, row.seller_id, policies, now=now).balance
    facts = Facts(row.category, row.filed_at, row.order_id, row.listing_id, points)
    return NoticeShown(
        complaint_id=complaint_id,
        seller_id=row.seller_id,
        category=row.category,
        filed_at=row.filed_at,
        points=points,
        points_least=least,
        points_most=most,
        answer_until=answer_until(policy, row.filed_at),
        text=notice_text(facts, policy),
    )
