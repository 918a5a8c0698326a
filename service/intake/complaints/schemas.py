"""Bodies and answers of the complaints routes."""

from __future__ import annotations

from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Any, Final, Self

from pydantic import BeforeValidator, Discriminator, Field, StringConstraints, Tag, model_validator

from detector.rules.events import NOTICE, ORGANISATIONS, Source
from service.http.fields import (
    BY_SLICES,
    KIND,
    PRINTABLE,
    GivenInstant,
    Id,
    Instant,
    RequestBody,
    ResponseBody,
    Word,
)
from service.intake.evidence.schemas import EvidenceWanted


class Outcome(StrEnum):
    """What became of a complaint."""

    PENDING = "pending"
    UPHELD = "upheld"
    REJECTED = "rejected"
    UNFOUNDED = "unfounded"


class Complaint(RequestBody):
    """One complaint of one buyer about one seller."""

    complaint_id: Id
    seller_id: Id
    filed_at: GivenInstant
    category: Word
    order_id: Id | None = None
    buyer_id: Id | None = None
    listing_id: Id | None = None
    evidence_count: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    outcome: Outcome = Field(
        Outcome.PENDING,
        description="What another system decided. It teaches the detector; it takes no points.",
    )
    decided_at: GivenInstant | None = None
    source: Source = Field(
        NOTICE,
        description="Who brought it, for the EU's transparency database: an ordinary notice (DSA "
        "Art. 16), a trusted flagger (Art. 22), another notification, or the marketplace itself.",
    )
    source_identity: (
        Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=PRINTABLE)] | None
    ) = Field(
        None,
        description="The trusted flagger's name, or whose notification it was: an organisation's, "
        "never a person's. The database gets it; the seller does not.",
    )
    group: Id | None = Field(
        None,
        description="The region, carrier, warehouse or brand that it has in common with others: "
        "what is due from a seller follows its groups.",
    )

    @model_validator(mode="after")
    def _only_organisations_are_named(self) -> Self:
        if self.source_identity is not None and self.source not in ORGANISATIONS:
            raise ValueError(f"source_identity goes with {' or '.join(ORGANISATIONS)} as source")
        return self

    @model_validator(mode="after")
    def _decided_with_a_time(self) -> Self:
        if (self.outcome is Outcome.PENDING) != (self.decided_at is None):
            raise ValueError("decided_at goes with an outcome that is not pending, and only then")
        if self.decided_at is not None and self.decided_at < self.filed_at:
            raise ValueError("decided_at is before filed_at")
        return self

    def fingerprint(self) -> bytes:
        """SHA-256 of what the body says; equal for bodies that say the same.

        A body that names no source and no group has the fingerprint that it had before there were
        any.
        """
        unsaid = {"source"} if self.source == NOTICE else set()
        unsaid |= {name for name in ("source_identity", "group") if getattr(self, name) is None}
        return sha256(self.model_dump_json(exclude=unsaid).encode()).digest()


class ComplaintBatch(RequestBody):
    """Several complaints, all stored or none."""

    complaints: Annotated[list[Complaint], Field(min_length=1), BY_SLICES]


_ONE: Final = f"{KIND}one"
_BATCH: Final = f"{KIND}batch"


def _shape(body: Any) -> str:  # noqa: ANN401 - a JSON value of any kind
    is_batch = isinstance(body, ComplaintBatch) or (isinstance(body, dict) and "complaints" in body)
    return _BATCH if is_batch else _ONE


ComplaintOrBatch = Annotated[
    Annotated[Complaint, Tag(_ONE)] | Annotated[ComplaintBatch, Tag(_BATCH)],
    Discriminator(_shape),
]


class ComplaintFacts(ResponseBody):
    """The complaint as it is stored."""

    complaint_id: str
    seller_id: str
    filed_at: Instant
    category: str
    order_id: str | None
    buyer_id: str | None
    listing_id: str | None
    evidence_count: int | None
    outcome: Outcome
    decided_at: Instant | None
    source: Annotated[Source, BeforeValidator(lambda stored: stored or NOTICE)]
    source_identity: str | None
    group: str | None


class ComplaintFiled(ComplaintFacts):
    """A complaint that was filed, and what its sender is asked for next."""

    evidence_wanted: EvidenceWanted | None = Field(
        description="What is needed to uphold it; null when the rules charge nothing for it."
    )
    warnings: list[str] = Field(
        description="What to look at once more: a category that the rules do not know; asked for "
        "later, also an order that differs from another by blanks or capitals only."
    )


class BatchFiled(ResponseBody):
    """How many complaints were new and how many were there already."""

    stored: int
    repeated: int
    warnings: list[str] = Field(description="The categories among them that nobody knows.")
