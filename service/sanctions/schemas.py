"""Bodies and answers of the sanctions routes."""

from __future__ import annotations

from typing import Literal

from service.fields import Given, Instant, Shown, Text


class Approval(Given):
    """A second person's consent to a sanction."""

    reason: Text = ""


class SanctionRecord(Shown):
    """What became of a suspension or removal that the rules issued."""

    sanction_id: str
    seller_id: str
    kind: str
    state: Literal["waiting", "carried_out", "lifted"]
    issued_at: Instant
    ends_at: Instant | None
    approved_by: str | None
    approved_at: Instant | None
    reason: str | None
    lifted_at: Instant | None


class SanctionList(Shown):
    """Sanctions that wait for a second person, oldest first."""

    sanctions: list[SanctionRecord]
