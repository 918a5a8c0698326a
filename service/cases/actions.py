"""What can be done with cases; each inside one transaction."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Sequence
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection

from detector.durations import HOUR_US
from detector.errors import BadInput
from detector.nouns import counted
from detector.priority import in_words, urgency_of
from service.assessments.actions import findings_in
from service.audit import actions as audit
from service.cases import news_store, store
from service.cases.at_opening import opening_in
from service.cases.labels import Labelled, by_verdicts, corrected
from service.cases.schemas import (
    CaseClose,
    CaseEscalate,
    CaseNote,
    CaseShown,
    CaseSnooze,
    Lease,
    LevelSeen,
    QueuePage,
)
from service.cases.store import SNOOZE_MAX_US, CaseRow, Only, Which
from service.database.engine import reach_of
from service.http.access.keys import BY_ITSELF, Caller
from service.http.fields import cursor_of, cursor_parts, instant_place
from service.leases.rules import CaseState, check_closer, check_free, check_holder
from service.outbox.actions import announce
from service.refusals import CaseClosed, LeaseLost, NoSuchCase, TooManyCases, VersionChanged
from service.roles import Role

LABEL_COLUMNS: Final = ("label", "label_reason")
FREE: Final = {"holder": None, "lease_expires_at": None}
"""What a case that nobody holds looks like."""

SERVICE: Final = Caller(BY_ITSELF, Role.ADMIN, "service")
"""Who closes the cases that close by themselves."""


def queue_page(connection: Connection, *, now: int, limit: int, cursor: str | None) -> QueuePage:
    """A page of the queue: open cases in priority order."""
    rows = store.page(connection, now=now, limit=limit + 1, after=_place(cursor))
    return _page_of(connection, rows, limit, now, lambda row: repr(row.order_key))


def case_page(
    connection: Connection,
    which: Which,
    *,
    only: Only = store.ANY,
    caller: Caller,
    now: int,
    limit: int,
    cursor: str | None,
) -> QueuePage:
    """A page of the cases of one kind: open ones by priority, closed ones newest first."""
    rows, next_cursor = case_rows(
        connection, which, only=only, caller=caller, now=now, limit=limit, cursor=cursor
    )
    return QueuePage(
        cases=[case_shown(connection, row, now) for row in rows], next_cursor=next_cursor
    )


def case_rows(
    connection: Connection,
    which: Which,
    *,
    only: Only,
    caller: Caller,
    now: int,
    limit: int,
    cursor: str | None,
) -> tuple[Sequence[CaseRow], str | None]:
    """The rows of such a page, and where the next one begins."""
    if which == "closed":
        rows = store.closed_page(
            connection, limit=limit + 1, after=instant_place(cursor), only=only
        )
        return _cut(rows, limit, lambda row: row.closed_at)
    after, holder = _place(cursor), caller.person
    rows = store.page(
        connection, now=now, limit=limit + 1, after=after, which=which, only=only, holder=holder
    )
    return _cut(rows, limit, lambda row: repr(row.order_key))


def seller_page(
    connection: Connection, seller_id: str, *, now: int, limit: int, cursor: str | None
) -> QueuePage:
    """A page of a seller's cases, open and closed, the last opened first."""
    after = instant_place(cursor)
    rows = store.cases_of_seller(connection, seller_id, limit=limit + 1, after=after)
    return _page_of(connection, rows, limit, now, lambda row: row.opened_at)


def _page_of(
    connection: Connection,
    rows: Sequence[CaseRow],
    limit: int,
    now: int,
    key: Callable[[CaseRow], Any],
) -> QueuePage:
    shown, next_cursor = _cut(rows, limit, key)
    return QueuePage(
        cases=[case_shown(connection, row, now) for row in shown], next_cursor=next_cursor
    )


def _cut(
    rows: Sequence[CaseRow], limit: int, key: Callable[[CaseRow], Any]
) -> tuple[Sequence[CaseRow], str | None]:
    """The rows of a page out of as many and one, and where the next page begins."""
    last = rows[limit - 1] if len(rows) > limit else None
    return rows[:limit], cursor_of(key(last), last.case_id) if last else None


def count_held(connection: Connection, *, caller: Caller, now: int) -> int:
    """How many cases the caller holds."""
    return store.held_by(connection, caller.person, now=now)


def claim_next(
    connection: Connection, *, caller: Caller, now: int, lease_us: int, held_max: int
) -> CaseShown | None:
    """Lease the first case that nobody holds; None when there is none.

    What was escalated goes to reviewers and admins only. Raises TooManyCases.
    """
    _check_hands(connection, caller, now, held_max)
    row = store.claim_first(
        connection,
        holder=caller.person,
        now=now,
        expires_at=now + lease_us,
        escalated=caller.role is not Role.MODERATOR,
    )
    return None if row is None else case_shown(connection, row, now)


