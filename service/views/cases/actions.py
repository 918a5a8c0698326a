"""What can be asked about a case beyond its own facts; each inside one transaction."""

from __future__ import annotations

from sqlalchemy import Connection

from detector.durations import DAY_US
from detector.errors import BadInput
from detector.rules import Policies
from service.cases import store as cases
from service.cases.complainants import RECENT_DAYS, records_for, weight_of
from service.cases.schemas import CaseShown
from service.http.fields import cursor_of, cursor_parts, instant_place
from service.intake.complaints.store import recent_categories
from service.views.cases import store
from service.views.cases.schemas import CaseCounts, ComplainantsShown
from service.views.complaints.actions import complaints_listed
from service.views.complaints.schemas import ComplaintPage
from service.views.sellers import store as sellers


def complaints_page(
    connection: Connection, case: CaseShown, *, limit: int, cursor: str | None
) -> ComplaintPage:
    """A page of the complaints of a case: those that wait for a verdict, then what is settled.

    Of the seller's settled ones only those filed since four weeks before the case was opened.
    """
    section, after = _place(cursor)
    found = []
    if section == "waiting":
        rows = sellers.complaints_page(
            connection, case.seller_id, outcome="pending", limit=limit + 1, after=after
        )
        found = [("waiting", row) for row in rows]
        after = None
    if len(found) <= limit:
        rows = store.settled_page(
            connection,
            case.seller_id,
            since=case.opened_at - RECENT_DAYS * DAY_US,
            limit=limit + 1 - len(found),
            after=after,
        )
        found += [("settled", row) for row in rows]
    shown = [row for _, row in found[:limit]]
    name, last = found[limit - 1] if len(found) > limit else ("", None)
    return ComplaintPage(
        complaints=complaints_listed(connection, shown),
        next_cursor=cursor_of(name, last.filed_at, last.complaint_id) if last else None,
    )


def counts_of(connection: Connection, case: CaseShown) -> CaseCounts:
    """How many complaints about the case's seller there are, and how many wait."""
    total, waiting = store.counts(connection, case.seller_id)
    return CaseCounts(complaints=total, waiting=waiting)


def complainants_of(
    connection: Connection, case: CaseShown, policies: Policies, *, now: int
) -> ComplainantsShown:
    """Who complained about the case's seller in the four weeks before now, or before its end."""
    until = case.closed_at or now
    since, seller_id = until - RECENT_DAYS * DAY_US, case.seller_id
    policy = policies.at(now).complainants
    filed = cases.recent_voices(connection, [seller_id], since=since).get(seller_id, [])
    buyers = sorted({one.buyer_id for one in filed if one.buyer_id is not None})
    records = records_for(connection, buyers, policy, now=now)
    first = store.first_complaints(connection, seller_id, buyers)
    states = [record.state for record in records.values()]
    return ComplainantsShown(
        days=RECENT_DAYS,
        complaints=len(filed),
        nameless=sum(one.buyer_id is None for one in filed),
        unverified=sum(one.is_open for one in filed),
        buyers=len(buyers),
        first_time=sum(at >= since for at in first.values()),
        upheld=sum(record.upheld for record in records.values()),
        rejected=sum(record.rejected for record in records.values()),
        unfounded=sum(record.unfounded for record in records.values()),
        warned=states.count("warned"),
        muted=states.count("muted"),
        belief=weight_of(filed, records, policy),
        categories=recent_categories(connection, [seller_id], since=since).get(seller_id, {}),
    )


def _place(cursor: str | None) -> tuple[str, tuple[int, str] | None]:
    if cursor is None:
        return "waiting", None
    section, at, complaint_id = cursor_parts(cursor, 3)
    if section not in ("waiting", "settled"):
        raise BadInput("cursor: not one this service gave; start again without it")
    return section, instant_place(cursor_of(at, complaint_id))
