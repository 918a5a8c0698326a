"""Bodies and answers of the sanctions routes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from service.fields import Given, Instant, Shown, Text

SanctionState = Literal["waiting", "lapsed", "carried_out", "declined", "lifted"]


class Approval(Given):
    """A second person's decision about a sanction."""

    reason: Text = ""


class SanctionRecord(Shown):
    """What became of a suspension or removal that the rules issued."""

    sanction_id: str
    seller_id: str
    kind: str
    state: SanctionState = Field(
        description="`lapsed`: its term passed before anybody approved it; nobody carried it out."
    )
    issued_at: Instant
    ends_at: Instant | None = Field(description="Its term runs from the approval.")
    approved_by: str | None
    approved_at: Instant | None
    declined_by: str | None
    reason: str | None
    lifted_at: Instant | None


class SanctionPage(Shown):
    """Sanctions in one state, oldest first."""

    sanctions: list[SanctionRecord]
    next_cursor: str | None
