"""All SQL of cases but for what is new about a seller: `news_store`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    true,
    update,
)

from detector.durations import DAY_US
from service.database.engine import among, is_postgresql, reach_of
from service.database.instants import is_ahead, is_wrong
from service.decisions.tables import sanctions, verdicts
from service.http.access.keys import BY_ITSELF
from service.http.paging import Place, newest_first
from service.intake.complaints.tables import complaints
from service.intake.reports.rules import OPEN as OPEN_DOOR
from service.intake.reports.tables import reports
from service.leases.tables import cases

CaseRow = Row[Any]
SNOOZE_MAX_US: Final = 30 * DAY_US
"""A month: what waits longer is closed, and opens again on new complaints."""
RECENT_US: Final = 28 * DAY_US
"""How long before a case's opening complaints still count as what it is about."""
OPEN: Final[ColumnElement[str]] = literal_column("'open'")
"""In the statement itself, so that even a prepared one is answered by the index of open cases."""
ROOM_LOCK: Final = 7_226_005
"""PostgreSQL's lock that lets one at a time open cases of the room that there is."""
HANDS_LOCK: Final = 7_226_004
"""First number of the PostgreSQL locks that let one claim of a person count at a time."""
REMOVED: Final = "removed"
"""How a case about a level ended by itself, as its seller was removed."""
Which = Literal["queue", "mine", "overdue", "escalated", "snoozed", "closed"]
"""Kinds of cases that one may list."""
Kind = Literal["flagged", "capacity", "exploration", "level", "brigade"]
"""Why a case is there: it was flagged, there was room for it, a lot drew it for a challenger, its
seller is bad by level, or its complaints look made up."""


class Only(NamedTuple):
    """Which of the cases that a list would hold are wanted; None for any."""

    kind: Kind | None = None
    category: str | None = None
    """One that a complaint about the seller has, of those filed since four weeks before.

    Blanks stand for underscores as well, as people read names so.
    """


ANY: Final = Only()


def is_awake(connection: Connection, now: int) -> ColumnElement[bool]:
    """Open and not snoozed: what the queue shows."""
    awake = or_(cases.c.snoozed_until.is_(None), ~_sleeps(connection, now))
    return and_(cases.c.status == OPEN, awake)


def is_snoozed(connection: Connection, now: int) -> ColumnElement[bool]:
    """Open and left out of the queue."""
    return and_(cases.c.status == "open", _sleeps(connection, now))


def is_held(connection: Connection, holder: str, now: int) -> ColumnElement[bool]:
    """Held by a person at an instant."""
    reach = reach_of(connection)
    leased = is_ahead(cases.c.lease_expires_at, now, reach.of(reach.lease_us))
    return and_(cases.c.holder == holder, leased)


def _sleeps(connection: Connection, now: int) -> ColumnElement[bool]:
    return is_ahead(cases.c.snoozed_until, now, reach_of(connection).of(SNOOZE_MAX_US))


def page(
    connection: Connection,
    *,
    now: int,
    limit: int,
    after: tuple[float, str] | None,
    which: Which = "queue",
    only: Only = ANY,
    holder: str = "",
) -> Sequence[CaseRow]:
    """Open cases of one kind, highest priority first, after a place in that order.

    `queue`: all that are not snoozed. Of these `overdue`, `escalated`, and `mine`, which the
    holder holds; and the `snoozed` ones that are left out.
    """
    is_listed = (is_snoozed if which == "snoozed" else is_awake)(connection, now)
    query = select(cases).where(is_listed, *_wanted(only))
    if which == "overdue":
        query = query.where(cases.c.due_at <= now)
    elif which == "escalated":
        query = query.where(cases.c.escalated_by.is_not(None))
    elif which == "mine":
        query = query.where(is_held(connection, holder, now))
    if after is not None:
        key, case_id = after
        later = and_(cases.c.order_key == key, cases.c.case_id < case_id)
        query = query.where(cases.c.order_key <= key, or_(cases.c.order_key < key, later))
    query = query.order_by(cases.c.order_key.desc(), cases.c.case_id.desc()).limit(limit)
    return connection.execute(query).all()


