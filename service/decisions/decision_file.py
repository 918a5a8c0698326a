"""What is on file when somebody decides: read once, under the seller's lock, and then frozen."""

from __future__ import annotations

from dataclasses import dataclass

from service.decisions.schemas import (
    AnswerShown,
    AppealShown,
    SanctionRecord,
    Verdict,
    VerdictShown,
    WithdrawalShown,
)
from service.decisions.seller_log import SellerLog
from service.intake.complaints.schemas import ComplaintFacts
from service.leases.rules import CaseState


@dataclass(frozen=True, slots=True)
class Proposal:
    """A verdict that some people agree on, and that waits for others."""

    complaint_id: str
    seller_id: str
    verdict: Verdict
    agreed: tuple[str, ...]
    """Who agrees, in order; the first proposed it."""
    people: int
    """How many must agree."""
    proposed_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintFile:
    """A complaint and all that was decided about it."""

    complaint: ComplaintFacts
    verdict: VerdictShown | None = None
    """The one that counts; where none does, the latest."""
    is_reopened: bool = False
    """Whether the complaint may be decided again after that verdict."""
    proposal: Proposal | None = None
    appeal: AppealShown | None = None
    """Against that verdict."""
    withdrawal: WithdrawalShown | None = None
    answer: AnswerShown | None = None

    @property
    def deciders(self) -> frozenset[str]:
        """Who decided the complaint, or agreed with a verdict that waits."""
        proposed = () if self.proposal is None else self.proposal.agreed
        given = () if self.verdict is None else self.verdict.people
        return frozenset({*proposed, *given})

    @property
    def standing_verdict(self) -> VerdictShown | None:
        """The verdict that stands: neither reversed nor superseded."""
        verdict = self.verdict
        return None if verdict is None or verdict.reversed_at is not None else verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionFile(ComplaintFile):
    """The same with what a decision rests on: the evidence's kinds and the seller's log."""

    log: SellerLog
    kinds: tuple[str, ...] = ()
    """The kinds of evidence on file, without the seller's own and without erased ones."""
    kinds_of_seller: tuple[str, ...] = ()
    """The kinds of the seller's own evidence."""
    case: CaseState | None = None
    """The seller's open case, read where it matters who holds it; else None."""
    spokespeople: tuple[str, ...] = ()
    """Who acted for a party of this complaint: answered, appealed or withdrew it for them."""
    orders_alike: tuple[str, ...] = ()
    """Other orders of the seller that differ from this one's by blanks or capitals only."""


@dataclass(frozen=True, slots=True)
class SanctionFile:
    """A sanction, what became of it, and the seller's log."""

    record: SanctionRecord
    log: SellerLog