def claim_case(
    connection: Connection,
    case_id: str,
    *,
    caller: Caller,
    now: int,
    lease_us: int,
    held_max: int,
) -> CaseShown:
    """Lease one case of the caller's choice; a snoozed one wakes up.

    Raises NoSuchCase, CaseClosed, LeaseHeld (another's), WrongRole (escalated) and TooManyCases.
    """
    _check_hands(connection, caller, now, held_max, but=case_id)
    row = _existing(connection, case_id)
    check_free(_state(connection, row, now), caller.person, caller.role)
    looked_at = now if row.looked_at is None else row.looked_at
    leased = {
        "holder": caller.person,
        "lease_expires_at": now + lease_us,
        "snoozed_until": None,
        "looked_at": looked_at,
    }
    return case_shown(connection, store.set_case(connection, case_id, **leased), now)


def renew(
    connection: Connection, case_id: str, *, caller: Caller, now: int, lease_us: int
) -> CaseShown:
    """Prolong the caller's lease; LeaseLost when they do not hold the case."""
    _locked(connection, case_id, caller, now)
    row = store.set_case(connection, case_id, lease_expires_at=now + lease_us)
    return case_shown(connection, row, now)


def release(connection: Connection, case_id: str, *, caller: Caller, now: int) -> CaseShown:
    """Give the case back to the queue; LeaseLost when the caller does not hold it."""
    _locked(connection, case_id, caller, now)
    return case_shown(connection, store.set_case(connection, case_id, **FREE), now)


def release_all(connection: Connection, *, caller: Caller, now: int) -> None:
    """Give back to the queue all cases that the caller holds."""
    store.release_held(connection, caller.person, now=now)


def snooze(
    connection: Connection, case_id: str, given: CaseSnooze, *, caller: Caller, now: int
) -> CaseShown:
    """Give the case back and leave it out of the queue until an instant at most a month away."""
    _locked(connection, case_id, caller, now)
    if not now < given.until <= now + SNOOZE_MAX_US:
        raise BadInput("until: must be ahead, and at most 30 days")
    row = store.set_case(connection, case_id, snoozed_until=given.until, **FREE)
    _record(connection, "case.snoozed", row, caller, now, given.note)
    return case_shown(connection, row, now)


def escalate(
    connection: Connection, case_id: str, given: CaseEscalate, *, caller: Caller, now: int
) -> CaseShown:
    """Give the case back for a reviewer to take."""
    _locked(connection, case_id, caller, now)
    row = store.set_case(connection, case_id, escalated_by=caller.person, **FREE)
    _record(connection, "case.escalated", row, caller, now, given.note)
    return case_shown(connection, row, now)


def add_note(
    connection: Connection, case_id: str, given: CaseNote, *, caller: Caller, now: int
) -> CaseShown:
    """Tell colleagues something about a case; the record keeps it."""
    row = _existing(connection, case_id)
    _record(connection, "case.noted", row, caller, now, given.note)
    return case_shown(connection, row, now)


def close(
    connection: Connection, case_id: str, given: CaseClose, *, caller: Caller, now: int
) -> CaseShown:
    """End the case; it re-opens only on new complaints.

    Verdicts given in its time label it where the body does not, and correct what it says. The
    person who held a case that closed by itself may still say how it ended.
    """
    row = _existing(connection, case_id)
    _check_closer(connection, row, caller, now)
    found = news_store.outcomes_in(connection, [row.case_id], until=now)
    outcomes = found.get(row.case_id, set())
    said = given.labelled if given.label or given.label_reason else by_verdicts(outcomes)
    closed = end(
        connection,
        row,
        caller=caller,
        now=now,
        outcome=given.outcome,
        note=given.note,
        label=corrected(said, outcomes),
    )
    return case_shown(connection, closed, now)


def may_close(connection: Connection, case_id: str, *, caller: Caller, now: int) -> bool:
    """Whether a person may say how the case ended; raises NoSuchCase."""
    try:
        _check_closer(connection, _existing(connection, case_id), caller, now)
    except (CaseClosed, LeaseLost):
        return False
    return True


def _check_closer(connection: Connection, row: CaseRow, caller: Caller, now: int) -> None:
    by_itself = row.closed_by == SERVICE.person
    check_closer(_state(connection, row, now), caller.person, by_itself=by_itself)


def end(
    connection: Connection,
    row: CaseRow,
    *,
    caller: Caller,
    now: int,
    outcome: str,
    note: str | None,
    label: Labelled,
    holder: str | None = None,
) -> CaseRow:
    """Close a case, tell the webhooks and record it."""
    closed_at = row.closed_at or now
    ended = {"status": "closed", "closed_at": closed_at, "closed_by": caller.person}
    said = {"outcome": outcome, "note": note, "snoozed_until": None, **_columns(label)}
    closed = store.set_case(connection, row.case_id, **ended, **said, **FREE | {"holder": holder})
    names = ("case_id", "seller_id", "outcome", *LABEL_COLUMNS)
    facts = {name: getattr(closed, name) for name in names}
    announce(connection, "case.closed", facts, at=now)
    _record(connection, "case.closed", closed, caller, now, note)
    return closed


