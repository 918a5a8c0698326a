"""Bodies and answers of the withdrawals routes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from service.decisions.ledger.schemas import Standing
from service.http.fields import Instant, RequestBody, ResponseBody, Text

WithdrawalOutcome = Literal["ended", "noted", "open", "granted", "denied", "moot"]


class Withdrawal(RequestBody):
    """A complainant takes a complaint back."""

    reason: Text = ""


class WithdrawalDecision(RequestBody):
    """Another person's decision about the verdict on a complaint that was withdrawn."""

    outcome: Literal["granted", "denied"] = Field(
        description="`granted`: the verdict stands no more and its points come back."
    )
    reason: Text = ""


class WithdrawalShown(ResponseBody):
    """A withdrawal and what became of it."""

    complaint_id: str
    seller_id: str
    verdict_id: str | None = Field(description="The verdict that stood when it was filed.")
    reason: str
    filed_at: Instant
    outcome: WithdrawalOutcome = Field(
        description="`ended`: there was no verdict yet, and there will be none. `noted`: the "
        "verdict took nothing from the seller. `open`: the verdict waits for another person. "
        "`moot`: the verdict fell for another reason before anybody decided."
    )
    decided_by: str | None
    decided_at: Instant | None
    decision_reason: str | None


class WithdrawalListed(WithdrawalShown):
    """A withdrawal with who gave the verdict, and so does not decide."""

    moderator: str | None


class WithdrawalPage(ResponseBody):
    """Withdrawals with one outcome, oldest first."""

    withdrawals: list[WithdrawalListed]
    next_cursor: str | None


class WithdrawalDecided(WithdrawalShown):
    """A decided withdrawal with what it did to the seller's standing."""

    standing: Standing