def closed_page(
    connection: Connection, *, limit: int, after: Place | None, only: Only = ANY
) -> Sequence[CaseRow]:
    """Closed cases, the last closed first, after a place in that order."""
    closed = select(cases).where(cases.c.status == "closed", *_wanted(only))
    query = newest_first(closed, cases.c.closed_at, cases.c.case_id, after=after, limit=limit)
    return connection.execute(query).all()


def _wanted(only: Only) -> Iterator[ColumnElement[bool]]:
    if only.kind == "brigade":
        yield cases.c.suspicion == "brigade"
    elif only.kind is not None:
        yield cases.c.opened_for == ("certainty" if only.kind == "flagged" else only.kind)
    if only.category is not None:
        yield exists().where(
            complaints.c.seller_id == cases.c.seller_id,
            complaints.c.filed_at >= cases.c.opened_at - RECENT_US,
            complaints.c.category.in_({only.category, only.category.replace(" ", "_")}),
        )


def cases_of_seller(
    connection: Connection, seller_id: str, *, limit: int, after: Place | None
) -> Sequence[CaseRow]:
    """A seller's cases, the last opened first, after a place in that order."""
    theirs = select(cases).where(cases.c.seller_id == seller_id)
    query = newest_first(theirs, cases.c.opened_at, cases.c.case_id, after=after, limit=limit)
    return connection.execute(query).all()


def claim_first(
    connection: Connection,
    *,
    holder: str,
    now: int,
    expires_at: int,
    escalated: bool,
) -> CaseRow | None:
    """Lease the first open case nobody holds; rows another claim is taking are passed over.

    Cases that were escalated are passed over as well, unless the caller may take them. Where no
    other is left, a claim waits for those that are being changed: a scoring that tells a case what
    it found does not take it.
    """
    _end_lapsed_leases(connection, now)
    mine = true() if escalated else cases.c.escalated_by.is_(None)
    free = (
        select(cases.c.case_id)
        .where(is_awake(connection, now), cases.c.holder.is_(None), mine)
        .order_by(cases.c.order_key.desc(), cases.c.case_id.desc())
        .limit(1)
    )
    leased = update(cases).values(
        holder=holder,
        lease_expires_at=expires_at,
        looked_at=func.coalesce(cases.c.looked_at, now),
    )
    for passes_over in (True, False):
        first = free.with_for_update(skip_locked=passes_over).scalar_subquery()
        taken = leased.where(cases.c.case_id == first).returning(*cases.c)
        row = connection.execute(taken).one_or_none()
        if row is not None:
            return row
    return None


def lock_room(connection: Connection) -> None:
    """Who opens cases while there is room waits for others who do; SQLite has one writer anyway."""
    if is_postgresql(connection):
        connection.execute(select(func.pg_advisory_xact_lock(ROOM_LOCK)))


def lock_hands(connection: Connection, holder: str) -> None:
    """Two claims of one person wait for each other from here on; SQLite has one writer anyway."""
    if is_postgresql(connection):
        connection.execute(select(func.pg_advisory_xact_lock(HANDS_LOCK, func.hashtext(holder))))


def held_by(connection: Connection, holder: str, *, now: int, but: str = "") -> int:
    """How many cases a person holds at an instant, but for one."""
    query = select(func.count()).where(is_held(connection, holder, now), cases.c.case_id != but)
    return connection.execute(query).scalar_one()


def release_held(connection: Connection, holder: str, *, now: int) -> None:
    """Give back to the queue all cases that a person holds."""
    giving = update(cases).where(is_held(connection, holder, now))
    connection.execute(giving.values(holder=None, lease_expires_at=None))


def _end_lapsed_leases(connection: Connection, now: int) -> None:
    """Put the cases whose lease ran out back among those that nobody holds.

    So a claim reads one entry of the index of free cases, and not past all that are held.
    """
    reach, end = reach_of(connection), cases.c.lease_expires_at
    over = or_(end <= now, is_wrong(end, now, reach.of(reach.lease_us)))
    lapsed = select(cases.c.case_id).where(over).with_for_update(skip_locked=True)
    # By themselves: as one statement they would be joined by reading every case.
    ids = connection.execute(lapsed).scalars().all()
    if ids:
        free = update(cases).where(cases.c.case_id == bindparam("lapsed"))
        values = {"holder": None, "lease_expires_at": None}
        connection.execute(free.values(values), [{"lapsed": case_id} for case_id in sorted(ids)])


