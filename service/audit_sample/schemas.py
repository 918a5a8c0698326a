"""Bodies and answers of the audit sample's routes: none holds a score or a reason."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from service.audit_sample.rules import Finding, week_in, week_text
from service.http.fields import Instant, RequestBody, ResponseBody, Text

_SCHEMA = WithJsonSchema({"type": "string", "pattern": "^[0-9]{4}-W[0-9]{2}$"})
Week = Annotated[int, PlainSerializer(week_text, return_type=str, when_used="json"), _SCHEMA]
"""Days since 1970 of a Monday in the program, a week of ISO 8601 in JSON, for answers."""
GivenWeek = Annotated[int, BeforeValidator(week_in), _SCHEMA]
"""The same for requests."""


class AuditDraw(RequestBody):
    """How many sellers are to be drawn."""

    size: int | None = Field(
        None,
        ge=1,
        le=10_000,
        description="How many, on average; without it as many as DETECTOR_AUDITS_A_WEEK says.",
    )


class AuditFinding(RequestBody):
    """What a person found at a drawn seller."""

    finding: Finding = Field(
        description="`harm`: the seller is at fault. `no_harm`: it is not. `unclear`: it cannot "
        "be told."
    )
    note: Text | None = None


class AuditedSeller(ResponseBody):
    """A seller that was drawn, without what the score says of it."""

    seller_id: str
    complaints: int = Field(description="Of the 28 days before the draw.")
    chance: float = Field(description="With which it was drawn: in proportion to the complaints.")
    finding: Finding | None
    note: str | None
    decided_by: str | None
    decided_at: Instant | None


class MissedShown(ResponseBody):
    """Which share of the complaints was about sellers at fault without a case."""

    share: float | None = Field(description="Null where nobody has said of a seller what it is.")
    low: float | None = Field(description="Lower bound of the share's 95 % interval.")
    high: float | None = Field(description="Upper bound.")
    looks: int = Field(description="Sellers of whom somebody said whether they are at fault.")
    unanswered: int = Field(description="Drawn sellers that are open or unclear.")
    weeks: int = Field(description="How many weeks it rests on, the one shown the last.")
    in_words: str


class AuditSample(ResponseBody):
    """What was drawn in a week, and what the weeks up to it say."""

    week: Week
    drawn_at: Instant | None = Field(description="Null where nothing was drawn; so below.")
    size: int | None = Field(description="How many were to be drawn, on average.")
    frame_sellers: int | None = Field(description="Sellers that could be drawn.")
    frame_complaints: int | None = Field(description="Complaints about these in the 28 days.")
    sellers: list[AuditedSeller]
    estimate: MissedShown
