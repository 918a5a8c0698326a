"""What can be done with verdicts; each inside one transaction."""

from __future__ import annotations

import json
from secrets import token_hex
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from detector.rules import Policies
from service.access.keys import Caller
from service.appeals.tables import appeals
from service.audit.actions import note
from service.complaints import store as complaints
from service.complaints.actions import complaint_of
from service.evidence.actions import kinds_of
from service.fields import instant_text
from service.ledger import actions as ledger
from service.refusals import AlreadyDecided, AppealOpen, ComplaintWithdrawn, VerdictFallen
from service.sanctions.actions import follow, waiting_ids
from service.scoring.store import assessments_of
from service.verdicts.schemas import Verdict, VerdictGiven, VerdictShown
from service.verdicts.tables import verdicts
from service.withdrawals import store as withdrawals


def give_verdict(
    connection: Connection,
    complaint_id: str,
    given: Verdict,
    policies: Policies,
    *,
    caller: Caller,
    now: int,
) -> VerdictGiven:
    """Decide about a complaint and let the rules act on it, in one transaction.

    Raises NoSuchComplaint, AlreadyDecided (a second verdict that does not say which one it
    supersedes, or one imported with the complaint), ComplaintWithdrawn, VerdictFallen, AppealOpen
    and VerdictRefused (the policy's evidence gate).
    """
    complaint = complaint_of(connection, complaint_id)
    complaints.lock_seller(connection, complaint.seller_id)
    complaint = complaint_of(connection, complaint_id)  # its buyer may just have been erased
    if given.supersedes is None:
        check_undecided(connection, complaint_id)
    else:
        _set_aside(connection, complaint_id, given.supersedes, now)
    evidence = given.evidence
    if evidence is None:
        evidence = kinds_of(connection, complaint_id)
    shown = VerdictShown(
        verdict_id=f"v_{token_hex(8)}",
        complaint_id=complaint_id,
        seller_id=complaint.seller_id,
        outcome=given.outcome,
        violation=given.violation or complaint.category,
        reason=given.reason,
        evidence=list(evidence),
        moderator=caller.person,
        decided_at=now,
        reversed_at=None,
        supersedes=given.supersedes,
    )
    _insert(connection, shown)
    complaints.set_outcome(connection, complaint_id, given.outcome, now)
    recorded = ledger.record(
        connection, shown.seller_id, _event(shown, given, complaint, now), policies, now=now
    )
    complaints.mark_sellers(connection, [shown.seller_id], now)
    follow(connection, recorded.before, recorded.after, now=now)
    _note(connection, shown, recorded, policies, caller=caller)
    return VerdictGiven(
        **shown.model_dump(),
        standing=ledger.standing_shown(recorded.after),
        awaiting_approval=waiting_ids(connection, shown.seller_id, now=now),
    )


def verdict_of(connection: Connection, complaint_id: str) -> VerdictShown | None:
    """The latest verdict about a complaint, if there is one."""
    row = connection.execute(
        select(verdicts)
        .where(verdicts.c.complaint_id == complaint_id)
        .order_by(verdicts.c.decided_at.desc(), verdicts.c.reopened)
        .limit(1)
    ).one_or_none()
    return None if row is None else _shown(row)


def standing_verdict_of(connection: Connection, complaint_id: str) -> VerdictShown | None:
    """The verdict that stands about a complaint: neither reversed nor superseded."""
    verdict = verdict_of(connection, complaint_id)
    return None if verdict is None or verdict.reversed_at is not None else verdict


def verdict_with_id(connection: Connection, verdict_id: str) -> VerdictShown:
    """The verdict with an id that is known to exist."""
    return _shown(
        connection.execute(select(verdicts).where(verdicts.c.verdict_id == verdict_id)).one()
    )


def seller_of(connection: Connection, verdict_id: str) -> str | None:
    """The seller whom a verdict is about; None when there is no such verdict."""
    query = select(verdicts.c.seller_id).where(verdicts.c.verdict_id == verdict_id)
    return connection.execute(query).scalar_one_or_none()


def _note(
    connection: Connection,
    shown: VerdictShown,
    recorded: ledger.Recorded,
    policies: Policies,
    *,
    caller: Caller,
) -> None:
    assessment = assessments_of(connection, [shown.seller_id])
    note(
        connection,
        f"verdict.{shown.outcome}",
        f"complaint {shown.complaint_id}",
        at=shown.decided_at,
        caller=caller,
        why=shown.reason,
        before=ledger.standing_shown(recorded.before).model_dump(),
        after=ledger.standing_shown(recorded.after).model_dump(),
        policy=policies.at(shown.decided_at).label,
        model=assessment[0].model if assessment else None,
    )


