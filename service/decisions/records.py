"""All SQL of decisions about complaints: what is on file, read in one place, and what is added."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    FromClause,
    Row,
    and_,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)

from detector.rules import Policies
from service.audit.actions import spokespeople_of
from service.database.engine import among, reach_of
from service.database.sealing import seal
from service.decisions.decision_file import ComplaintFile, DecisionFile, Proposal
from service.decisions.log_records import log_of
from service.decisions.schemas import (
    AnswerShown,
    AppealShown,
    Verdict,
    VerdictShown,
    WithdrawalShown,
)
from service.decisions.tables import (
    answers,
    appeals,
    ledger_events,
    proposals,
    verdicts,
    withdrawals,
)
from service.decisions.versions import Version, version_of
from service.intake.complaints.schemas import ComplaintFacts
from service.intake.complaints.store import orders_like
from service.intake.complaints.tables import complaints
from service.intake.evidence.store import ids_on_file, kinds_on_file
from service.leases.rules import CaseState
from service.leases.tables import cases
from service.refusals import NoSuchComplaint
from service.sellers.store import lock_seller_in

AnyRow = Row[Any]


def locked_file(connection: Connection, complaint_id: str) -> DecisionFile:
    """What a decision about a complaint rests on, the seller locked until the transaction ends.

    Raises NoSuchComplaint.
    """
    lock_seller_in(connection, _SELLERS.where(complaints.c.complaint_id == complaint_id))
    return file_of(connection, complaint_id)


def locked_complaint(connection: Connection, complaint_id: str) -> ComplaintFile:
    """What is on file about a complaint, its seller locked; raises NoSuchComplaint."""
    lock_seller_in(connection, _SELLERS.where(complaints.c.complaint_id == complaint_id))
    return complaint_file(connection, complaint_id)


def complaint_file(connection: Connection, complaint_id: str) -> ComplaintFile:
    """What is on file about a complaint; raises NoSuchComplaint."""
    return ComplaintFile(**_on_file(connection, complaint_id))


def file_of(connection: Connection, complaint_id: str) -> DecisionFile:
    """What a decision about a complaint rests on; raises NoSuchComplaint."""
    known = _on_file(connection, complaint_id)
    complaint: ComplaintFacts = known["complaint"]
    kinds = kinds_on_file(connection, complaint_id)
    return DecisionFile(
        **known,
        log=log_of(connection, complaint.seller_id),
        kinds=kinds["complainant"],
        kinds_of_seller=kinds["seller"],
        spokespeople=tuple(spokespeople_of(connection, [complaint_id])),
        orders_alike=tuple(orders_like(connection, complaint.seller_id, complaint.order_id)),
    )


def version_at(
    connection: Connection, file: ComplaintFile, policies: Policies, *, now: int
) -> Version:
    """The version of a complaint at an instant."""
    complaint = file.complaint
    last = select(func.max(ledger_events.c.position)).where(
        ledger_events.c.seller_id == complaint.seller_id
    )
    position = connection.execute(last).scalar_one() or 0
    evidence_ids = ids_on_file(connection, complaint.complaint_id)
    return version_of(file, evidence_ids, position, policies.at(now))


def open_case(connection: Connection, seller_id: str, *, now: int) -> CaseState | None:
    """The seller's open case at an instant."""
    theirs = select(cases).where(cases.c.seller_id == seller_id, cases.c.status == "open")
    row = connection.execute(theirs).one_or_none()
    return None if row is None else CaseState.in_(row, now, reach_of(connection))


