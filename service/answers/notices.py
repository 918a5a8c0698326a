"""Notices: what the seller is to be told of a complaint, before it is decided and after."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row

from detector.rules import Policies, SellerLedger
from service.answers.rules import Ended, Facts, answer_until, notice_text, stakes_of
from service.answers.schemas import NoticeShown
from service.decisions.appeals.actions import appeal_of
from service.decisions.ledger.actions import standing_or_start
from service.decisions.verdicts.actions import verdict_of
from service.decisions.withdrawals.actions import withdrawal_of
from service.intake.complaints.actions import complaint_of


def notice_of(
    connection: Connection, complaint_id: str, policies: Policies, *, now: int
) -> NoticeShown:
    """What the seller is to be told of a complaint now; raises NoSuchComplaint."""
    row = complaint_of(connection, complaint_id)
    policy = policies.at(row.filed_at)
    violation = policy.violations.get(row.category)
    least, most = (0, 0) if violation is None else stakes_of(violation.points)
    standing = standing_or_start(connection, row.seller_id, policies, now=now)
    ended = _ended(connection, row, policies, standing, now)
    if ended is not None:
        least = most = ended.points
    facts = Facts(row.category, row.filed_at, row.order_id, row.listing_id, standing.balance)
    return NoticeShown(
        complaint_id=complaint_id,
        seller_id=row.seller_id,
        category=row.category,
        filed_at=row.filed_at,
        outcome="pending" if ended is None else ended.outcome,
        points=standing.balance,
        points_least=least,
        points_most=most,
        answer_until=answer_until(policy, row.filed_at) if ended is None else None,
        appeal_until=ended.appeal_until if ended else None,
        text=notice_text(facts, policy, ended),
    )


def _ended(
    connection: Connection, row: Row[Any], policies: Policies, standing: SellerLedger, now: int
) -> Ended | None:
    """How the complaint ended; None while it waits for its verdict."""
    if row.outcome == "pending":
        withdrawal = withdrawal_of(connection, row.complaint_id)
        return None if withdrawal is None else Ended("withdrawn", withdrawal.filed_at)
    verdict = verdict_of(connection, row.complaint_id)
    if verdict is None:  # another system decided, which takes no points here
        return Ended(row.outcome, row.decided_at)
    if verdict.reversed_at is not None:
        return Ended("reversed", verdict.reversed_at)
    if verdict.outcome != "upheld":
        return Ended(verdict.outcome, verdict.decided_at, (), verdict.reason)
    is_free = appeal_of(connection, verdict.verdict_id) is None
    window = policies.at(row.filed_at).appeals.window
    until = None if window is None else verdict.decided_at + window
    can_appeal = is_free and (until is None or now < until)
    points, is_shared = _points_of(standing, verdict.verdict_id)
    return Ended(
        "upheld",
        verdict.decided_at,
        tuple(verdict.evidence),
        verdict.reason,
        points,
        is_shared,
        until if can_appeal else None,
        can_appeal,
    )


def _points_of(standing: SellerLedger, verdict_id: str) -> tuple[int, bool]:
    """What the entry that a verdict belongs to takes now, and whether others belong to it too."""
    for entry in standing.entries:
        if verdict_id in entry.grounds:
            return entry.points if entry.state == "standing" else 0, len(entry.grounds) > 1
    return 0, False
