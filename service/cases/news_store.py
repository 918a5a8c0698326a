"""All SQL about what is new since a seller's last case was closed, and what is left to decide."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, literal, or_, select

from detector.capacity import LEVEL
from service.cases.store import OPEN, CaseRow
from service.database.engine import among, reach_of
from service.database.instants import is_wrong
from service.decisions.tables import appeals, verdicts, withdrawals
from service.intake.complaints.tables import complaints
from service.leases.tables import cases
from service.sellers.tables import sellers


def sellers_with_news(connection: Connection, seller_ids: Sequence[str], *, now: int) -> set[str]:
    """Those about whom a complaint came in since their last case, if any, was closed.

    One that waits for another verdict since, because an appeal was granted, is news as well. One
    that was decided or withdrawn here meanwhile is none: it leaves nothing to look at.
    """
    found: set[str] = set()
    for start in range(0, len(seller_ids), 500):
        whose = sellers.c.seller_id
        some = among(connection, whose, seller_ids[start : start + 500])
        news = exists().where(
            complaints.c.seller_id == whose, _is_new(connection, whose, now), ~_is_settled()
        )
        found.update(connection.execute(select(whose).where(some, news)).scalars())
    return found


def came_since(
    connection: Connection, names: Sequence[str], since: int, *, now: int
) -> dict[str, int]:
    """Complaints about a seller, by any of its names, that came in since, by category.

    Those that were decided or withdrawn meanwhile leave nothing to look at.
    """
    theirs = among(connection, complaints.c.seller_id, names)
    is_new = _came_at(connection, now) > since
    query = select(complaints.c.category, func.count()).where(theirs, is_new, ~_is_settled())
    rows = connection.execute(query.group_by(complaints.c.category))
    return {category: count for category, count in rows}  # noqa: C416 - of rows, not pairs


def cases_to_reopen(
    connection: Connection, seller_ids: Sequence[str], *, now: int
) -> list[CaseRow]:
    """The last cases of sellers who have none open, and a complaint that waits again since.

    It waits again when the complainant's appeal against its verdict was granted.
    """
    found: list[CaseRow] = []
    for start in range(0, len(seller_ids), 500):
        whose = cases.c.seller_id
        some = among(connection, whose, seller_ids[start : start + 500])
        other = cases.alias()
        later = or_(other.c.status == OPEN, other.c.closed_at > cases.c.closed_at)
        is_last = ~exists().where(other.c.seller_id == whose, later)
        back = _waits_again(whose, _closed_at(connection, cases.c.closed_at, now))
        found += connection.execute(select(cases).where(some, is_last, back)).all()
    return found


def level_cases_without_appeal(connection: Connection) -> Sequence[CaseRow]:
    """Open cases about a level, but for those in which a complaint waits again since an appeal."""
    back = _waits_again(cases.c.seller_id, literal(-1))
    query = select(cases).where(cases.c.status == OPEN, cases.c.opened_for == LEVEL, ~back)
    return connection.execute(query.order_by(cases.c.case_id)).all()


def settled_cases(
    connection: Connection, seller_ids: Sequence[str], *, recent_us: int, now: int
) -> list[CaseRow]:
    """Open cases of the given sellers in which nothing is left to decide.

    No complaint filed since `recent_us` before the opening waits for a verdict, and one at least
    that came in since the seller's last case was decided or withdrawn here.
    """
    found: list[CaseRow] = []
    for start in range(0, len(seller_ids), 500):
        whose = cases.c.seller_id
        is_recent = complaints.c.filed_at >= cases.c.opened_at - recent_us
        is_about = or_(is_recent, _is_back(_last_closed(connection, whose, now)))
        theirs = and_(complaints.c.seller_id == whose, is_about)
        waiting = exists().where(theirs, complaints.c.outcome == "pending", ~_is_withdrawn())
        settled = exists().where(theirs, _is_new(connection, whose, now), _is_settled())
        some = among(connection, whose, seller_ids[start : start + 500])
        query = select(cases).where(some, cases.c.status == OPEN, settled, ~waiting)
        # In one order, so that two who close the same cases never wait in a circle.
        query = query.order_by(cases.c.case_id).with_for_update(of=cases)
        found += connection.execute(query).all()
    return found


def outcomes_in(
    connection: Connection, case_ids: Sequence[str], *, until: int
) -> dict[str, set[str]]:
    """The present outcomes of complaints that a verdict was given on in some cases' time.

    A case's time is from its opening to its end, and up to `until` where it has not ended. A
    complaint that waited again, and was withdrawn, is `withdrawn`.
    """
    found: dict[str, set[str]] = {}
    ended = func.coalesce(cases.c.closed_at, until)
    of_it = and_(
        verdicts.c.seller_id == cases.c.seller_id,
        verdicts.c.decided_at.between(cases.c.opened_at, ended),
    )
    joined = cases.join(verdicts, of_it).join(
        complaints, complaints.c.complaint_id == verdicts.c.complaint_id
    )
    waits_in_vain = and_(complaints.c.outcome == "pending", _is_withdrawn())
    outcome_now = case((waits_in_vain, "withdrawn"), else_=complaints.c.outcome)
    columns = (cases.c.case_id, outcome_now)
    for start in range(0, len(case_ids), 500):
        some = cases.c.case_id.in_(case_ids[start : start + 500])
        for case_id, outcome in connection.execute(
            select(*columns).select_from(joined).where(some).distinct()
        ):
            found.setdefault(case_id, set()).add(outcome)
    return found


def judged_cases(connection: Connection, seller_ids: Sequence[str]) -> list[CaseRow]:
    """Closed cases of the given sellers with a label, in whose time a verdict was given."""
    found: list[CaseRow] = []
    for start in range(0, len(seller_ids), 500):
        some = among(connection, cases.c.seller_id, seller_ids[start : start + 500])
        in_time = verdicts.c.decided_at.between(cases.c.opened_at, cases.c.closed_at)
        judged = exists().where(verdicts.c.seller_id == cases.c.seller_id, in_time)
        query = select(cases).where(some, cases.c.label.is_not(None), judged)
        found += connection.execute(query.order_by(cases.c.case_id)).all()
    return found


def _is_new(connection: Connection, seller_id: ColumnElement[str], now: int) -> ColumnElement[bool]:
    """Whether a complaint came in, or waits again, since the seller's last case was closed."""
    closed_at = _last_closed(connection, seller_id, now)
    return or_(_came_at(connection, now) > closed_at, _is_back(closed_at))


