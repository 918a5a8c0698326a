"""What can be done with appeals; each inside one transaction."""

from __future__ import annotations

import json
from secrets import token_hex
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from detector.rules import Policies
from service.audit import actions as audit
from service.decisions.appeals.schemas import (
    Appeal,
    AppealDecided,
    AppealDecision,
    AppealListed,
    AppealPage,
    AppealShown,
)
from service.decisions.ledger import actions as ledger
from service.decisions.sanctions.actions import follow
from service.decisions.tables import appeals, verdicts
from service.decisions.verdicts.actions import reverse, verdict_of, verdict_with_id
from service.decisions.verdicts.schemas import VerdictShown
from service.decisions.withdrawals import store as withdrawals
from service.http.access.keys import Caller
from service.http.fields import cursor_of, instant_place, instant_text
from service.http.paging import oldest_first
from service.intake.complaints.actions import complaint_of
from service.refusals import (
    AlreadyAppealed,
    AppealAlreadyDecided,
    AppealRefused,
    NoSuchAppeal,
    NotDecided,
    SameModerator,
    VerdictRefused,
)
from service.sellers.store import lock_seller

LOSER: Final = {"upheld": "seller", "rejected": "complainant", "unfounded": "complainant"}
"""Who may appeal against a verdict: the party it went against."""

_LISTED: Final = select(
    appeals,
    *(verdicts.c[name] for name in ("complaint_id", "seller_id", "moderator", "seconded_by")),
    verdicts.c.outcome.label("verdict"),
).join(verdicts)


def file_appeal(
    connection: Connection,
    complaint_id: str,
    given: Appeal,
    policies: Policies,
    *,
    caller: Caller,
    now: int,
) -> AppealShown:
    """Appeal against a complaint's verdict, once, by the party it went against.

    Raises NoSuchComplaint, NotDecided, AlreadyAppealed and AppealRefused (the wrong party, or out
    of time).
    """
    complaint_of(connection, complaint_id)
    verdict = verdict_of(connection, complaint_id)
    if verdict is None:
        raise NotDecided(f"complaint {complaint_id!r} has no verdict to appeal against")
    lock_seller(connection, verdict.seller_id)
    by = given.by or LOSER[verdict.outcome]
    _check_may_appeal(connection, verdict, by)
    row = {
        "appeal_id": f"a_{token_hex(8)}",
        "verdict_id": verdict.verdict_id,
        "filed_by": by,
        "reason": given.reason,
        "filed_at": now,
        "outcome": "open",
    }
    connection.execute(insert(appeals).values(row))
    event = {
        "event": "appeal",
        "id": row["appeal_id"],
        "verdict_id": verdict.verdict_id,
        "by": by,
        "notified_at": instant_text(verdict.decided_at),
    }
    try:
        recorded = ledger.record(connection, verdict.seller_id, event, policies, now=now)
    except VerdictRefused as refusal:
        raise AppealRefused(str(refusal)) from refusal
    follow(connection, recorded.before, recorded.after, now=now)
    subject = f"complaint {complaint_id}"
    audit.record(
        connection,
        "appeal.filed",
        subject,
        at=now,
        caller=caller,
        why=given.reason,
        after={"by": by},
    )
    return _with_id(connection, str(row["appeal_id"]))


