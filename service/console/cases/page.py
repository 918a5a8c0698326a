"""What a case's page is made of, each part read by itself."""

from __future__ import annotations

from hashlib import sha256
from typing import Final, NamedTuple

from sqlalchemy import Connection

from service.assessments.actions import assessment_of
from service.audit.actions import records_page
from service.audit.schemas import AuditRecord
from service.cases.schemas import CaseShown
from service.console.cases.chart import DaysDrawn, drawn
from service.console.pages.blind import Beside, kept_from
from service.console.pages.parts import Part, part_of
from service.decisions.drafts.store import drafted_by
from service.http.access.keys import Caller
from service.http.context import AppContext
from service.intake.evidence.actions import evidence_by_complaint
from service.intake.evidence.schemas import EvidenceShown
from service.views.cases import actions as views
from service.views.cases.schemas import CaseCounts, ComplainantsShown
from service.views.complaints.schemas import ComplaintPage
from service.views.decisions.store import judged_among
from service.views.sellers.actions import show_history, show_ledger, show_seller
from service.views.sellers.schemas import LedgerShown, SellerShown

DAYS: Final = 56
"""Days on the chart: eight weeks, as many as the history route shows by default."""
ROWS: Final = 25
"""Complaints on one page."""
ENTRIES: Final = 10
"""Entries of the ledger that are told; the seller's page has all."""
RECORDS: Final = 50


class CaseParts(NamedTuple):
    """The parts of a case's page."""

    days: Part[DaysDrawn]
    counts: Part[CaseCounts]
    complaints: Part[Beside[ComplaintPage]]
    evidence: Part[dict[str, list[EvidenceShown]]]
    """What these complaints rest on, by complaint."""
    judged: Part[frozenset[str]]
    """Those of these complaints that a verdict of this service is about."""
    drafts: Part[set[str]]
    """Those of these complaints about which the reader keeps a draft."""
    complainants: Part[ComplainantsShown]
    seller: Part[SellerShown]
    ledger: Part[LedgerShown]
    record: Part[list[AuditRecord]]
    """What was done with the case, newest first."""


def parts_of(
    context: AppContext, case: CaseShown, caller: Caller, *, cursor: str | None
) -> CaseParts:
    """Read all parts of a case's page."""
    now, policies, seller_id = context.clock(), context.policies, case.seller_id

    def days(connection: Connection) -> DaysDrawn:
        history = show_history(connection, seller_id, now=now, days=DAYS)
        return drawn(history, assessment_of(connection, seller_id), now=now)

    def listed(connection: Connection) -> Beside[ComplaintPage]:
        page = views.complaints_page(connection, case, limit=ROWS, cursor=cursor)
        return Beside(page, kept_from(connection, caller, seller_id))

    complaints = part_of(context, listed)
    page = complaints.value
    ids = [one.complaint_id for one in page.shown.complaints] if page else []
    return CaseParts(
        days=part_of(context, days),
        counts=counts_of(context, case),
        complaints=complaints,
        evidence=part_of(context, lambda c: evidence_by_complaint(c, ids)),
        judged=part_of(context, lambda c: judged_among(c, ids)),
        drafts=part_of(context, lambda c: drafted_by(c, caller.person, ids)),
        complainants=part_of(context, lambda c: views.complainants_of(c, case, policies, now=now)),
        seller=part_of(context, lambda c: show_seller(c, seller_id, policies, now=now)),
        ledger=part_of(
            context,
            lambda c: show_ledger(
                c, seller_id, policies, now=now, state="standing", limit=ENTRIES, cursor=None
            ),
        ),
        record=part_of(
            context,
            lambda c: records_page(c, subject=case.case_id, limit=RECORDS, cursor=None).records,
        ),
    )


def counts_of(context: AppContext, case: CaseShown) -> Part[CaseCounts]:
    """How many complaints about the case's seller there are, and how many wait."""
    return part_of(context, lambda c: views.counts_of(c, case))


def version_of(case: CaseShown, counts: Part[CaseCounts]) -> str:
    """What changes when somebody should look at the page again."""
    facts = (case.status, case.escalated_by, case.snoozed_until, case.reasons, counts.value)
    return sha256(repr(facts).encode()).hexdigest()[:16]
