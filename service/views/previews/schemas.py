"""Responses of the previews of verdicts."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from service.decisions.ledger.schemas import Standing
from service.http.fields import Instant, ResponseBody
from service.intake.evidence.schemas import EvidenceWanted


class SanctionForeseen(ResponseBody):
    """A sanction that would follow from a verdict."""

    kind: str
    effects: list[str]
    waits: bool = Field(description="Whether a second person would have to approve it first.")
    ends_at: Instant | None = Field(description="Null: it has no end, or its term runs later.")
    statement: str = Field(description="The statement of reasons that the seller would read.")


class RefusalForeseen(ResponseBody):
    """Why a verdict would be refused, as the refusal itself would say it."""

    type: str
    title: str
    detail: str
    lacks_reason: Literal["verdict", "rejection", "violation"] | None = Field(
        default=None,
        description="What a reason is missing for: any verdict, one that does not uphold, or a "
        "violation of another category.",
    )


class VerdictPreview(ResponseBody):
    """All that a verdict would do, by the rule that decides; nothing was changed."""

    result: Literal["given", "proposed", "refused"] = Field(
        description="`proposed`: it waits for others to agree, and the rest of this says what "
        "follows once they do."
    )
    refusal: RefusalForeseen | None
    people: int = Field(description="How many must agree, who decides included.")
    violation: str | None
    evidence_wanted: EvidenceWanted | None = Field(
        description="What the rules ask for to uphold it, and what of that is missing."
    )
    points_taken: int | float = Field(description="What the complaint would cost the seller.")
    standing_before: Standing | None
    standing: Standing | None = Field(description="The seller's standing after it.")
    sanctions: list[SanctionForeseen]
    lifted: list[str] = Field(description="The kinds of the sanctions that would end with it.")
    warnings: list[str]
    notice: str | None = Field(description="What the seller would read of it.")
    version: str = Field(description="Of the complaint: the ETag that a verdict may rest on.")
