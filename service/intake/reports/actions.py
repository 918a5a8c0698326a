"""What can be done with reports; each inside one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from secrets import choice, token_hex
from typing import Any, Final

from sqlalchemy import Connection

from detector.instants import text_of
from service.audit import actions as audit
from service.http.access.keys import Caller
from service.intake.complaints.actions import file_complaints
from service.intake.complaints.schemas import Complaint
from service.intake.evidence.actions import StoredFile, add_evidence
from service.intake.evidence.schemas import EvidenceFile
from service.intake.evidence.storage import Storage
from service.intake.reports import store
from service.intake.reports.rules import (
    BY_LINK,
    DRAFT_US,
    OPEN,
    Report,
    ReportFile,
    caller_by,
    complainant_of,
)
from service.links.rules import COMPLAINT, Link
from service.refusals import EvidenceFull, NoSuchReport, ReportSent

LETTERS: Final = "23456789BCDFGHJKMNPQRSTVWXYZ"
"""Of references: none is mistaken for another, and no word comes of them."""
FORGET_AT_ONCE: Final = 100
"""Old drafts that are forgotten when a new one is begun: more than begin at a time."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What sending a report depends on besides the report."""

    storage: Storage
    skew_us: int
    pieces_max: int


def begin(connection: Connection, link: Link, *, language: str, now: int) -> Report:
    """Begin a draft: about the order of a marketplace's link, or a notice by who has none.

    Drafts whose time is over are forgotten meanwhile.
    """
    forget_drafts(connection, now=now)
    is_known = link.kind == COMPLAINT
    report = Report(
        report_id=link.report_id or new_reference(),
        door=BY_LINK if is_known else OPEN,
        link_id=link.link_id,
        seller_id=link.seller_id,
        order_id=link.order_id,
        listing_id=link.listing_id,
        buyer_id=link.buyer_id,
        category=None,
        addresses=None,
        seller_named=None,
        words=None,
        name=None,
        email=None,
        good_faith=None,
        language=language,
        begun_at=now,
        saved_at=now,
        sent_at=None,
        complaint_id=None,
        erased_at=None,
    )
    store.insert_report(connection, report)
    return report


def report_by(connection: Connection, link: Link, *, now: int) -> Report | None:
    """What somebody works on who came by a link: their draft, or what a link leads back to."""
    if link.report_id is not None:
        report = store.report_of(connection, link.report_id)
    else:
        report = store.draft_by(connection, link.link_id)
    return report if report is not None and report.is_kept(now) else None


def own_report(connection: Connection, link: Link, report_id: str) -> Report:
    """A report that was begun by a link, or that the link leads back to; raises NoSuchReport."""
    report = store.report_of(connection, report_id)
    if report is None or not (report.link_id == link.link_id or report_id == link.report_id):
        raise NoSuchReport(f"this link leads to no report {report_id!r}")
    return report


def save(connection: Connection, report: Report, *, now: int, **answers: Any) -> None:  # noqa: ANN401
    """Keep answers of a draft; raises ReportSent."""
    _locked_draft(connection, report.report_id)
    store.change(connection, report.report_id, **answers, saved_at=now)


def add_file(
    connection: Connection,
    report: Report,
    kind: str,
    kept: StoredFile,
    *,
    pieces_max: int,
    now: int,
) -> None:
    """Add a file that was kept to a draft, once; raises ReportSent and EvidenceFull."""
    _locked_draft(connection, report.report_id)
    files = store.files_of(connection, report.report_id)
    if (kind, kept.sha256) in {(file.kind, file.sha256) for file in files}:
        return
    if len(files) >= pieces_max:
        raise EvidenceFull(f"the draft has {pieces_max} files, and no more are kept")
    file = ReportFile(
        file_id=f"f_{token_hex(8)}",
        report_id=report.report_id,
        kind=kind,
        sha256=kept.sha256,
        media_type=kept.media_type,
        bytes=kept.bytes,
        likeness=kept.likeness,
        added_at=now,
    )
    store.add_file(connection, file)
    store.change(connection, report.report_id, saved_at=now)


def remove_file(connection: Connection, report: Report, file_id: str, *, now: int) -> None:
    """Take a file off a draft; raises ReportSent. One that is gone stays gone."""
    _locked_draft(connection, report.report_id)
    store.remove_file(connection, report.report_id, file_id)
    store.change(connection, report.report_id, saved_at=now)


