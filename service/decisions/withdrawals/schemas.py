"""Bodies and responses of the withdrawals routes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from service.decisions.ledger.schemas import Standing
from service.decisions.schemas import ACTS_FOR, WithdrawalShown
from service.http.fields import RequestBody, Text


class Withdrawal(RequestBody):
    """A complainant takes a complaint back."""

    by: Literal["complainant"] | None = Field(None, description=ACTS_FOR)
    reason: Text = ""


class WithdrawalDecision(RequestBody):
    """Another person's decision about the verdict on a complaint that was withdrawn."""

    outcome: Literal["granted", "denied"] = Field(
        description="`granted`: the verdict stands no more and its points come back."
    )
    reason: Text = ""


class WithdrawalDecided(WithdrawalShown):
    """A decided withdrawal with what it did to the seller's standing."""

    standing: Standing