def case_of(connection: Connection, case_id: str) -> CaseRow | None:
    """One case."""
    return connection.execute(select(cases).where(cases.c.case_id == case_id)).one_or_none()


def locked_case(connection: Connection, case_id: str) -> CaseRow | None:
    """One case, its row locked until the transaction ends."""
    return connection.execute(
        select(cases).where(cases.c.case_id == case_id).with_for_update()
    ).one_or_none()


def set_case(connection: Connection, case_id: str, **values: Any) -> CaseRow:  # noqa: ANN401
    """Change a case and return it."""
    return connection.execute(
        update(cases).where(cases.c.case_id == case_id).values(values).returning(*cases.c)
    ).one()


def set_findings(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Write new findings into cases in one round trip: a row names its `case`."""
    if rows:
        names = (
            "suspicion",
            "opened_for",
            "false_chance",
            "base",
            "due_at",
            "order_key",
            "reasons",
            "findings",
        )
        statement = update(cases).where(cases.c.case_id == bindparam("case"))
        found = statement.values({name: bindparam(name) for name in names})
        # Sorted, so that two who write the same cases touch them in one order.
        connection.execute(found, sorted(rows, key=lambda row: str(row["case"])))


def open_case_of(connection: Connection, seller_id: str) -> CaseRow | None:
    """The seller's open case, if there is one."""
    return connection.execute(
        select(cases).where(cases.c.seller_id == seller_id, cases.c.status == "open")
    ).one_or_none()


def open_cases_of(connection: Connection, seller_ids: Sequence[str]) -> dict[str, CaseRow]:
    """The open cases of the given sellers, by seller."""
    found: dict[str, CaseRow] = {}
    for start in range(0, len(seller_ids), 500):
        rows = connection.execute(
            select(cases).where(
                among(connection, cases.c.seller_id, seller_ids[start : start + 500]),
                cases.c.status == "open",
            )
        )
        found.update((row.seller_id, row) for row in rows)
    return found


def openings(connection: Connection) -> Sequence[str | None]:
    """What was known when each open case was opened, as it is stored."""
    is_open = cases.c.status == "open"
    return connection.execute(select(cases.c.opening).where(is_open)).scalars().all()


def levels_of(connection: Connection, seller_ids: Sequence[str]) -> dict[str, str]:
    """What was known of each seller's level while the last case about it was open.

    A case that ended as its seller was removed counts for none: nobody judged the level, and an
    appeal may bring the seller back.
    """
    found: dict[str, str] = {}
    outcome = cases.c.outcome
    judged = or_(outcome.is_(None), outcome != REMOVED, cases.c.closed_by != BY_ITSELF)
    for start in range(0, len(seller_ids), 500):
        some = among(connection, cases.c.seller_id, seller_ids[start : start + 500])
        query = select(cases.c.seller_id, cases.c.level).where(some, cases.c.level.is_not(None))
        rows = connection.execute(query.where(judged).order_by(cases.c.opened_at, cases.c.case_id))
        found.update((row.seller_id, row.level) for row in rows)
    return found


def set_levels(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Write what is known of levels into cases: a row names its `case`."""
    if rows:
        its = update(cases).where(cases.c.case_id == bindparam("case"))
        found = its.values(level=bindparam("level"), reasons=bindparam("reasons"))
        connection.execute(found, sorted(rows, key=lambda row: str(row["case"])))


def ever_removed(connection: Connection, names: Sequence[str]) -> set[str]:
    """Those of the sellers with a removal that was carried out, which an appeal may have stayed."""
    found: set[str] = set()
    carried_out = and_(sanctions.c.kind == "remove", sanctions.c.state == "carried_out")
    for start in range(0, len(names), 500):
        some = among(connection, sanctions.c.seller_id, names[start : start + 500])
        query = select(sanctions.c.seller_id).where(some, carried_out)
        found.update(connection.execute(query).scalars())
    return found


def locked(connection: Connection, case_ids: Sequence[str]) -> Sequence[CaseRow]:
    """Those of the cases that are open still, locked."""
    query = select(cases).where(cases.c.case_id.in_(case_ids), cases.c.status == OPEN)
    # In one order, so that two who close the same cases never wait in a circle.
    return connection.execute(query.order_by(cases.c.case_id).with_for_update()).all()


def insert_cases(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Open cases."""
    if rows:
        connection.execute(insert(cases), list(rows))


def opened_since(connection: Connection, since: int, *, now: int, by_level: bool = False) -> int:
    """How many cases were opened since an instant; what a clock far ahead opened is none.

    All of them, or those about a seller's level.
    """
    query = select(func.count()).where(_is_between(connection, since, cases.c.opened_at, now))
    if by_level:
        query = query.where(cases.c.level.is_not(None))
    return connection.execute(query).scalar_one()


def last_closed(
    connection: Connection, seller_ids: Sequence[str], since: int, *, now: int
) -> dict[str, int]:
    """When the last case of each of the sellers was closed, of those that had one since."""
    found: dict[str, int] = {}
    closed = _is_between(connection, since, cases.c.closed_at, now)
    whose, last = cases.c.seller_id, func.max(cases.c.closed_at)
    for start in range(0, len(seller_ids), 500):
        some = among(connection, whose, seller_ids[start : start + 500])
        query = select(whose, last).where(some, closed).group_by(whose)
        found.update((row[0], row[1]) for row in connection.execute(query))
    return found


def _is_between(
    connection: Connection, since: int, instant: ColumnElement[Any], now: int
) -> ColumnElement[bool]:
    """Whether something happened since an instant, by this clock or by a right one of a host."""
    return and_(instant > since, ~is_wrong(instant, now, reach_of(connection).skew_us))


def wake_case(connection: Connection, seller_id: str) -> None:
    """Wake a seller's open case, if it was snoozed."""
    theirs = update(cases).where(cases.c.seller_id == seller_id, cases.c.status == OPEN)
    connection.execute(theirs.values(snoozed_until=None))


def counts(connection: Connection, now: int) -> tuple[int, int | None]:
    """How many cases are open and awake, and when the oldest of them was opened."""
    return connection.execute(
        select(func.count(), func.min(cases.c.opened_at)).where(is_awake(connection, now))
    ).one()


class Voice(NamedTuple):
    """Who complained, and when."""

    buyer_id: str | None
    filed_at: int
    is_open: bool
    """Whether it is a notice by somebody without an account, whom nobody has verified."""


def recent_voices(
    connection: Connection, seller_ids: Sequence[str], *, since: int
) -> dict[str, list[Voice]]:
    """Who complained about each of the sellers since an instant, and when."""
    found: dict[str, list[Voice]] = {}
    c = complaints.c
    filed = select(c.seller_id, c.buyer_id, c.filed_at, reports.c.door).outerjoin(
        reports, reports.c.complaint_id == c.complaint_id
    )
    for start in range(0, len(seller_ids), 500):
        some = among(connection, c.seller_id, seller_ids[start : start + 500])
        for row in connection.execute(filed.where(some, c.filed_at >= since)):
            voice = Voice(row.buyer_id, row.filed_at, row.door == OPEN_DOOR)
            found.setdefault(row.seller_id, []).append(voice)
    return found


def decisions_for(connection: Connection, buyers: Sequence[str]) -> Iterator[tuple[str, str, int]]:
    """Verdicts that stand on complaints of buyers: buyer, outcome, decided_at."""
    decided = select(complaints.c.buyer_id, verdicts.c.outcome, verdicts.c.decided_at).join(
        complaints, complaints.c.complaint_id == verdicts.c.complaint_id
    )
    # Few statements where parameters are not bounded: each of them reads all verdicts.
    size = 50_000 if is_postgresql(connection) else 500
    for start in range(0, len(buyers), size):
        of_some = among(connection, complaints.c.buyer_id, buyers[start : start + size])
        for row in connection.execute(decided.where(verdicts.c.reversed_at.is_(None), of_some)):
            yield row.buyer_id, row.outcome, row.decided_at
