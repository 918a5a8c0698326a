"""What a complaint's page is made of, each part read by itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from service.answers.notices import notice_of
from service.answers.schemas import NoticeShown
from service.audit.actions import records_page
from service.audit.schemas import AuditPage
from service.console.complaints.corrections import Looker, corrections_of
from service.console.languages.speaking import gettext
from service.console.pages.blind import is_kept_from
from service.console.pages.parts import Part, part_of
from service.console.pages.words import word
from service.decisions.appeals.schemas import OpinionShown
from service.decisions.schemas import VerdictShown
from service.http.access.keys import Caller
from service.http.context import AppContext
from service.intake.evidence.actions import Alike, alike_with
from service.intake.reports.rules import Report
from service.intake.reports.store import reports_about
from service.roles import DECIDERS
from service.views.complaints.schemas import ComplaintShown
from service.views.decisions.actions import verdicts_before
from service.views.sellers.actions import show_seller
from service.views.sellers.schemas import SellerShown

RECORDS: Final = 50
"""Acts that a page tells; few complaints ever have as many."""


class ComplaintParts(NamedTuple):
    """The parts of a complaint's page beside the complaint itself."""

    earlier: Part[list[VerdictShown]]
    """The verdicts whose place the one that counts took, the latest first."""
    notice: Part[NoticeShown]
    record: Part[AuditPage]
    corrections: Part[dict[int, str]]
    """Where what the record tells can be put right, by its number."""
    seller: Part[SellerShown]
    report: Part[Report | None]
    """What its complainant wrote, where they did so on the public pages."""
    alike: Part[list[Alike]]
    """Pictures with other complaints that look like one with this."""


def parts_of(context: AppContext, complaint: ComplaintShown, caller: Caller) -> ComplaintParts:
    """Read the parts of a complaint's page."""
    now, policies, name = context.clock(), context.policies, complaint.complaint_id
    record = part_of(
        context,
        lambda c: records_page(c, subject=f"complaint {name}", limit=RECORDS, cursor=None),
    )
    listed = record.value.records if record.value else []
    looker = Looker(caller, policies, now)
    return ComplaintParts(
        earlier=part_of(context, lambda c: verdicts_before(c, complaint.verdict)),
        notice=part_of(context, lambda c: notice_of(c, name, policies, now=now).shown),
        record=record,
        corrections=part_of(context, lambda c: corrections_of(c, listed, looker)),
        seller=part_of(context, lambda c: show_seller(c, complaint.seller_id, policies, now=now)),
        alike=part_of(context, lambda c: alike_with(c, name)),
        report=part_of(context, lambda c: reports_about(c, [name]).get(name)),
    )


def is_blind(complaint: ComplaintShown, caller: Caller, opinions: Iterable[OpinionShown]) -> bool:
    """Whether the verdict is kept from a person, who may decide the appeal against it."""
    appeal, verdict = complaint.appeal, complaint.verdict
    if appeal is None or verdict is None:
        return False
    return is_kept_from(caller, appeal.outcome, verdict.people, opinions)


def why_not_decided(complaint: ComplaintShown, caller: Caller) -> str:
    """Why a person is offered no decision; empty when they are offered one."""
    if complaint.withdrawal is not None and complaint.outcome == "pending":
        return gettext("Its complainant took it back, so there will be no verdict.")
    if complaint.outcome != "pending":
        return gettext("It is decided.")
    if caller.role not in DECIDERS:
        return gettext(
            "The role %(role)s reads; moderators, reviewers and admins decide.",
            role=word(caller.role),
        )
    return ""