def _on_file(connection: Connection, complaint_id: str) -> dict[str, Any]:
    """The fields of a `ComplaintFile`, by one statement."""
    row = connection.execute(_FILES.where(complaints.c.complaint_id == complaint_id)).one_or_none()
    if row is None:
        raise NoSuchComplaint(f"no complaint has the id {complaint_id!r}")
    verdict, appeal = _values(row, verdicts), _values(row, appeals)
    proposal, withdrawal = _values(row, proposals), _values(row, withdrawals)
    answer = _values(row, answers)
    return {
        "complaint": ComplaintFacts(**_values(row, complaints)),
        "verdict": _verdict(verdict) if verdict["verdict_id"] else None,
        "is_reopened": bool(verdict["reopened"]),
        "proposal": _proposal(proposal) if proposal["complaint_id"] else None,
        "appeal": _appeal(appeal) if appeal["appeal_id"] else None,
        "answer": AnswerShown(**answer) if answer["complaint_id"] else None,
        "withdrawal": WithdrawalShown(**withdrawal) if withdrawal["complaint_id"] else None,
    }


def add_verdict(connection: Connection, verdict: VerdictShown) -> None:
    """Store a verdict that was given."""
    lists = {name: json.dumps(getattr(verdict, name)) for name in ("evidence", "seconded_by")}
    values = {**verdict.model_dump(), **lists, "reopened": False}
    connection.execute(insert(verdicts).values(values))
    seal(connection, verdicts, verdict.verdict_id)


def reverse_verdict(connection: Connection, verdict_id: str, *, at: int, reopened: bool) -> None:
    """Store that a verdict no longer stands; `reopened`: the complaint may be decided again."""
    row = update(verdicts).where(verdicts.c.verdict_id == verdict_id)
    connection.execute(row.values(reversed_at=at, reopened=reopened))
    seal(connection, verdicts, verdict_id)


def verdict_with_id(connection: Connection, verdict_id: str) -> VerdictShown | None:
    """A verdict by its id."""
    return next(iter(verdicts_with_ids(connection, [verdict_id])), None)


def verdicts_with_ids(connection: Connection, verdict_ids: Iterable[str]) -> list[VerdictShown]:
    """Verdicts by their ids, oldest first."""
    query = select(verdicts).where(verdicts.c.verdict_id.in_(sorted(verdict_ids)))
    rows = connection.execute(query.order_by(verdicts.c.decided_at, verdicts.c.verdict_id))
    return [_verdict(_values(row, verdicts)) for row in rows]


def set_proposal(connection: Connection, proposal: Proposal) -> None:
    """Store a proposal, or who agrees with it now."""
    moderator, *seconded_by = proposal.agreed
    seal(connection, proposals, proposal.complaint_id)
    its = proposals.c.complaint_id == proposal.complaint_id
    agreed = update(proposals).where(its).values(seconded_by=json.dumps(seconded_by))
    if connection.execute(agreed).rowcount:
        return
    row = {
        "complaint_id": proposal.complaint_id,
        "seller_id": proposal.seller_id,
        "body": proposal.verdict.model_dump_json(exclude={"reason"}),
        "reason": proposal.verdict.reason,
        "moderator": moderator,
        "people": proposal.people,
        "seconded_by": json.dumps(seconded_by),
        "proposed_at": proposal.proposed_at,
    }
    connection.execute(insert(proposals).values(row))


def remove_proposal(connection: Connection, complaint_id: str) -> None:
    """Remove a proposal: it became a verdict, was declined, or its complaint was withdrawn."""
    its = proposals.c.complaint_id == complaint_id
    if connection.execute(delete(proposals).where(its)).rowcount:
        seal(connection, proposals, complaint_id)


def proposal_in(row: AnyRow) -> Proposal:
    """A proposal's row as a value."""
    return _proposal(_values(row, proposals))


def add_appeal(connection: Connection, appeal: AppealShown) -> None:
    """Store an appeal that was filed."""
    values = appeal.model_dump()
    connection.execute(insert(appeals).values(filed_by=values.pop("by"), **values))
    seal(connection, appeals, appeal.appeal_id)


def set_appeal(connection: Connection, appeal_id: str, **values: Any) -> None:  # noqa: ANN401
    """Store how an appeal was decided."""
    connection.execute(update(appeals).where(appeals.c.appeal_id == appeal_id).values(values))
    seal(connection, appeals, appeal_id)