def relabel(
    connection: Connection, row: CaseRow, label: Labelled, *, caller: Caller, now: int
) -> None:
    """Correct what a closed case turned out to be, on record."""
    changed = store.set_case(connection, row.case_id, **_columns(label))
    _record(connection, "case.relabelled", changed, caller, now, None, before=_label_in(row))


def _columns(label: Labelled) -> dict[str, str | None]:
    return dict(zip(LABEL_COLUMNS, label, strict=True))


def _label_in(row: CaseRow) -> dict[str, str | None]:
    return {name: getattr(row, name) for name in LABEL_COLUMNS}


def case_shown(connection: Connection, row: CaseRow, now: int) -> CaseShown:
    """A case as it is shown, with its priority at this instant."""
    urgency = urgency_of(row.due_at, row.closed_at or now)
    base, at = json.loads(row.base), row.closed_at or now
    breakdown = {**base, "urgency": urgency}
    lease = (
        Lease(holder=row.holder, expires_at=row.lease_expires_at)
        if _state(connection, row, now).is_leased
        else None
    )
    alike = set(CaseShown.model_fields) - {
        "priority",
        "breakdown",
        "breakdown_in_words",
        "reasons",
        "findings",
        "opening",
        "level",
        "lease",
    }
    return CaseShown(
        priority=math.fsum(breakdown.values()),
        breakdown=breakdown,
        breakdown_in_words=in_words(base, hours_left=(row.due_at - at) / HOUR_US),
        reasons=json.loads(row.reasons),
        findings=findings_in(row.findings),
        opening=opening_in(row.opening),
        level=None if row.level is None else LevelSeen(**json.loads(row.level)),
        lease=lease,
        **{name: getattr(row, name) for name in alike},
    )


def show_case(connection: Connection, case_id: str, *, now: int) -> CaseShown:
    """One case, open or closed; NoSuchCase when there is none."""
    row = store.case_of(connection, case_id)
    if row is None:
        raise NoSuchCase(f"no case has the id {case_id!r}")
    return case_shown(connection, row, now)


def version_of(case: CaseShown) -> str:
    """The version of a case: it changes with all that is shown but its priority, which waits."""
    body = case.model_dump_json(exclude={"priority", "breakdown", "breakdown_in_words"})
    return sha256(body.encode()).hexdigest()


def check_seen(
    connection: Connection, case_id: str, seen: Collection[str] | None, *, now: int
) -> None:
    """Raise VersionChanged unless a case is as somebody saw it; None: whatever it is.

    The case stays locked until the transaction ends. Raises NoSuchCase.
    """
    if seen is None:
        return
    case = case_shown(connection, _existing(connection, case_id), now)
    if version_of(case) not in seen:
        raise VersionChanged(f"case {case_id!r} changed since it was read")


def has_leased_case(connection: Connection, seller_id: str, now: int) -> bool:
    """Whether a moderator holds the seller's open case."""
    row = store.open_case_of(connection, seller_id)
    return row is not None and _state(connection, row, now).is_leased


def _check_hands(
    connection: Connection, caller: Caller, now: int, held_max: int, *, but: str = ""
) -> None:
    """Raise TooManyCases where the caller holds as many other cases as one person may."""
    store.lock_hands(connection, caller.person)
    held = store.held_by(connection, caller.person, now=now, but=but)
    if held >= held_max:
        raise TooManyCases(
            f"{caller.person} holds {counted(held, 'case')}, and one person holds at most "
            f"{held_max}; close or release one first"
        )


def _locked(connection: Connection, case_id: str, caller: Caller, now: int) -> CaseRow:
    row = _existing(connection, case_id)
    check_holder(_state(connection, row, now), caller.person)
    return row


def _state(connection: Connection, row: CaseRow, now: int) -> CaseState:
    return CaseState.in_(row, now, reach_of(connection))


def _existing(connection: Connection, case_id: str) -> CaseRow:
    row = store.locked_case(connection, case_id)
    if row is None:
        raise NoSuchCase(f"no case has the id {case_id!r}")
    return row


def _record(
    connection: Connection,
    action: str,
    row: CaseRow,
    caller: Caller,
    now: int,
    why: str | None,
    *,
    before: dict[str, str | None] | None = None,
) -> None:
    subject = f"case {row.case_id} of seller {row.seller_id}"
    audit.record(
        connection,
        action,
        subject,
        at=now,
        caller=caller,
        why=why or "",
        before=before,
        after={"outcome": row.outcome, **_label_in(row)} if row.label else row.outcome,
        seller_id=row.seller_id,
    )


def _place(cursor: str | None) -> tuple[float, str] | None:
    if cursor is None:
        return None
    key, case_id = cursor_parts(cursor, 2)
    try:
        place = float(key)
    except ValueError:
        place = math.nan
    if math.isnan(place):
        raise BadInput("cursor: not one this service gave; start again without it")
    return place, case_id
