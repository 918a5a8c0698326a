"""Responses about assessments and the models that make them."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from service.http.fields import Instant, RequestBody, ResponseBody, Text


class FindingShown(ResponseBody):
    """One window of time and kind of complaint in which a seller stands out."""

    column: str = Field(
        description="A category; or `(all)`, `(other categories)`, which are rarer ones, "
        "`(without evidence)` or `(by repeat buyers)`; or an attribute of complaints that has "
        "changed: `(hour of day)`, `(delay)`, `(pieces of evidence)`, `(outcome)`, `(buyers)`, "
        "`(time between complaints)` or `(mix of categories)`."
    )
    days: int = Field(description="Length of the window, which ends at the assessment.")
    complaints: int
    expected: float
    odds: float = Field(
        description="How many times likelier a spike, or a change, makes what was seen."
    )
    part: str | None = Field(
        None, description="Of an attribute, the part that has grown: `21-24` of hours."
    )
    of: int | None = Field(None, description="Of an attribute: of how many complaints it is part.")


class AssessmentShown(ResponseBody):
    """All that the machine says about one seller at one instant."""

    seller_id: str
    as_of: Instant
    score: float = Field(description="Higher is more suspicious; comparable across days.")
    surprise: float = Field(description="-log10 of the chance of what was seen, if all were usual.")
    p_value: float
    q_value: float = Field(description="Share of false flags among sellers this suspicious.")
    flagged: bool
    rank: int = Field(description="1 is the most suspicious of that instant.")
    reasons: list[str]
    findings: list[FindingShown] = Field(
        description="What the reasons say, as numbers, strongest first; empty for older ones."
    )
    suspicion: str


class Promotion(RequestBody):
    """A model to be put in use."""

    reason: Text | None = Field(
        None,
        description="Why; needed where the gate speaks against the version. Kept in the audit.",
    )


class ModelShown(ResponseBody):
    """A trained model."""

    version: str
    current: bool
    aliases: list[str] = Field(description="Names of it; `champion` is the version in use.")
    tags: dict[str, str]
    manifest: dict[str, Any]


class ModelList(ResponseBody):
    """All trained models, oldest first."""

    current: str | None
    models: list[ModelShown]
