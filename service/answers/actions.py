"""What can be done with answers; each inside one transaction."""

from __future__ import annotations

from service.answers import store
from service.answers.schemas import Answer
from service.decisions import records
from service.decisions.schemas import AnswerShown
from service.decisions.transaction import Transaction
from service.decisions.verdicts.rules import check_undecided
from service.intake.complaints import store as complaints
from service.refusals import AlreadyAnswered


def file_answer(transaction: Transaction, complaint_id: str, given: Answer) -> AnswerShown:
    """Record what the seller says to a complaint that is not decided yet, once.

    Late is better than never: it is taken until there is a verdict. Raises NoSuchComplaint,
    AlreadyDecided (appeal instead), ComplaintWithdrawn, AlreadyAnswered, PartyMissing and
    SameModerator (who decides it answers for nobody).
    """
    connection = transaction.connection
    file = records.locked_complaint(connection, complaint_id)
    transaction.check_acts_for(given.by, file.deciders)
    check_undecided(file)
    if file.answer is not None:
        raise AlreadyAnswered(f"complaint {complaint_id!r} was answered before; add evidence")
    answer = AnswerShown(
        complaint_id=complaint_id,
        text=given.text,
        filed_by=transaction.caller.person,
        filed_at=transaction.now,
    )
    store.add(connection, **answer.model_dump())
    complaints.mark_unerased(connection, complaint_id)
    subject, facts = f"complaint {complaint_id}", {"by": "seller"}
    seller_id = file.complaint.seller_id
    transaction.record("answer.filed", subject, given.text, after=facts, seller_id=seller_id)
    return answer