def decide_appeal(
    connection: Connection,
    appeal_id: str,
    given: AppealDecision,
    policies: Policies,
    *,
    caller: Caller,
    now: int,
) -> AppealDecided:
    """Grant or deny an appeal; granting restores the points in the same transaction.

    Raises NoSuchAppeal, SameModerator (whoever gave the verdict) and AppealAlreadyDecided.
    """
    verdict = verdict_with_id(connection, _with_id(connection, appeal_id).verdict_id)
    lock_seller(connection, verdict.seller_id)
    if _with_id(connection, appeal_id).outcome != "open":
        raise AppealAlreadyDecided(f"appeal {appeal_id!r} has been decided")
    if caller.person in verdict.people:
        raise SameModerator(f"{caller.person} gave the verdict; somebody else decides the appeal")
    connection.execute(
        update(appeals)
        .where(appeals.c.appeal_id == appeal_id)
        .values(
            outcome=given.outcome,
            decided_by=caller.person,
            decided_at=now,
            decision_reason=given.reason,
        )
    )
    event = {
        "event": "appeal_decided",
        "id": f"d_{token_hex(8)}",
        "appeal_id": appeal_id,
        "outcome": given.outcome,
        "moderator": caller.person,
    }
    recorded = ledger.record(connection, verdict.seller_id, event, policies, now=now)
    if given.outcome == "granted":
        reverse(connection, verdict, now=now)
    follow(connection, recorded.before, recorded.after, now=now)
    audit.record(
        connection,
        f"appeal.{given.outcome}",
        f"complaint {verdict.complaint_id}",
        at=now,
        caller=caller,
        why=given.reason,
        before=ledger.standing_shown(recorded.before).model_dump(),
        after=ledger.standing_shown(recorded.after).model_dump(),
        policy=policies.at(now).label,
    )
    shown = _with_id(connection, appeal_id)
    return AppealDecided(**shown.model_dump(), standing=ledger.standing_shown(recorded.after))


def appeal_of(connection: Connection, verdict_id: str) -> AppealShown | None:
    """The appeal against a verdict, if there is one."""
    row = connection.execute(
        select(appeals).where(appeals.c.verdict_id == verdict_id)
    ).one_or_none()
    return None if row is None else _shown(row)


def appeals_page(
    connection: Connection, outcome: str, *, limit: int, cursor: str | None
) -> AppealPage:
    """A page of the appeals in a state, oldest first."""
    query = _LISTED.where(appeals.c.outcome == outcome)
    a, after = appeals.c, instant_place(cursor)
    query = oldest_first(query, a.filed_at, a.appeal_id, after=after, limit=limit + 1)
    rows = connection.execute(query).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return AppealPage(
        appeals=[_listed(row) for row in rows[:limit]],
        next_cursor=cursor_of(last.filed_at, last.appeal_id) if last else None,
    )


def appeal_listed(connection: Connection, appeal_id: str) -> AppealListed:
    """One appeal with what it is about; NoSuchAppeal when there is none."""
    row = connection.execute(_LISTED.where(appeals.c.appeal_id == appeal_id)).one_or_none()
    if row is None:
        raise NoSuchAppeal(f"no appeal has the id {appeal_id!r}")
    return _listed(row)


def _check_may_appeal(connection: Connection, verdict: VerdictShown, by: str) -> None:
    if by != LOSER[verdict.outcome]:
        raise AppealRefused(
            f"a complaint that was {verdict.outcome} is appealed by the {LOSER[verdict.outcome]}"
        )
    if by == "complainant" and withdrawals.row_of(connection, verdict.complaint_id):
        raise AppealRefused(f"complaint {verdict.complaint_id!r} was withdrawn by its complainant")
    if verdict.reversed_at is not None or appeal_of(connection, verdict.verdict_id):
        raise AlreadyAppealed(f"the verdict about {verdict.complaint_id!r} was appealed before")


def _with_id(connection: Connection, appeal_id: str) -> AppealShown:
    row = connection.execute(select(appeals).where(appeals.c.appeal_id == appeal_id)).one_or_none()
    if row is None:
        raise NoSuchAppeal(f"no appeal has the id {appeal_id!r}")
    return _shown(row)


def _shown(row: Row[Any]) -> AppealShown:
    names = set(AppealShown.model_fields) - {"by"}
    return AppealShown(by=row.filed_by, **{name: getattr(row, name) for name in names})


def _listed(row: Row[Any]) -> AppealListed:
    names = set(AppealListed.model_fields) - {"by", "seconded_by"}
    told = {name: getattr(row, name) for name in names}
    return AppealListed(by=row.filed_by, seconded_by=json.loads(row.seconded_by or "[]"), **told)