def reverse(connection: Connection, verdict: VerdictShown, *, now: int) -> None:
    """Note that a verdict no longer stands.

    One against the seller leaves the complaint decided the other way; one against the complainant
    opens the complaint again, for another verdict.
    """
    reopened = verdict.outcome != "upheld"
    connection.execute(
        update(verdicts)
        .where(verdicts.c.verdict_id == verdict.verdict_id)
        .values(reversed_at=now, reopened=reopened)
    )
    withdrawals.settle(connection, verdict.complaint_id, "moot")
    outcome, decided_at = ("pending", None) if reopened else ("rejected", now)
    complaints.set_outcome(connection, verdict.complaint_id, outcome, decided_at)
    complaints.mark_sellers(connection, [verdict.seller_id], now)


def _set_aside(connection: Connection, complaint_id: str, verdict_id: str, now: int) -> None:
    """Let the verdict that stands make room for the one that supersedes it."""
    standing = standing_verdict_of(connection, complaint_id)
    if standing is None or standing.verdict_id != verdict_id:
        raise VerdictFallen(f"verdict {verdict_id!r} does not stand about {complaint_id!r}")
    waiting = appeals.c.verdict_id == verdict_id, appeals.c.outcome == "open"
    if connection.execute(select(appeals.c.appeal_id).where(*waiting)).one_or_none():
        raise AppealOpen(f"an appeal against verdict {verdict_id!r} waits; decide that first")
    fallen = update(verdicts).where(verdicts.c.verdict_id == verdict_id)
    connection.execute(fallen.values(reversed_at=now, reopened=True))
    withdrawals.settle(connection, complaint_id, "moot")


def check_undecided(connection: Connection, complaint_id: str) -> None:
    """Raise AlreadyDecided or ComplaintWithdrawn unless a complaint waits for its verdict.

    To be asked once the seller is held: another's verdict may just have been committed.
    """
    earlier = connection.execute(
        select(verdicts).where(verdicts.c.complaint_id == complaint_id, ~verdicts.c.reopened)
    ).one_or_none()
    if earlier is not None:
        raise AlreadyDecided(
            f"complaint {complaint_id!r} was {earlier.outcome} by {earlier.moderator} "
            f"at {instant_text(earlier.decided_at)}"
        )
    outcome = complaint_of(connection, complaint_id).outcome
    if outcome != "pending":
        raise AlreadyDecided(f"complaint {complaint_id!r} came with the outcome {outcome}")
    if withdrawals.row_of(connection, complaint_id) is not None:
        raise ComplaintWithdrawn(f"complaint {complaint_id!r} was withdrawn by its complainant")


def _insert(connection: Connection, shown: VerdictShown) -> None:
    values = {**shown.model_dump(), "evidence": json.dumps(shown.evidence), "reopened": False}
    connection.execute(insert(verdicts).values(values))


def _shown(row: Row[Any]) -> VerdictShown:
    values = {name: getattr(row, name) for name in VerdictShown.model_fields}
    return VerdictShown(**{**values, "evidence": json.loads(row.evidence)})


def _event(shown: VerdictShown, given: Verdict, complaint: Row[Any], now: int) -> dict[str, Any]:
    # A client's clock may run ahead of ours; nothing is reported after it was decided.
    reported_at = min(complaint.filed_at, now)
    incident_at = min(given.incident_at or reported_at, reported_at)
    event = {
        "event": "verdict",
        "id": shown.verdict_id,
        "decided_at": instant_text(shown.decided_at),
        "reported_at": instant_text(reported_at),
        "incident_at": instant_text(incident_at),
        "seller_id": shown.seller_id,
        "complaint_id": shown.complaint_id,
        "order_id": complaint.order_id,
        "buyer_id": complaint.buyer_id,
        "violation": shown.violation,
        "severity": given.severity,
        "resolution": given.resolution,
        "points": given.points,
        "supersedes": given.supersedes,
        "listing_id": complaint.listing_id,
        "outcome": shown.outcome,
        "evidence": shown.evidence,
        "moderator": shown.moderator,
        "actor": "person",
    }
    # Whose order and which buyer is told even where nobody knows: the log has no silent gaps.
    told = ("order_id", "buyer_id")
    return {name: value for name, value in event.items() if value is not None or name in told}
