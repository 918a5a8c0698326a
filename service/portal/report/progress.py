"""How far a complaint has come, as its complainant is told, and what they may do about it."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection

from detector.errors import Refusal
from detector.instants import text_of
from detector.rules import Policies
from service.decisions import records
from service.decisions.appeals.rules import appealable_verdict
from service.decisions.decision_file import DecisionFile
from service.decisions.ledger.rules import step_of
from service.decisions.withdrawals.rules import withdrawal_outcome
from service.intake.complaints.store import complaint_of
from service.intake.evidence.actions import kinds_in
from service.intake.reports import store
from service.intake.reports.rules import Report, may_read
from service.links.rules import Link
from service.portal.report.missing import Needs, needs_of
from service.portal.report.own_files import OwnFile, own_of
from service.refusals import AppealRefused, NoSuchReport
from service.views.complaints.actions import show_complaint
from service.views.complaints.schemas import ComplaintShown


class Progress(NamedTuple):
    """What a complainant reads about their complaint."""

    name: str
    """Its reference: the id of report and complaint."""
    report: Report | None
    complaint: ComplaintShown | None
    """None while nobody has found the seller of a notice."""
    needs: Needs
    own: list[OwnFile]
    """The files that its complainant added, as long as they are kept."""
    can_add: bool
    can_withdraw: bool
    can_appeal: bool
    appeal_until: int | None

    @property
    def sent_at(self) -> int:
        """When it came in."""
        if self.complaint is not None:
            return self.complaint.filed_at
        assert self.report is not None and self.report.sent_at is not None  # noqa: S101, PT018
        return self.report.sent_at

    @property
    def category(self) -> str:
        """What it is about."""
        if self.complaint is not None:
            return self.complaint.category
        return (self.report.category if self.report else None) or ""


def progress_of(
    connection: Connection, link: Link, name: str, policies: Policies, *, now: int
) -> Progress:
    """How far a complaint is that somebody may read by their link; raises NoSuchReport."""
    report = store.report_of(connection, name)
    if report is not None and report.sent_at is None:
        report = None
    row = complaint_of(connection, name)
    is_theirs = report is not None and link.link_id == report.link_id
    if row is not None:
        is_theirs = is_theirs or may_read(link, report, (row.seller_id, row.order_id, row.buyer_id))
    elif report is not None:
        is_theirs = is_theirs or link.report_id == name
    if not is_theirs:
        raise NoSuchReport(f"this link leads to no complaint {name!r}")
    if row is None:
        files = store.files_of(connection, name)
        kinds, category = [file.kind for file in files], (report and report.category) or ""
        needs = needs_of(category, kinds, policies, at=now)
        return Progress(name, report, None, needs, own_of(files), False, False, False, None)
    complaint = show_complaint(connection, name, policies, now=now)
    kinds = kinds_in(complaint.evidence)
    needs = needs_of(complaint.category, kinds, policies, at=complaint.filed_at)
    file = records.file_of(connection, name)
    is_open = complaint.outcome == "pending" and complaint.withdrawal is None
    can_appeal = _can_appeal(file, policies, now=now)
    return Progress(
        name,
        report,
        complaint,
        needs,
        own_of((), complaint.evidence),
        is_open,
        _can_withdraw(file),
        can_appeal,
        _appeal_until(file, policies) if can_appeal else None,
    )


def _can_withdraw(file: DecisionFile) -> bool:
    """Whether the rule of withdrawals takes one: the same that decides it."""
    try:
        withdrawal_outcome(file)
    except Refusal:
        return False
    return file.complaint.outcome in ("pending", "upheld")


def _can_appeal(file: DecisionFile, policies: Policies, *, now: int) -> bool:
    """Whether the rules of appeals take one of the complainant: the same that decide it."""
    try:
        verdict, by = appealable_verdict(file, "complainant")
        event = {
            "event": "appeal",
            "id": "a_not_filed",
            "verdict_id": verdict.verdict_id,
            "by": by,
            "notified_at": text_of(verdict.decided_at),
        }
        step_of(file.log, event, policies, now=now, refusal=AppealRefused)
    except Refusal:
        return False
    return True


def _appeal_until(file: DecisionFile, policies: Policies) -> int | None:
    window = policies.at(file.complaint.filed_at).appeals.window
    return None if file.verdict is None or window is None else file.verdict.decided_at + window
