"""Responses of the complaints' views."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from service.decisions.schemas import AnswerShown, AppealShown, VerdictShown, WithdrawalShown
from service.decisions.verdicts.schemas import VerdictProposed
from service.http.fields import Instant, ResponseBody
from service.http.redaction import INTERNAL
from service.intake.complaints.schemas import ComplaintFacts, ComplaintFiled
from service.intake.evidence.schemas import EvidenceShown
from service.views.complaints.rules import Stage


class ComplaintListed(ComplaintFacts):
    """A complaint in a list, with what a moderator wants to know before opening it."""

    evidence: list[str] = Field(description="The different kinds on file, without the seller's.")
    answered_at: Instant | None = Field(description="When the seller answered it.")
    withdrawn_at: Instant | None
    proposed_by: str | None = Field(description="Who proposed a verdict that others must second.")


class ComplaintPage(ResponseBody):
    """Complaints about one seller, newest first."""

    complaints: list[ComplaintListed]
    next_cursor: str | None


class ComplaintShown(ComplaintFiled):
    """The complaint with all that happened to it."""

    stage: Stage = Field(
        description="`under_review`: a moderator holds the seller's case. `withdrawn`: before any "
        "verdict, so there will be none."
    )
    evidence: list[EvidenceShown]
    answer: AnswerShown | None
    answer_until: Instant | None = Field(
        description="The seller's time to answer; null where the policy sets none."
    )
    proposal: Annotated[VerdictProposed | None, INTERNAL] = Field(
        description="A verdict that waits for others to agree."
    )
    verdict: VerdictShown | None
    appeal: AppealShown | None
    withdrawal: WithdrawalShown | None
