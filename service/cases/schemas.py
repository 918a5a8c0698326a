"""Bodies and answers of the queue and case routes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from service.assessments.schemas import FindingShown
from service.http.fields import GivenInstant, Instant, RequestBody, ResponseBody, Text, Word, Words
from service.http.redaction import INTERNAL


class Lease(ResponseBody):
    """Who holds a case, and until when."""

    holder: str
    expires_at: Instant


class CaseShown(ResponseBody):
    """A case with the number it is sorted by, the parts that add up to it, and the reasons."""

    case_id: str
    seller_id: str
    status: Literal["open", "closed"]
    suspicion: str = Field(description="`seller`, or `brigade`: the complaints may be the fraud.")
    opened_for: Literal["certainty", "capacity"] = Field(
        description="`certainty`: flagged. `capacity`: the best of the rest, as many a day as "
        "moderators can look at."
    )
    false_chance: float | None = Field(
        description="How likely it is that the case is a false alarm; null for cases opened before "
        "this was known."
    )
    priority: float = Field(description="The sum of the breakdown; highest first.")
    breakdown: dict[str, float]
    breakdown_in_words: list[str] = Field(
        description="The same parts with their units, such as `chance 98 %` and `due in 71 h`."
    )
    reasons: list[str]
    findings: list[FindingShown] = Field(
        description="What the reasons say, as numbers, strongest first; empty for older cases."
    )
    opened_at: Instant
    due_at: Instant
    lease: Annotated[Lease | None, INTERNAL]
    snoozed_until: Instant | None
    escalated_by: Annotated[str | None, INTERNAL]
    closed_at: Instant | None
    closed_by: Annotated[str | None, INTERNAL]
    outcome: str | None
    note: Annotated[str | None, INTERNAL]


class QueuePage(ResponseBody):
    """Open cases in priority order."""

    cases: list[CaseShown]
    next_cursor: str | None


class CaseSnooze(RequestBody):
    """Leave a case until something is known."""

    until: GivenInstant
    note: Text | None = None


class CaseEscalate(RequestBody):
    """Hand a case to a reviewer."""

    note: Text | None = None


class CaseNote(RequestBody):
    """What colleagues ought to know about a case."""

    note: Words


class CaseClose(RequestBody):
    """How a case ended."""

    outcome: Word = "done"
    note: Text | None = None
