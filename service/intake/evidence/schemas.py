"""Bodies and answers of the evidence routes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from service.http.fields import Instant, Link, RequestBody, ResponseBody, Text, Word
from service.http.redaction import INTERNAL

Party = Annotated[
    Literal["complainant", "seller"],
    Field(description="Whose it is: the seller's does not count towards upholding the complaint."),
]


class EvidenceLink(RequestBody):
    """A piece of evidence that lies elsewhere."""

    kind: Word
    link: Link
    note: Text | None = None
    party: Party = "complainant"


class EvidenceFile(RequestBody):
    """What is said about a piece of evidence that is a file."""

    kind: Word
    note: Text | None = None
    party: Party = "complainant"


class EvidenceWanted(ResponseBody):
    """What evidence a complaint needs before it can be upheld, and what of it is missing."""

    enough: bool
    lacks: str | None = Field(description="What is missing, as a sentence; null when enough.")
    kinds_min: int = Field(description="How many different kinds are needed.")
    any_of: list[list[str]] = Field(description="Sets of kinds of which one must be complete.")
    people: int = Field(description="How many people must agree to uphold it.")
    missing: list[list[str]] = Field(
        description="What is missing of each set, the least first; one of these will do."
    )


class EvidenceShown(ResponseBody):
    """A piece of evidence."""

    evidence_id: str
    kind: str
    link: str | None
    sha256: str | None
    media_type: str | None
    bytes: int | None
    note: str | None
    party: Party
    added_by: Annotated[str, INTERNAL]
    added_at: Instant
    erased_at: Instant | None = Field(None, description="When link, file and note were removed.")
