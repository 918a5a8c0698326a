"""Responses of the lists of decisions."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from service.decisions.schemas import AppealShown, SanctionRecord, VerdictShown, WithdrawalShown
from service.decisions.verdicts.schemas import VerdictProposed
from service.http.fields import ResponseBody


class ProposalPage(ResponseBody):
    """Proposed verdicts that wait for others to agree, oldest first."""

    proposals: list[VerdictProposed]
    next_cursor: str | None


class AppealListed(AppealShown):
    """An appeal with what it is about, and who may not decide it."""

    complaint_id: str
    seller_id: str
    verdict: Literal["upheld", "rejected", "unfounded"]
    moderator: str = Field(description="Who gave the verdict, and so does not decide.")
    seconded_by: list[str] = Field(description="Who agreed with it, and so does not either.")


class AppealPage(ResponseBody):
    """Appeals in one state, oldest first."""

    appeals: list[AppealListed]
    next_cursor: str | None


class WithdrawalListed(WithdrawalShown):
    """A withdrawal with who gave the verdict, and so does not decide."""

    moderator: str | None


class WithdrawalPage(ResponseBody):
    """Withdrawals with one outcome, oldest first."""

    withdrawals: list[WithdrawalListed]
    next_cursor: str | None


class SanctionFull(SanctionRecord):
    """A sanction with all that a second person looks at."""

    tier: str
    effects: list[str]
    verdicts: list[VerdictShown] = Field(
        description="What it rests on; who gave or seconded one of them does not decide about it."
    )


class SanctionPage(ResponseBody):
    """Sanctions in one state, oldest first."""

    sanctions: list[SanctionRecord]
    next_cursor: str | None
