"""Verdicts that several people must agree on: proposed by one, seconded by others, then given."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from detector.rules import Policies
from detector.rules.policy.policy import Evidence
from service.audit import actions as audit
from service.database.engine import among
from service.decisions.tables import proposals
from service.decisions.verdicts.actions import check_room, give_verdict
from service.decisions.verdicts.rules import draft_of, event_for, gate_for
from service.decisions.verdicts.schemas import ProposalPage, Verdict, VerdictGiven, VerdictProposed
from service.http.access.keys import Caller
from service.http.fields import cursor_of, instant_place
from service.http.paging import oldest_first
from service.intake.complaints import store as complaints
from service.intake.complaints.actions import locked_complaint
from service.intake.evidence.actions import kinds_of
from service.refusals import AlreadyProposed, NoSuchProposal, SameModerator, VerdictRefused


def decide(
    connection: Connection,
    complaint_id: str,
    given: Verdict,
    policies: Policies,
    *,
    caller: Caller,
    now: int,
) -> VerdictGiven | VerdictProposed:
    """Give a verdict, or propose it where the policy asks that several people agree.

    Raises as `give_verdict` does, and AlreadyProposed while another proposal waits.
    """
    complaint = locked_complaint(connection, complaint_id)
    waiting = proposal_of(connection, complaint_id)
    if waiting is not None:
        raise AlreadyProposed(
            f"{waiting.moderator} proposed that complaint {complaint_id!r} be {waiting.outcome}; "
            "second it or decline it"
        )
    kinds = kinds_of(connection, complaint_id) if given.evidence is None else given.evidence
    full = given.model_copy(update={"evidence": list(kinds)})
    gate = _gate(full, complaint, policies, person=caller.person, now=now)
    if gate is None or gate.quorum <= 1:
        return give_verdict(connection, complaint_id, full, policies, caller=caller, now=now)
    check_room(connection, complaint_id, full)
    lack = gate.missing(tuple(kinds), people=gate.quorum)
    if lack is not None:
        raise VerdictRefused(f"complaint {complaint_id!r} cannot be upheld: {lack}")
    return _propose(connection, complaint, full, gate.quorum, caller=caller, now=now)


def second(
    connection: Connection,
    complaint_id: str,
    reason: str,
    policies: Policies,
    *,
    caller: Caller,
    now: int,
) -> VerdictGiven | VerdictProposed:
    """Agree with a proposed verdict; it is given when enough people have.

    Raises NoSuchProposal, SameModerator (who proposed or seconded it), and as `give_verdict` does.
    """
    row = _held(connection, complaint_id)
    people = [row.moderator, *json.loads(row.seconded_by)]
    if caller.person in people:
        raise SameModerator(f"{caller.person} has agreed already; somebody else seconds it")
    people.append(caller.person)
    seconded = update(proposals).where(proposals.c.complaint_id == complaint_id)
    connection.execute(seconded.values(seconded_by=json.dumps(people[1:])))
    given: VerdictGiven | VerdictProposed
    if len(people) < row.people:
        given = _found(connection, complaint_id)
    else:
        drop(connection, complaint_id)
        verdict = Verdict(**json.loads(row.body), reason=row.reason)
        given = give_verdict(
            connection, complaint_id, verdict, policies, caller=caller, now=now, agreed_by=people
        )
    subject = f"complaint {complaint_id}"
    audit.record(connection, "verdict.seconded", subject, at=now, caller=caller, why=reason)
    return given


def decline(
    connection: Connection, complaint_id: str, reason: str, *, caller: Caller, now: int
) -> VerdictProposed:
    """Let a proposal fall; the complaint waits for a verdict as before. Raises NoSuchProposal."""
    _held(connection, complaint_id)
    shown = _found(connection, complaint_id)
    drop(connection, complaint_id)
    subject = f"complaint {complaint_id}"
    audit.record(connection, "verdict.declined", subject, at=now, caller=caller, why=reason)
    return shown


def proposal_of(connection: Connection, complaint_id: str) -> VerdictProposed | None:
    """The verdict about a complaint that waits for others to agree, if there is one."""
    row = _row(connection, complaint_id)
    return None if row is None else _shown(row)


def proposals_page(connection: Connection, *, limit: int, cursor: str | None) -> ProposalPage:
    """A page of the proposals that wait, oldest first."""
    p, after = proposals.c, instant_place(cursor)
    query = oldest_first(
        select(proposals), p.proposed_at, p.complaint_id, after=after, limit=limit + 1
    )
    rows = connection.execute(query).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return ProposalPage(
        proposals=[_shown(row) for row in rows[:limit]],
        next_cursor=cursor_of(last.proposed_at, last.complaint_id) if last else None,
    )


def proposers(connection: Connection, complaint_ids: list[str]) -> dict[str, str]:
    """Who proposed a verdict that waits, by complaint; of at most a page of complaints."""
    query = select(proposals.c.complaint_id, proposals.c.moderator).where(
        among(connection, proposals.c.complaint_id, complaint_ids)
    )
    return {row.complaint_id: row.moderator for row in connection.execute(query)}


def drop(connection: Connection, complaint_id: str) -> None:
    """Forget a proposal: it became a verdict, was declined, or its complaint was withdrawn."""
    connection.execute(delete(proposals).where(proposals.c.complaint_id == complaint_id))


def _propose(
    connection: Connection,
    complaint: Row[Any],
    given: Verdict,
    people: int,
    *,
    caller: Caller,
    now: int,
) -> VerdictProposed:
    row = {
        "complaint_id": complaint.complaint_id,
        "seller_id": complaint.seller_id,
        "body": given.model_dump_json(exclude={"reason"}),
        "reason": given.reason,
        "moderator": caller.person,
        "people": people,
        "seconded_by": "[]",
        "proposed_at": now,
    }
    connection.execute(insert(proposals).values(row))
    complaints.note_words(connection, complaint.complaint_id)
    subject, after = f"complaint {complaint.complaint_id}", {"people": people}
    why = given.reason
    audit.record(
        connection, "verdict.proposed", subject, at=now, caller=caller, why=why, after=after
    )
    return _found(connection, complaint.complaint_id)


def _gate(
    given: Verdict, complaint: Row[Any], policies: Policies, *, person: str, now: int
) -> Evidence | None:
    kinds = given.evidence or []
    draft = draft_of(given, complaint, evidence=kinds, moderator=person, seconded_by=[], now=now)
    return gate_for(event_for(draft, given, complaint), policies)


def _held(connection: Connection, complaint_id: str) -> Row[Any]:
    locked_complaint(connection, complaint_id)
    row = _row(connection, complaint_id)
    if row is None:
        raise NoSuchProposal(f"no verdict about {complaint_id!r} waits for others to agree")
    return row


def _row(connection: Connection, complaint_id: str) -> Row[Any] | None:
    return connection.execute(
        select(proposals).where(proposals.c.complaint_id == complaint_id)
    ).one_or_none()


def _found(connection: Connection, complaint_id: str) -> VerdictProposed:
    row = _row(connection, complaint_id)
    assert row is not None  # noqa: S101 - the caller has just read or written it
    return _shown(row)


def _shown(row: Row[Any]) -> VerdictProposed:
    given = Verdict(**json.loads(row.body), reason=row.reason)
    seconded_by = json.loads(row.seconded_by)
    return VerdictProposed(
        complaint_id=row.complaint_id,
        seller_id=row.seller_id,
        outcome=given.outcome,
        violation=given.violation,
        severity=given.severity,
        points=given.points,
        evidence=given.evidence or [],
        reason=row.reason,
        supersedes=given.supersedes,
        moderator=row.moderator,
        seconded_by=seconded_by,
        people=row.people,
        people_missing=row.people - 1 - len(seconded_by),
        proposed_at=row.proposed_at,
    )
