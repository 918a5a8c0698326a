"""All SQL of the audit sample."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    func,
    insert,
    or_,
    select,
    update,
)

from detector.durations import DAY_US
from detector.missed_harm import COMPLAINTS_MIN, WINDOW_DAYS
from service.audit_sample.rules import Look
from service.audit_sample.tables import audit_samples, audited_sellers
from service.database.engine import reach_of
from service.database.instants import is_wrong
from service.decisions.tables import WITHDRAWN_AT, withdrawals
from service.intake.complaints.tables import complaints
from service.leases.tables import cases
from service.sellers.names import Names, names_of
from service.sellers.store import aliases_in

_FILED_OR_TAKEN_BACK = complaints.outerjoin(
    withdrawals, withdrawals.c.complaint_id == complaints.c.complaint_id
)


def frame(connection: Connection, *, now: int) -> dict[str, int]:
    """The sellers that may be drawn at an instant, each with its complaints of the window.

    Those with enough complaints and no case: none that is open, and none opened in the window. A
    joined seller is one, under its last name, and all that was filed about its names is its.
    """
    seller_id = complaints.c.seller_id
    names = Names(tuple(aliases_in(connection)))
    query = (
        select(seller_id, func.count())
        .select_from(_FILED_OR_TAKEN_BACK)
        .where(_counts(connection, now))
        .group_by(seller_id)
    )
    counts: Counter[str] = Counter()
    for name, count in connection.execute(query):
        counts[names.last(name)] += count
    lately = or_(cases.c.status == "open", cases.c.opened_at > now - WINDOW_DAYS * DAY_US)
    theirs = connection.execute(select(cases.c.seller_id).where(lately).distinct()).scalars()
    for name in theirs:
        counts.pop(names.last(name), None)
    return {last: count for last, count in counts.items() if count >= COMPLAINTS_MIN}


def complaints_about(
    connection: Connection, seller_id: str, *, drawn_at: int, limit: int
) -> Sequence[Row[Any]]:
    """A seller's complaints of the window before a draw, under any of its names, newest first."""
    names = names_of(connection, [seller_id])
    theirs = complaints.c.seller_id.in_(names.of(names.last(seller_id)))
    query = (
        select(complaints)
        .select_from(_FILED_OR_TAKEN_BACK)
        .where(theirs, _counts(connection, drawn_at))
        .order_by(complaints.c.filed_at.desc(), complaints.c.complaint_id.desc())
    )
    return connection.execute(query.limit(limit)).all()


def _counts(connection: Connection, at: int) -> ColumnElement[bool]:
    """Whether a complaint was filed in the window, known at its end and not withdrawn by then."""
    known = ~is_wrong(complaints.c.recorded_at, at, reach_of(connection).skew_us)
    stands = func.coalesce(WITHDRAWN_AT, at + 1) > at
    filed_at = complaints.c.filed_at
    return and_(filed_at > at - WINDOW_DAYS * DAY_US, filed_at <= at, known, stands)


def keep(connection: Connection, sample: dict[str, Any], sellers: Sequence[dict[str, Any]]) -> None:
    """Keep what was drawn in a week."""
    connection.execute(insert(audit_samples).values(sample))
    if sellers:
        connection.execute(insert(audited_sellers), list(sellers))


def sample_of(connection: Connection, week: int) -> Row[Any] | None:
    """The sample of a week."""
    query = select(audit_samples).where(audit_samples.c.week == week)
    return connection.execute(query).one_or_none()


def sellers_of(connection: Connection, week: int) -> Sequence[Row[Any]]:
    """The sellers drawn in a week, by their ids: who stops half-way leaves out no sort of them."""
    theirs = select(audited_sellers).where(audited_sellers.c.week == week)
    return connection.execute(theirs.order_by(audited_sellers.c.seller_id)).all()


def locked_seller(connection: Connection, week: int, seller_id: str) -> Row[Any] | None:
    """A seller drawn in a week, its row locked until the transaction ends."""
    query = select(audited_sellers).where(_is(week, seller_id)).with_for_update()
    return connection.execute(query).one_or_none()


def set_finding(connection: Connection, week: int, seller_id: str, values: dict[str, Any]) -> None:
    """Note what was found."""
    connection.execute(update(audited_sellers).where(_is(week, seller_id)).values(values))


def complaints_by_week(connection: Connection, first: int, last: int) -> dict[int, int]:
    """How many complaints the frames of some weeks held, by the week."""
    c = audit_samples.c
    rows = connection.execute(select(c.week, c.complaints).where(c.week.between(first, last)))
    return {row.week: row.complaints for row in rows}


def looks_of(connection: Connection, first: int, last: int) -> list[Look]:
    """The sellers drawn in some weeks, in order."""
    c = audited_sellers.c
    query = select(c.week, c.complaints, c.chance, c.finding).where(c.week.between(first, last))
    rows = connection.execute(query.order_by(c.week, c.seller_id))
    return [Look(*row) for row in rows]


def _is(week: int, seller_id: str) -> ColumnElement[bool]:
    return and_(audited_sellers.c.week == week, audited_sellers.c.seller_id == seller_id)
