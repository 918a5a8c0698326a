"""What can be asked about complaints; each inside one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from detector.rules import Policies
from service.answers import store as answers
from service.answers.rules import answer_until
from service.cases.actions import has_leased_case
from service.decisions import records
from service.decisions.verdicts.drafting import proposal_shown
from service.decisions.versions import Version
from service.intake.complaints.actions import facts_of
from service.intake.complaints.rules import category_warnings, order_warnings
from service.intake.complaints.store import orders_like
from service.intake.evidence.actions import evidence_of, kinds_in
from service.intake.evidence.rules import wanted_for
from service.intake.evidence.store import kinds_by_complaint
from service.views.complaints.rules import stage_of
from service.views.complaints.schemas import ComplaintListed, ComplaintShown
from service.views.decisions.store import proposers, withdrawn_times


def show_complaint(
    connection: Connection, complaint_id: str, policies: Policies, *, now: int
) -> ComplaintShown:
    """A complaint with all that happened to it; raises NoSuchComplaint."""
    file = records.complaint_file(connection, complaint_id)
    complaint, filed_at = file.complaint, file.complaint.filed_at
    pieces = evidence_of(connection, complaint_id)
    kinds = frozenset(kinds_in(pieces))
    alike = orders_like(connection, complaint.seller_id, complaint.order_id)
    warnings = category_warnings([complaint.category], policies, at=filed_at)
    return ComplaintShown(
        **complaint.model_dump(),
        warnings=warnings + order_warnings(complaint.order_id, alike),
        evidence_wanted=wanted_for(complaint.category, policies, at=filed_at, kinds=kinds),
        stage=stage_of(
            complaint.outcome,
            file.appeal,
            is_leased=has_leased_case(connection, complaint.seller_id, now),
            is_withdrawn=file.withdrawal is not None,
        ),
        evidence=pieces,
        proposal=proposal_shown(file.proposal) if file.proposal else None,
        verdict=file.verdict,
        appeal=file.appeal,
        answer=file.answer,
        answer_until=answer_until(policies.at(filed_at), filed_at),
        withdrawal=file.withdrawal,
    )


def version_of(
    connection: Connection, complaint_id: str, policies: Policies, *, now: int
) -> Version:
    """The version of a complaint that a decision about it may name; raises NoSuchComplaint."""
    file = records.complaint_file(connection, complaint_id)
    return records.version_at(connection, file, policies, now=now)


def complaints_listed(connection: Connection, rows: Sequence[Row[Any]]) -> list[ComplaintListed]:
    """A page of complaints, each with what a moderator wants to know before opening it."""
    ids = [row.complaint_id for row in rows]
    kinds = kinds_by_complaint(connection, ids)
    proposed, answered = proposers(connection, ids), answers.filed_times(connection, ids)
    withdrawn = withdrawn_times(connection, ids)
    return [
        ComplaintListed(
            **facts_of(row).model_dump(),
            evidence=kinds.get(row.complaint_id, []),
            answered_at=answered.get(row.complaint_id),
            withdrawn_at=withdrawn.get(row.complaint_id),
            proposed_by=proposed.get(row.complaint_id),
        )
        for row in rows
    ]
