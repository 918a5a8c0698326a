"""Bodies and answers of the sanctions routes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from service.decisions.verdicts.schemas import VerdictShown
from service.http.fields import GivenInstant, Instant, RequestBody, ResponseBody, Text

SanctionState = Literal["waiting", "lapsed", "carried_out", "declined", "lifted"]


class Approval(RequestBody):
    """A second person's decision about a sanction."""

    reason: Text = ""


class Lifting(RequestBody):
    """Why a sanction ends before its time."""

    reason: Annotated[Text, Field(min_length=1)]


class Extension(Lifting):
    """Until when a sanction runs instead, and why."""

    until: GivenInstant


class NoticeGiven(RequestBody):
    """Whether the notice of a sanction reached the seller."""

    delivered: bool


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
    approved_by: str | None
    approved_at: Instant | None
    declined_by: str | None
    reason: str | None
    lifted_at: Instant | None
    done_at: Instant | None = Field(description="When the platform said that it was done.")


class SanctionFull(SanctionRecord):
    """A sanction with all that a second person looks at."""

    tier: str
    effects: list[str]
    verdicts: list[VerdictShown] = Field(
        description="What it rests on; who gave or seconded one of them does not decide about it."
    )


class SanctionPage(ResponseBody):
    """Sanctions in one state, oldest first."""

    sanctions: list[SanctionRecord]
    next_cursor: str | None
