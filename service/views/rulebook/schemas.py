"""Bodies and answers of the rulebook routes."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from service.decisions.schemas import SanctionState
from service.http.fields import GivenInstant, Instant, RequestBody, ResponseBody, Word
from service.intake.evidence.schemas import EvidenceWanted

Number = int | float
PolicyText = Annotated[
    str, StringConstraints(min_length=1, max_length=100_000, pattern=r"^[^\x00]*$")
]
DIFFERENCES_MAX = 500
"""Sellers listed one by one; the counts are of all."""


class ViolationShown(ResponseBody):
    """What an upheld complaint of one kind costs, and what evidence it needs."""

    points: Number = Field(description="Its cost where nothing makes it more or less.")
    severities: dict[str, Number] = Field(description="Its cost by the verdict's `severity`.")
    resolutions: dict[str, Number] = Field(description="Its cost by the verdict's `resolution`.")
    points_range: tuple[Number, Number] | None = Field(
        description="Least and most, where the moderator chooses with the verdict's `points`."
    )
    track: str
    evidence: EvidenceWanted | None


class StepShown(ResponseBody):
    """What one firing of a tier does."""

    action: str
    days: float | None = Field(description="How long; null without an end.")
    two_person: bool


class TierShown(ResponseBody):
    """A level at which something follows."""

    tier: str
    track: str
    kind: str = Field(description="What is counted: `at` so many points, `count`, `rate`, …")
    threshold: Number
    steps: list[StepShown]


class RulesShown(ResponseBody):
    """The rules in force, in short; docs/reference/policy.md explains a policy in full."""

    policy: str
    title: str
    effective_from: Instant
    ceiling: Number = Field(description="Most points a seller can hold.")
    answer_days: float | None = Field(description="The seller's time to answer a complaint.")
    silence: str = Field(description="What no answer means: `dropped` or `established`.")
    appeal_days: float | None
    credits: list[str] = Field(description="Kinds of credit accepted; any when empty.")
    violations: dict[str, ViolationShown]
    tiers: list[TierShown]
    remarks: list[str] = Field(
        description="Where the rules fall short of what EU law asks of a marketplace."
    )


class PolicyGiven(RequestBody):
    """A policy by its bundled name, or as the text of a TOML file."""

    name: Word | None = None
    toml: PolicyText | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.name is None) == (self.toml is None):
            raise ValueError("give a policy's name or its TOML text, and not both")
        return self


class WhatIf(RequestBody):
    """Fold the log of decisions under another policy."""

    policy: PolicyGiven
    against: PolicyGiven | None = Field(None, description="The rules in force when left out.")
    as_of: GivenInstant | None = Field(None, description="Up to when; now when left out.")
    minutes_verdict: Annotated[float, Field(ge=0, le=10_000)] = 12.0
    minutes_appeal: Annotated[float, Field(ge=0, le=10_000)] = 20.0


class Firsts(ResponseBody):
    """When a seller was first warned, restricted, suspended, removed."""

    warn: Instant | None
    restrict: Instant | None
    suspend: Instant | None
    remove: Instant | None


class PolicyOutcome(ResponseBody):
    """What a policy did to the sellers of the log."""

    policy: str
    sellers: dict[str, int] = Field(description="Sellers with at least one, by kind of sanction.")
    sanctions: dict[str, int] = Field(description="Sanctions issued, by kind.")
    voided: dict[str, int] = Field(
        description="Sanctions left out of both: voided later, or never carried out."
    )
    refused: int = Field(description="Decisions that it would not have accepted.")
    points: float = Field(description="Points taken that still count, of all sellers together.")
    moderator_hours: float


class SellerDifference(ResponseBody):
    """A seller whom the two policies treat differently."""

    seller_id: str
    under_against: Firsts
    under_policy: Firsts


class WhatIfShown(ResponseBody):
    """The same decisions under two policies."""

    events: int
    as_of: Instant
    against: PolicyOutcome
    policy: PolicyOutcome
    different: int = Field(description="How many sellers are treated differently.")
    differences: list[SellerDifference] = Field(
        description=f"The first {DIFFERENCES_MAX} of them, by seller."
    )


class StatementShown(ResponseBody):
    """Why one sanction was issued, in words for the seller."""

    sanction_id: str
    kind: str
    state: Literal["awaiting_approval", "in_force", "served", "stayed"]
    approval: SanctionState | None = Field(
        description="Send it once this is `carried_out`, or null: nobody has to carry it out."
    )
    issued_at: Instant
    text: str
    verdict_ids: list[str] = Field(description="The verdicts that it rests on.")
    record: dict[str, Any] | None = Field(
        description="For the EU's DSA Transparency Database; null for a warning."
    )


class StatementList(ResponseBody):
    """The statements of reasons for a seller's sanctions that stand, oldest first."""

    seller_id: str
    statements: list[StatementShown]
