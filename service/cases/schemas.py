"""Bodies and answers of the queue and case routes."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from service.assessments.schemas import FindingShown
from service.cases.labels import LABEL_OF, Given, Label, Labelled, Reason, labelled
from service.http.fields import GivenInstant, Instant, RequestBody, ResponseBody, Text, Word, Words
from service.http.redaction import INTERNAL

Way = Literal["certainty", "capacity", "exploration", "level"]
"""Ways in: a flag; the best of the rest; a lot among sellers whom only the challenger names; a
seller bad by level."""


class Lease(ResponseBody):
    """Who holds a case, and until when."""

    holder: str
    expires_at: Instant


class OpeningShown(ResponseBody):
    """What the machine said when a case was opened; it never changes."""

    model: str = Field(description="The version that scored.")
    score: float
    p_value: float
    q_value: float
    rank: int = Field(description="Place of the seller among all by score; 1 is first.")
    shown_chance: float = Field(
        description="How likely such a seller was to get a case; 1 where no lot was drawn."
    )
    opened_for: Way | None = Field(
        None, description="What it was opened for at first; null for older cases."
    )
    kinds: dict[str, float] = Field(
        description="Evidence by kind, in natural logarithms of odds: columns of counts, "
        "`(one category)`, `(strangers)`, `(one hour)` and `(pattern)`."
    )


class YearShown(ResponseBody):
    """A seller's year beside the market's, in the kind of complaint in which it is worst."""

    category: str = Field(description="A category, `(all)` or `(other categories)`.")
    rate: float = Field(description="Times the market's rate for the same orders.")
    low: float = Field(description="Lower end of the rate's interval of nine in ten.")
    high: float
    complaints: int
    due: float = Field(description="Complaints that the market's rate would have brought.")
    days: int = Field(description="Days that were counted.")


class LevelSeen(YearShown):
    """A seller's year beside the market's, as the last daily look before the case's end had it."""

    seen: dict[str, float] = Field(
        description="The rate that cases about its level saw last, by category: another is opened "
        "where the lower end lies above it, or in a category that is not here."
    )


class CaseShown(ResponseBody):
    """A case with the number it is sorted by, the parts that add up to it, and the reasons."""

    case_id: str
    seller_id: str
    status: Literal["open", "closed"]
    suspicion: str = Field(description="`seller`, or `brigade`: the complaints may be the fraud.")
    opened_for: Way = Field(
        description="`certainty`: flagged. `capacity`: the best of the rest, as many a day as "
        "moderators can look at. `exploration`: drawn by lot among sellers whom only the "
        "challenger names; reasons and findings are those of that version. `level`: the seller is "
        "bad by level, not by change."
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
    opening: OpeningShown | None = Field(
        description="What was known when it was opened; null for older cases and suspected floods "
        "of notices. A case that an appeal opens again has that of the case before."
    )
    level: LevelSeen | None = Field(
        description="What was known of the seller's level while the case was open; null where it "
        "was not opened for that."
    )
    opened_at: Instant
    due_at: Instant
    lease: Annotated[Lease | None, INTERNAL]
    snoozed_until: Instant | None
    escalated_by: Annotated[str | None, INTERNAL]
    closed_at: Instant | None
    closed_by: Annotated[str | None, INTERNAL]
    outcome: str | None
    label: Label | None = Field(
        description="What the case turned out to be; null while it is open, and where nobody said. "
        "A later verdict or appeal corrects it."
    )
    label_reason: Reason | None = Field(description="Why the label is so.")
    note: Annotated[str | None, INTERNAL]


class KindLearnt(ResponseBody):
    """What closed cases taught about one kind of evidence."""

    kind: str
    weight: float = Field(
        description="Natural logarithm of the odds ratio by which 6 nats of it make a case upheld, "
        "beside what the score says."
    )
    low: float = Field(description="Lower bound of the weight's 95 % interval.")
    high: float = Field(description="Upper bound.")


class LearningShown(ResponseBody):
    """What closed cases taught; the score's own order where there are none."""

    learned_at: Instant | None = Field(description="Null before the first time.")
    is_used: bool = Field(description="Whether it moves cases in the queue's order.")
    cases: int = Field(description="Closed cases learnt from.")
    upheld: int = Field(description="How many of them were a problem.")
    half_life_days: float = Field(description="After so many days a case counts half.")
    lessons: str | None = Field(
        description="SHA-256 of the cases with their ends and labels: the same teach the same."
    )
    level: float
    score_weight: float = Field(description="1 is what the score weighs before any case.")
    score_centre: float
    score_spread: float
    kinds: list[KindLearnt]
    in_words: list[str]


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

    outcome: Word = Field("done", description="A word of one's own; the label says what it means.")
    label: Label | None = Field(
        None,
        description="`problem`: the seller was at fault; `false_alarm`: nobody was, or others; "
        "`unclear`. That of the reason, where a reason is given.",
    )
    label_reason: Given | None = Field(None, description="Why; each is a reason for one label.")
    note: Text | None = None

    @model_validator(mode="after")
    def _one_label(self) -> Self:
        if self.label_reason and self.label not in (None, LABEL_OF[self.label_reason]):
            raise ValueError(
                f"label: {self.label_reason} is a reason for {LABEL_OF[self.label_reason]}"
            )
        return self

    @property
    def labelled(self) -> Labelled:
        """The label with its reason."""
        return labelled(self.label_reason) if self.label_reason else Labelled(self.label)