def _came_at(connection: Connection, now: int) -> ColumnElement[int]:
    """When a complaint came in: one that a clock far ahead recorded, when it was filed."""
    recorded_at, skew_us = complaints.c.recorded_at, reach_of(connection).skew_us
    return case((is_wrong(recorded_at, now, skew_us), complaints.c.filed_at), else_=recorded_at)


def _last_closed(
    connection: Connection, seller_id: ColumnElement[str], now: int
) -> ColumnElement[int]:
    """When the seller's last case was closed; before all time where none was."""
    earlier = cases.alias()
    closed_at = func.max(_closed_at(connection, earlier.c.closed_at, now))
    theirs = and_(earlier.c.seller_id == seller_id, earlier.c.status == "closed")
    # Of this seller and no other, however deep in a statement it stands.
    last = select(closed_at).where(theirs).correlate_except(earlier).scalar_subquery()
    return func.coalesce(last, -1)


def _closed_at(
    connection: Connection, closed_at: ColumnElement[int | None], now: int
) -> ColumnElement[int]:
    """When a case was closed; before all time where a clock far ahead said so: it hides nothing."""
    return case((is_wrong(closed_at, now, reach_of(connection).skew_us), -1), else_=closed_at)


def _is_back(since: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether an appeal has let a complaint wait for another verdict since an instant."""
    granted = exists().where(
        verdicts.c.complaint_id == complaints.c.complaint_id,
        verdicts.c.reopened,
        verdicts.c.reversed_at > since,
        appeals.c.verdict_id == verdicts.c.verdict_id,
        appeals.c.outcome == "granted",
    )
    # `since` may be of a case two levels above, which is that case and no other.
    return granted.correlate_except(verdicts, appeals)


def _waits_again(seller_id: ColumnElement[str], since: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether a complaint about a seller waits for another verdict since an instant."""
    return exists().where(
        complaints.c.seller_id == seller_id,
        complaints.c.outcome == "pending",
        _is_back(since),
        ~_is_settled(),
    )


def _is_settled() -> ColumnElement[bool]:
    """Whether a complaint was decided or withdrawn here."""
    decided = exists().where(
        verdicts.c.complaint_id == complaints.c.complaint_id, ~verdicts.c.reopened
    )
    return or_(decided, _is_withdrawn())


def _is_withdrawn() -> ColumnElement[bool]:
    return exists().where(withdrawals.c.complaint_id == complaints.c.complaint_id)
