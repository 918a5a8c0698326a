"""Notices: what to write to a seller about a complaint, before it is decided and after."""

from __future__ import annotations

from sqlalchemy import Connection

from detector.rules import Policies, Policy
from service.answers.rules import Ended, Facts, answer_until, notice_text, stakes_of
from service.answers.schemas import NoticeShown
from service.decisions import records
from service.decisions.decision_file import DecisionFile
from service.decisions.ledger.rules import entry_with, standing_or_start


def notice_of(
    connection: Connection, complaint_id: str, policies: Policies, *, now: int
) -> NoticeShown:
    """What to write to the seller about a complaint now; raises NoSuchComplaint."""
    file = records.file_of(connection, complaint_id)
    complaint = file.complaint
    policy = policies.at(complaint.filed_at)
    violation = policy.violation_in(complaint.category)
    least, most = (0, 0) if violation is None else stakes_of(violation.points)
    standing = standing_or_start(file.log, policies, now=now)
    ended = _ended(file, policy, policies, now)
    if ended is not None:
        least = most = ended.points
    facts = Facts(
        complaint.category,
        complaint.filed_at,
        complaint.order_id,
        complaint.listing_id,
        standing.balance,
    )
    return NoticeShown(
        complaint_id=complaint_id,
        seller_id=complaint.seller_id,
        category=complaint.category,
        filed_at=complaint.filed_at,
        outcome="pending" if ended is None else ended.outcome,
        points=standing.balance,
        points_least=least,
        points_most=most,
        answer_until=answer_until(policy, complaint.filed_at) if ended is None else None,
        appeal_until=ended.appeal_until if ended else None,
        text=notice_text(facts, policy, ended),
    )


def _ended(file: DecisionFile, policy: Policy, policies: Policies, now: int) -> Ended | None:
    """How the complaint ended; None while it waits for its verdict."""
    complaint, verdict, withdrawal = file.complaint, file.verdict, file.withdrawal
    if complaint.outcome == "pending":
        return None if withdrawal is None else Ended("withdrawn", withdrawal.filed_at)
    if verdict is None:  # another system decided, which takes no points here
        assert complaint.decided_at is not None  # noqa: S101 - it comes with an outcome
        return Ended(complaint.outcome.value, complaint.decided_at)
    if verdict.reversed_at is not None:
        return Ended("reversed", verdict.reversed_at)
    if verdict.outcome != "upheld":
        return Ended(verdict.outcome, verdict.decided_at, reason=verdict.reason)
    window = policy.appeals.window
    until = None if window is None else verdict.decided_at + window
    can_appeal = file.appeal is None and (until is None or now < until)
    # What the entry that it belongs to takes now, and whether other verdicts belong to it too.
    entry = entry_with(file.log, verdict.verdict_id, policies, now=now)
    points = entry.points if entry and entry.state == "standing" else 0
    is_shared = entry is not None and len(entry.grounds) > 1
    return Ended(
        "upheld",
        verdict.decided_at,
        tuple(verdict.evidence),
        verdict.elsewhere,
        verdict.violation if verdict.violation not in (None, complaint.category) else None,
        verdict.reason,
        points,
        is_shared,
        until if can_appeal else None,
        can_appeal,
    )
