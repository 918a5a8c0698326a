"""Answers of the sellers routes."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from service.assessments.schemas import AssessmentShown
from service.cases.schemas import CaseShown
from service.decisions.ledger.schemas import HELD, TAKEN, EntryState, Standing, Status
from service.decisions.schemas import SanctionState
from service.http.fields import Day, Instant, ResponseBody

Number = int | float
BECAUSE_MAX: Final = 100
"""Entries told of one sanction: a seller may have hundreds of sanctions on thousands of entries."""


class SellerShown(ResponseBody):
    """A seller: what the machine says, what persons decided, and what is being looked at."""

    seller_id: str
    assessment: AssessmentShown | None
    standing: Standing
    case: CaseShown | None
    awaiting_approval: list[str] = Field(
        description="Sanctions that nobody carries out before a second person approves them."
    )


class EntryShown(ResponseBody):
    """Points taken by a verdict, and what became of them."""

    id: str
    points: Number = Field(
        description="Points it takes while it stands; reversed, what its verdicts had cost."
    )
    track: str
    policy: str = Field(description="The version of the rules that set the points.")
    opened_at: Instant
    expires_at: Instant | None
    state: EntryState
    grounds: list[str] = Field(description="The verdicts it rests on.")


class SanctionShown(ResponseBody):
    """What followed from the points."""

    id: str
    kind: str
    issued_at: Instant
    ends_at: Instant | None
    state: Literal[
        "awaiting_approval", "declined", "lapsed", "in_force", "served", "voided", "stayed"
    ]
    because: list[str] = Field(
        description=f"The entries it rests on, the first {BECAUSE_MAX} of them."
    )
    because_count: int = Field(description="How many entries it rests on.")
    tier: str
    effects: list[str] = Field(description="What it brings besides, in the policy's words.")
    done_at: Instant | None = Field(description="When the platform said that it was done.")
    replaces: str | None = Field(description="The harsher sanction whose place it took.")
    two_person: bool = Field(description="Whether a second person must approve it.")
    approval: SanctionState | None = Field(
        description="Whether it was carried out; null for what nobody has to, such as a warning."
    )


class CreditShown(ResponseBody):
    """Points given back, and how many of them still lower the points taken."""

    why: str
    granted_at: Instant
    points: Number


class TrackShown(ResponseBody):
    """One of a policy's independent ledgers."""

    balance: Number = Field(description=HELD)
    level: Number = Field(description=TAKEN)


class LedgerShown(ResponseBody):
    """A seller's ledger: the points held now, and every sanction and entry there ever was.

    The entries come in pages, oldest first; all else is the same on each page.
    """

    seller_id: str
    balance: Number = Field(description=HELD)
    level: Number = Field(description=TAKEN)
    status: Status
    entries: list[EntryShown]
    next_cursor: str | None
    sanctions: list[SanctionShown]
    credits: list[CreditShown]
    tracks: dict[str, TrackShown] = Field(
        description="The policy's independent ledgers; balance and level are those of the fullest."
    )


class DayShown(ResponseBody):
    """What a day brought, and what was usual for this seller before it."""

    day: Day
    complaints: int
    orders: float | None = Field(description="Orders taken that day; null where unknown.")
    expected: float = Field(description="Complaints expected from the seller's own past.")
    low: float = Field(description="Lower end of the band that 19 days of 20 fall into.")
    high: float = Field(description="Upper end of that band.")


class HistoryShown(ResponseBody):
    """A seller's days, oldest first."""

    seller_id: str
    days: list[DayShown]
