"""What a person may see of an appeal: all but the first verdict, until they have an opinion."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection

from detector.rules import Policies
from service.cases.store import open_case_of
from service.console.second_person.may import why_not
from service.decisions import records
from service.decisions.appeals import store
from service.decisions.appeals.rules import decision_step, open_appeal, own_opinion
from service.decisions.appeals.schemas import OpinionShown
from service.decisions.decision_file import DecisionFile
from service.decisions.sanctions.changes import Change, change_of
from service.decisions.schemas import AnswerShown, AppealShown, VerdictShown
from service.http.access.keys import Caller
from service.intake.complaints.schemas import ComplaintFacts
from service.intake.evidence.actions import evidence_of
from service.intake.evidence.schemas import EvidenceShown
from service.views.decisions.actions import show_appeal, show_verdict


class Revealed(NamedTuple):
    """What is kept from who has no opinion yet. Whose appeal it is tells the first verdict too."""

    appeal: AppealShown
    verdict: VerdictShown
    opinions: list[OpinionShown]
    granted: Change | None
    """What granting it changes; None where this person does not decide it."""
    denied: Change | None


class AppealDesk(NamedTuple):
    """One appeal, as a person may see it."""

    appeal_id: str
    filed_at: int
    outcome: str
    complaint: ComplaintFacts
    evidence: list[EvidenceShown]
    answer: AnswerShown | None
    case_id: str | None
    why_not: str | None
    """Why this person does not decide it."""
    revealed: Revealed | None


def desk_of(
    connection: Connection, appeal_id: str, policies: Policies, *, caller: Caller, now: int
) -> AppealDesk:
    """One appeal, as a person may see it; raises NoSuchAppeal."""
    appeal = show_appeal(connection, appeal_id)
    file = records.file_of(connection, appeal.complaint_id)
    opinions = store.opinions_on(connection, [appeal_id])
    hindrance = why_not(caller, lambda: open_appeal(file, appeal_id, person=caller.person))
    revealed = None
    if hindrance is not None or own_opinion(opinions, person=caller.person) is not None:
        verdict = show_verdict(connection, appeal.verdict_id)
        changes: list[Change | None] = [None, None]
        if hindrance is None:
            changes = [
                _change(file, appeal_id, outcome, policies, now)
                for outcome in ("granted", "denied")
            ]
        revealed = Revealed(appeal, verdict, opinions, *changes)
    case = open_case_of(connection, appeal.seller_id)
    return AppealDesk(
        appeal_id=appeal_id,
        filed_at=appeal.filed_at,
        outcome=appeal.outcome,
        complaint=file.complaint,
        evidence=evidence_of(connection, appeal.complaint_id),
        answer=file.answer,
        case_id=None if case is None else case.case_id,
        why_not=hindrance,
        revealed=revealed,
    )


def _change(
    file: DecisionFile, appeal_id: str, outcome: str, policies: Policies, now: int
) -> Change:
    """What a decision of the appeal would change."""
    step = decision_step(
        file, appeal_id, outcome, policies, person="preview", event_id="d_preview", now=now
    )
    return change_of(step)
