"""All SQL of decisions: what is on file, read in one place, and what is added to it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    and_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from service.audit.actions import spokespeople_of
from service.audit.store import mark_of, may_have_erased
from service.database.engine import among, is_writing, reach_of
from service.database.sealing import seal
from service.decisions.decision_file import ComplaintFile, DecisionFile, Proposal, SanctionFile
from service.decisions.schemas import (
    AppealShown,
    SanctionRecord,
    Verdict,
    VerdictShown,
    WithdrawalShown,
)
from service.decisions.seller_log import GATE, LONG, ReadLog, SellerLog, kept_logs
from service.decisions.tables import (
    appeals,
    ledger_events,
    proposals,
    sanctions,
    verdicts,
    withdrawals,
)
from service.http.access.rate_limiter import spend_events
from service.intake.complaints.schemas import ComplaintFacts
from service.intake.complaints.store import orders_like
from service.intake.complaints.tables import complaints
from service.intake.evidence.store import kinds_on_file
from service.leases.rules import CaseState
from service.leases.tables import cases
from service.refusals import NoSuchComplaint, NoSuchSanction
from service.sellers.store import lock_seller, lock_seller_in

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
    return {
        "complaint": ComplaintFacts(**_values(row, complaints)),
        "verdict": _verdict(verdict) if verdict["verdict_id"] else None,
        "is_reopened": bool(verdict["reopened"]),
        "proposal": _proposal(proposal) if proposal["complaint_id"] else None,
        "appeal": _appeal(appeal) if appeal["appeal_id"] else None,
        "withdrawal": WithdrawalShown(**withdrawal) if withdrawal["complaint_id"] else None,
    }


def locked_sanction(connection: Connection, sanction_id: str, *, now: int) -> SanctionFile:
    """What is on file about a sanction, its seller locked; raises NoSuchSanction."""
    its = select(sanctions.c.seller_id).where(sanctions.c.sanction_id == sanction_id)
    seller_id = lock_seller_in(connection, its)
    records = tuple(sanctions_of(connection, seller_id or "", now=now))
    record = next((one for one in records if one.sanction_id == sanction_id), None)
    if seller_id is None or record is None:
        raise NoSuchSanction(f"no sanction has the id {sanction_id!r}")
    return SanctionFile(record, records, log_of(connection, seller_id))


def locked_log(connection: Connection, seller_id: str) -> SellerLog:
    """A seller's log, the seller locked until the transaction ends."""
    lock_seller(connection, seller_id)
    return log_of(connection, seller_id)


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


def add_sanction(connection: Connection, **values: Any) -> None:  # noqa: ANN401
    """Store a sanction that the rules issued."""
    connection.execute(insert(sanctions).values(values))
    seal(connection, sanctions, values["sanction_id"])


def set_sanction(connection: Connection, sanction_id: str, **values: Any) -> None:  # noqa: ANN401
    """Store what became of a sanction."""
    row = update(sanctions).where(sanctions.c.sanction_id == sanction_id)
    if connection.execute(row.values(values)).rowcount:
        seal(connection, sanctions, sanction_id)


