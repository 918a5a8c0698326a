"""What is on file of each decision, as it is stored and as the responses show it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from service.http.fields import (
    GivenInstant,
    Instant,
    Place,
    RequestBody,
    ResponseBody,
    Text,
    Word,
)
from service.http.redaction import INTERNAL

Party = Literal["seller", "complainant"]
ACTS_FOR = (
    "For whom the caller acts, on the record. People say it; the marketplace's own systems, which "
    "pass on what the party itself sent, may leave it out."
)
SanctionState = Literal["waiting", "lapsed", "carried_out", "declined", "lifted"]
WithdrawalOutcome = Literal["ended", "noted", "open", "granted", "denied", "moot"]


class Verdict(RequestBody):
    """A person's decision about a complaint."""

    outcome: Literal["upheld", "rejected", "unfounded"]
    violation: Word | None = Field(
        None,
        description="What was violated; what the rules say of the complaint's category when left "
        "out. Any other needs a reason.",
    )
    reason: Text = Field("", description="Why, in the moderator's words; the seller reads it.")
    evidence: Annotated[list[Word], Field(max_length=100)] | None = Field(
        None,
        description="The kinds of evidence it rests on, each on file or `elsewhere`; those on file "
        "when left out.",
    )
    elsewhere: Place | None = Field(
        None,
        description="Where those of them lie that are not on file, such as a parcel's or a "
        "ticket's number; the seller reads it. Not a person's name: it stays in the ledger.",
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
    elsewhere: str | None = Field(description="Where what of it was not on file lay.")
    moderator: Annotated[str, INTERNAL]
    seconded_by: Annotated[list[str], INTERNAL] = Field(
        description="Who agreed, where the policy asks for several."
    )
    decided_at: Instant
    reversed_at: Instant | None = Field(
        description="When an appeal against it was granted, or another took its place."
    )
    supersedes: str | None = Field(description="The verdict whose place it took.")

    @property
    def people(self) -> frozenset[str]:
        """Everybody who decided it."""
        return frozenset({self.moderator, *self.seconded_by})


class AnswerShown(ResponseBody):
    """What a seller said to a complaint; their evidence is with the complaint's."""

    complaint_id: str
    text: str
    filed_by: Annotated[str, INTERNAL] = Field(description="The key that sent it, for the seller.")
    filed_at: Instant


class AppealShown(ResponseBody):
    """An appeal and, once there is one, its decision."""

    appeal_id: str
    verdict_id: str
    by: Party
    reason: str
    filed_at: Instant
    outcome: Literal["open", "granted", "denied"]
    decided_by: Annotated[str | None, INTERNAL]
    decided_at: Instant | None
    decision_reason: str | None


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
    decided_by: Annotated[str | None, INTERNAL]
    decided_at: Instant | None
    decision_reason: Annotated[str | None, INTERNAL]


class SanctionRecord(ResponseBody):
    """What became of a suspension or removal that the rules issued."""

    sanction_id: str
    seller_id: str
    kind: str
    state: SanctionState = Field(
        description="`lapsed`: its term passed before anybody approved it; nobody carried it out."
    )
    issued_at: Instant
    ends_at: Instant | None = Field(description="Its term runs from the approval.")
    approved_by: Annotated[str | None, INTERNAL]
    approved_at: Instant | None
    declined_by: Annotated[str | None, INTERNAL]
    reason: Annotated[str | None, INTERNAL]
    lifted_at: Instant | None
    done_at: Instant | None = Field(description="When the platform said that it was done.")