def send(
    connection: Connection, report_id: str, terms: Terms, *, caller: Caller, now: int
) -> Report:
    """Send a draft, once: it becomes a complaint where its seller is known.

    Sent again it stays as it is. Raises NoSuchReport, and what adding evidence raises.
    """
    report = store.locked(connection, report_id)
    if report is None:
        raise NoSuchReport(f"no report has the id {report_id!r}")
    if report.sent_at is not None:
        return report
    store.change(connection, report_id, sent_at=now, saved_at=now)
    if report.seller_id is not None:
        _file(connection, report, report.seller_id, terms, caller=caller, now=now)
    return _known(connection, report_id)


def assign(
    connection: Connection,
    report_id: str,
    seller_id: str,
    terms: Terms,
    *,
    caller: Caller,
    now: int,
) -> Report:
    """Name the seller of a notice that was sent without: it becomes a complaint by that.

    Raises NoSuchReport. One that has its seller keeps it.
    """
    report = store.locked(connection, report_id)
    if report is None or report.sent_at is None or report.erased_at is not None:
        raise NoSuchReport(f"no notice waits under {report_id!r}")
    if report.complaint_id is None:
        store.change(connection, report_id, seller_id=seller_id)
        sender = caller_by(report.link_id)
        _file(connection, report, seller_id, terms, caller=sender, now=now)
        audit.record(
            connection,
            "complaint.assigned",
            f"complaint {report_id}",
            at=now,
            caller=caller,
            after={"seller_id": seller_id},
            seller_id=seller_id,
        )
    return _known(connection, report_id)


def forget_drafts(connection: Connection, *, now: int) -> None:
    """Forget drafts that nobody worked on for a week."""
    old = store.drafts_before(connection, now - DRAFT_US, limit=FORGET_AT_ONCE)
    store.delete_drafts(connection, old)


def forget_buyer(connection: Connection, buyer_id: str) -> set[str]:
    """Forget a buyer's drafts, and give their files; what was sent goes with its complaint."""
    drafts = store.drafts_of_buyer(connection, buyer_id)
    files = {file.sha256 for one in drafts for file in store.files_of(connection, one)}
    store.delete_drafts(connection, drafts)
    return files


def forget_old(connection: Connection, *, sent_before: int, now: int) -> None:
    """Forget old drafts, and what old notices say whose seller nobody named."""
    forget_drafts(connection, now=now)
    store.erase_unassigned(connection, sent_before, now)


def _file(
    connection: Connection,
    report: Report,
    seller_id: str,
    terms: Terms,
    *,
    caller: Caller,
    now: int,
) -> None:
    """Make a complaint of a report, with its evidence and its words on record."""
    files = store.files_of(connection, report.report_id)
    assert report.category is not None  # noqa: S101 - asked before it was sent
    complaint = Complaint(
        complaint_id=report.report_id,
        seller_id=seller_id,
        filed_at=text_of(report.sent_at or now),
        category=report.category,
        order_id=report.order_id,
        buyer_id=complainant_of(report),
        listing_id=report.listing_id,
        evidence_count=len(files),
    )
    file_complaints(connection, [complaint], now=now, skew_us=terms.skew_us)
    for file in files:
        add_evidence(
            connection,
            report.report_id,
            EvidenceFile(kind=file.kind),
            StoredFile(
                terms.storage.get(file.sha256),
                file.sha256,
                file.media_type,
                file.bytes,
                file.likeness,
            ),
            storage=terms.storage,
            pieces_max=terms.pieces_max,
            caller=caller,
            now=now,
        )
    store.remove_files(connection, [report.report_id])
    store.change(connection, report.report_id, complaint_id=report.report_id, buyer_id=None)
    audit.record(
        connection,
        "complaint.reported",
        f"complaint {report.report_id}",
        at=now,
        caller=caller,
        why=report.words or "",
        after={"door": report.door, "good_faith": report.good_faith},
        seller_id=seller_id,
    )


def _locked_draft(connection: Connection, report_id: str) -> Report:
    report = store.locked(connection, report_id)
    if report is None:
        raise NoSuchReport(f"no report has the id {report_id!r}")
    if report.sent_at is not None:
        raise ReportSent(f"report {report_id!r} was sent, and does not change any more")
    return report


def _known(connection: Connection, report_id: str) -> Report:
    report = store.report_of(connection, report_id)
    assert report is not None  # noqa: S101 - locked by this transaction
    return report


def new_reference() -> str:
    """A reference that people can read out: 58 random bits."""
    return "-".join(["R", *("".join(choice(LETTERS) for _ in range(4)) for _ in range(3))])
