"""Bodies and answers of the appeals routes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from service.decisions.ledger.schemas import Standing
from service.http.fields import Instant, RequestBody, ResponseBody, Text

Party = Literal["seller", "complainant"]


class Appeal(RequestBody):
    """The losing party's appeal against a verdict."""

    by: Party | None = Field(
        None, description="Who appeals; the losing party when left out, nobody else may."
    )
    reason: Text = ""


class AppealDecision(RequestBody):
    """Another person's decision about an appeal."""

    outcome: Literal["granted", "denied"]
    reason: Text = ""


class AppealShown(ResponseBody):
    """An appeal and, once there is one, its decision."""

    appeal_id: str
    verdict_id: str
    by: Party
    reason: str
    filed_at: Instant
    outcome: Literal["open", "granted", "denied"]
    decided_by: str | None
    decided_at: Instant | None
    decision_reason: str | None


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


class AppealDecided(AppealShown):
    """A decided appeal with what it did to the seller's standing."""

    standing: Standing