def sanction_with_id(connection: Connection, sanction_id: str, *, now: int) -> SanctionRecord:
    """What became of a sanction; raises NoSuchSanction."""
    query = select(sanctions).where(sanctions.c.sanction_id == sanction_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NoSuchSanction(f"no sanction has the id {sanction_id!r}")
    return sanction_in(row, now)


def sanctions_of(connection: Connection, seller_id: str, *, now: int) -> list[SanctionRecord]:
    """What became of each of a seller's suspensions and removals, oldest first."""
    query = select(sanctions).where(sanctions.c.seller_id == seller_id)
    rows = connection.execute(query.order_by(sanctions.c.issued_at, sanctions.c.sanction_id))
    return [sanction_in(row, now) for row in rows]


def sanction_in(row: AnyRow, now: int) -> SanctionRecord:
    """A sanction's row as it is at an instant."""
    values = _values(row, sanctions)
    if row.state == "waiting" and row.ends_at is not None and row.ends_at <= now:
        values["state"] = "lapsed"
    return SanctionRecord(**values)


def is_in_state(state: str, now: int) -> ColumnElement[bool]:
    """Whether a sanction is in a state at an instant.

    A waiting sanction lapses by itself when its term has passed; a worker notes it later.
    """
    stored = sanctions.c.state == state
    if state == "lapsed":
        return or_(stored, and_(sanctions.c.state == "waiting", sanctions.c.ends_at <= now))
    if state == "waiting":
        return and_(stored, or_(sanctions.c.ends_at.is_(None), sanctions.c.ends_at > now))
    return stored


def overdue_sanctions(connection: Connection, now: int, *, at_most: int) -> list[str]:
    """Sanctions whose term passed while they waited, and whose lapse was not announced yet."""
    query = select(sanctions.c.sanction_id).where(_is_overdue(now))
    return list(connection.execute(query.order_by(sanctions.c.ends_at).limit(at_most)).scalars())


def is_overdue(connection: Connection, sanction_id: str, now: int) -> bool:
    """Whether a sanction is one of those."""
    query = select(sanctions.c.sanction_id).where(_is_overdue(now))
    found = connection.execute(query.where(sanctions.c.sanction_id == sanction_id))
    return found.one_or_none() is not None


def _is_overdue(now: int) -> ColumnElement[bool]:
    return and_(sanctions.c.state == "waiting", sanctions.c.ends_at <= now)


def count_lapsed(connection: Connection, now: int) -> int:
    """How many sanctions have lapsed since the store began."""
    query = select(func.count()).select_from(sanctions).where(is_in_state("lapsed", now))
    return connection.execute(query).scalar_one()


def oldest_waiting(connection: Connection, now: int) -> int | None:
    """When the sanction that waits longest for approval was issued; None when none waits."""
    query = select(func.min(sanctions.c.issued_at)).where(is_in_state("waiting", now))
    oldest: int | None = connection.execute(query).scalar_one()
    return oldest


def log_of(connection: Connection, seller_id: str) -> SellerLog:
    """A seller's log; what is kept of a long one is read on.

    Raises TooManyRequests where the caller's key has had too many events read.
    """
    logs = kept_logs(connection.engine)
    read = logs.find(seller_id)
    if read is None:
        rows = _events(seller_id).limit(LONG)
        first = connection.execute(rows).all()
        if len(first) < LONG:
            return SellerLog.of(seller_id, (body for _, body in first))
        read = logs.keep(seller_id)
    is_urgent = is_writing(connection)
    with read.lock:
        _read_on(connection, seller_id, read, is_urgent=is_urgent)
        log = SellerLog.so_far(seller_id, read, is_urgent=is_urgent)
    logs.drop_oldest()
    return log


def _read_on(connection: Connection, seller_id: str, read: ReadLog, *, is_urgent: bool) -> None:
    """Read what was recorded since; all of it again where that is not what was read before.

    It is not once a buyer was erased, a transaction did not come to its end, or another store was
    put in the place of this one.
    """
    mark = mark_of(connection)
    rows: Sequence[Row[int, str]] = []
    if read.position and not may_have_erased(connection, read.mark):
        rows = connection.execute(_events(seller_id, since=read.position)).all()
    if rows and rows[0] == (read.position, read.last_body):
        read.add(rows[1:])
    else:
        read.begin_again()
        spend_events(0)  # who has no events left waits; what these cost is taken as they are folded
        with nullcontext() if is_urgent else GATE:
            read.add(connection.execute(_events(seller_id)))
    read.mark = mark


def _events(seller_id: str, since: int = 0) -> Select[int, str]:
    """A seller's events from a position on, in order."""
    query = select(ledger_events.c.position, ledger_events.c.body).where(
        ledger_events.c.seller_id == seller_id, ledger_events.c.position >= since
    )
    return query.order_by(ledger_events.c.position)


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
    select(complaints, verdicts, appeals, proposals, withdrawals)
    .select_from(complaints)
    .outerjoin(verdicts, verdicts.c.verdict_id == _COUNTS)
    .outerjoin(appeals, appeals.c.verdict_id == verdicts.c.verdict_id)
    .outerjoin(proposals, proposals.c.complaint_id == complaints.c.complaint_id)
    .outerjoin(withdrawals, withdrawals.c.complaint_id == complaints.c.complaint_id)
)
"""A complaint with the verdict that counts or else the latest, and all that hangs on it."""
