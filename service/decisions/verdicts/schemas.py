"""Bodies and answers of the verdicts routes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from service.decisions.ledger.schemas import Standing
from service.http.fields import GivenInstant, Instant, RequestBody, ResponseBody, Text, Word


class Verdict(RequestBody):
    """A person's decision about a complaint."""

    outcome: Literal["upheld", "rejected", "unfounded"]
    violation: Word | None = Field(
        None, description="What was violated; the complaint's category when left out."
    )
    reason: Text = Field("", description="Why, in the moderator's words; the seller reads it.")
    evidence: Annotated[list[Word], Field(max_length=100)] | None = Field(
        None, description="The kinds of evidence it rests on; those on file when left out."
    )
    severity: Word | None = None
    resolution: Word | None = Field(
        None, description="How the complaint was resolved, where the policy's points depend on it."
    )
    points: Annotated[int, Field(gt=0, lt=10**9)] | None = Field(
        None, description="The moderator's choice, where the policy leaves a range."
    )
    supersedes: Word | None = Field(
        None, description="The verdict that stands now, to put this one in its place."
    )
    incident_at: GivenInstant | None = Field(
        None, description="When the violation happened; when it was reported, if left out."
    )


class VerdictShown(ResponseBody):
    """A verdict as it was given."""

    verdict_id: str
    complaint_id: str
    seller_id: str
    outcome: Literal["upheld", "rejected", "unfounded"]
    violation: str | None
    reason: str
    evidence: list[str]
    moderator: str
    seconded_by: list[str] = Field(description="Who agreed, where the policy asks for several.")
    decided_at: Instant
    reversed_at: Instant | None = Field(
        description="When an appeal against it was granted, or another took its place."
    )
    supersedes: str | None = Field(description="The verdict whose place it took.")

    @property
    def people(self) -> frozenset[str]:
        """Everybody who decided it."""
        return frozenset({self.moderator, *self.seconded_by})


class VerdictGiven(VerdictShown):
    """A verdict with what it did to the seller's standing."""

    standing: Standing
    awaiting_approval: list[str] = Field(
        description="The seller's sanctions that wait for a second person: `/v1/sanctions`."
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
    reason: str
    supersedes: str | None
    moderator: str = Field(description="Who proposed it.")
    seconded_by: list[str]
    people: int = Field(description="How many must agree, who proposed it included.")
    people_missing: int
    proposed_at: Instant


class ProposalPage(ResponseBody):
    """Proposed verdicts that wait for others to agree, oldest first."""

    proposals: list[VerdictProposed]
    next_cursor: str | None
