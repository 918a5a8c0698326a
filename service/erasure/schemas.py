"""Bodies and answers of the erasure routes."""

from __future__ import annotations

from pydantic import Field

from service.http.fields import Id, RequestBody, ResponseBody, Text


class Erasure(RequestBody):
    """Erase one buyer."""

    buyer_id: Id
    reason: Text = Field("", description="Why; it is kept in the audit, so without names.")


class Retention(RequestBody):
    """Apply the retention policy."""

    limit: int = Field(1_000, ge=1, le=10_000, description="Most complaints to go through.")


class Removed(ResponseBody):
    """How much was removed."""

    complaints: int = Field(description="Complaints whose buyer is now a pseudonym.")
    evidence: int = Field(description="Pieces of evidence whose link, file and note are gone.")
    words: int = Field(
        description="Records whose words are gone: reasons, answers, what evidence was."
    )


class ErasureDone(Removed):
    """What was removed of a buyer."""

    pseudonym: str | None = Field(
        description="What stands in their place; null without complaints."
    )
    held: list[str] = Field(
        description="Complaints whose evidence stays until they are decided past appeal."
    )


class RetentionDone(Removed):
    """What was removed because its time is over."""

    more: bool = Field(description="Whether there is more to go through: ask again.")
