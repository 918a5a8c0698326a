"""What can be done with verdicts; each inside one transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, insert, select, update

from detector.rules import Policies
from service.assessments.store import assessments_of
from service.audit import actions as audit
from service.decisions.ledger import actions as ledger
from service.decisions.sanctions.actions import follow, waiting_ids
from service.decisions.tables import appeals, verdicts
from service.decisions.verdicts.rules import draft_of, event_for, verdict_in
from service.decisions.verdicts.schemas import Verdict, VerdictGiven, VerdictShown
from service.decisions.withdrawals import store as withdrawals
from service.http.access.keys import Caller
from service.http.fields import instant_text
from service.intake.complaints import store as complaints
from service.intake.complaints.actions import complaint_of, locked_complaint
from service.intake.evidence.actions import kinds_of
from service.refusals import AlreadyDecided, AppealOpen, ComplaintWithdrawn, VerdictFallen
from service.sellers.store import request_rescoring


def give_verdict(
    connection: Connection,
    complaint_id: str,
    given: Verdict,
    policies: Policies,
    *,
    caller: Caller,
    now: int,
    agreed_by: Sequence[str] = (),
) -> VerdictGiven:
    """Decide about a complaint and let the rules act on it, in one transaction.

    `agreed_by` are the people who decided it together, who proposed it first; the caller alone when
    empty. Raises NoSuchComplaint, AlreadyDecided (a second verdict that does not say which one it
    supersedes, or one imported with the complaint), ComplaintWithdrawn, VerdictFallen, AppealOpen
    and VerdictRefused (the policy's evidence gate).
    """
    complaint = locked_complaint(connection, complaint_id)
    check_room(connection, complaint_id, given)
    if given.supersedes is not None:
        _set_aside(connection, complaint_id, given.supersedes, now)
    evidence = given.evidence
    if evidence is None:
        evidence = kinds_of(connection, complaint_id)
    moderator, *seconded_by = agreed_by or [caller.person]
    shown = draft_of(
        given,
        complaint,
        evidence=list(evidence),
        moderator=moderator,
        seconded_by=seconded_by,
        now=now,
    )
    _insert(connection, shown)
    complaints.set_outcome(connection, complaint_id, given.outcome, now)
    event = event_for(shown, given, complaint)
    recorded = ledger.record(connection, shown.seller_id, event, policies, now=now)
    request_rescoring(connection, [shown.seller_id], now)
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
    return None if row is None else verdict_in(row)


def standing_verdict_of(connection: Connection, complaint_id: str) -> VerdictShown | None:
    """The verdict that stands about a complaint: neither reversed nor superseded."""
    verdict = verdict_of(connection, complaint_id)
    return None if verdict is None or verdict.reversed_at is not None else verdict


def verdict_with_id(connection: Connection, verdict_id: str) -> VerdictShown:
    """The verdict with an id that is known to exist."""
    return verdict_in(
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
    audit.record(
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
    request_rescoring(connection, [verdict.seller_id], now)


def check_room(connection: Connection, complaint_id: str, given: Verdict) -> None:
    """Raise unless a complaint waits for a verdict, or has the one that is to be superseded."""
    verdict_id = given.supersedes
    if verdict_id is None:
        check_undecided(connection, complaint_id)
        return
    standing = standing_verdict_of(connection, complaint_id)
    if standing is None or standing.verdict_id != verdict_id:
        raise VerdictFallen(f"verdict {verdict_id!r} does not stand about {complaint_id!r}")
    waiting = appeals.c.verdict_id == verdict_id, appeals.c.outcome == "open"
    if connection.execute(select(appeals.c.appeal_id).where(*waiting)).one_or_none():
        raise AppealOpen(f"an appeal against verdict {verdict_id!r} waits; decide that first")


def _set_aside(connection: Connection, complaint_id: str, verdict_id: str, now: int) -> None:
    """Let the verdict that stands make room for the one that supersedes it."""
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
    lists = {name: json.dumps(getattr(shown, name)) for name in ("evidence", "seconded_by")}
    values = {**shown.model_dump(), **lists, "reopened": False}
    connection.execute(insert(verdicts).values(values))