def appealed_complaint(connection: Connection, appeal_id: str) -> str | None:
    """The complaint that an appeal is about; None when there is no such appeal."""
    query = select(verdicts.c.complaint_id).join(appeals).where(appeals.c.appeal_id == appeal_id)
    return connection.execute(query).scalar_one_or_none()


class Withdrawable(NamedTuple):
    """A complaint that nobody has withdrawn; `is_free`: no verdict of ours was given about it."""

    complaint_id: str
    seller_id: str
    outcome: str
    is_free: bool


def withdrawable(connection: Connection, complaint_ids: Sequence[str]) -> list[Withdrawable]:
    """Those of the complaints that nobody has withdrawn."""
    found: list[Withdrawable] = []
    c = complaints.c
    judged = exists().where(verdicts.c.complaint_id == c.complaint_id)
    withdrawn = exists().where(withdrawals.c.complaint_id == c.complaint_id)
    for start in range(0, len(complaint_ids), 500):
        some = among(connection, c.complaint_id, complaint_ids[start : start + 500])
        query = select(c.complaint_id, c.seller_id, c.outcome, ~judged).where(some, ~withdrawn)
        found += [Withdrawable(*row) for row in connection.execute(query)]
    return found


def add_withdrawal(connection: Connection, withdrawal: WithdrawalShown) -> None:
    """Store a withdrawal that was filed."""
    connection.execute(insert(withdrawals).values(withdrawal.model_dump()))
    seal(connection, withdrawals, withdrawal.complaint_id)


def settle_withdrawal(
    connection: Connection,
    complaint_id: str,
    outcome: str,
    **values: Any,  # noqa: ANN401
) -> None:
    """Store what became of a withdrawal that waits; any other stays as it is."""
    waits = and_(withdrawals.c.complaint_id == complaint_id, withdrawals.c.outcome == "open")
    settled = update(withdrawals).where(waits).values(outcome=outcome, **values)
    if connection.execute(settled).rowcount:
        seal(connection, withdrawals, complaint_id)


def _values(row: AnyRow, table: FromClause) -> dict[str, Any]:
    return {column.name: row._mapping[column] for column in table.c}  # noqa: SLF001 - public


def _verdict(values: dict[str, Any]) -> VerdictShown:
    seconded_by = json.loads(values["seconded_by"] or "[]")  # empty in rows of an older revision
    lists = {"evidence": json.loads(values["evidence"]), "seconded_by": seconded_by}
    return VerdictShown(**(values | lists))


def _appeal(values: dict[str, Any]) -> AppealShown:
    return AppealShown(by=values["filed_by"], **values)


def _proposal(values: dict[str, Any]) -> Proposal:
    return Proposal(
        complaint_id=values["complaint_id"],
        seller_id=values["seller_id"],
        verdict=Verdict(**json.loads(values["body"]), reason=values["reason"]),
        agreed=(values["moderator"], *json.loads(values["seconded_by"])),
        people=values["people"],
        proposed_at=values["proposed_at"],
    )


_SELLERS = select(complaints.c.seller_id)
_EARLIER = verdicts.alias()
_COUNTS = (
    select(_EARLIER.c.verdict_id)
    .where(_EARLIER.c.complaint_id == complaints.c.complaint_id)
    .order_by(_EARLIER.c.reopened, _EARLIER.c.decided_at.desc())
    .limit(1)
    .correlate(complaints)
    .scalar_subquery()
)
_FILES = (
    select(complaints, answers, verdicts, appeals, proposals, withdrawals)
    .select_from(complaints)
    .outerjoin(answers, answers.c.complaint_id == complaints.c.complaint_id)
    .outerjoin(verdicts, verdicts.c.verdict_id == _COUNTS)
    .outerjoin(appeals, appeals.c.verdict_id == verdicts.c.verdict_id)
    .outerjoin(proposals, proposals.c.complaint_id == complaints.c.complaint_id)
    .outerjoin(withdrawals, withdrawals.c.complaint_id == complaints.c.complaint_id)
)
"""A complaint with the verdict that counts or else the latest, and all that hangs on it."""
