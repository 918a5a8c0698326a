"""Bodies and responses of the verdicts routes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from service.decisions.ledger.schemas import Standing
from service.decisions.schemas import VerdictShown
from service.http.fields import Instant, RequestBody, ResponseBody, Text


class VerdictGiven(VerdictShown):
    """A verdict with what it did to the seller's standing."""

    standing: Standing
    awaiting_approval: list[str] = Field(
        description="The seller's sanctions that wait for a second person: `/v1/sanctions`."
    )
    warnings: list[str] = Field(
        description="What to look at once more: a violation that the rules do not know, an order "
        "that differs from another of the seller by blanks or capitals only."
    )


class Seconding(RequestBody):
    """What another person says to a proposed verdict."""

    reason: Text = ""


class VerdictProposed(ResponseBody):
    """A verdict that is given once enough people agree; until then nothing changes."""

    complaint_id: str
    seller_id: str
    outcome: Literal["upheld", "rejected", "unfounded"]
    violation: str | None
    severity: str | None
    points: int | None
    evidence: list[str]
    elsewhere: str | None
    reason: str
    supersedes: str | None
    moderator: str = Field(description="Who proposed it.")
    seconded_by: list[str]
    people: int = Field(description="How many must agree, who proposed it included.")
    people_missing: int
    proposed_at: Instant
