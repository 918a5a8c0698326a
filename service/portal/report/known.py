"""The complaints that somebody may read who came by a link."""

from __future__ import annotations

from sqlalchemy import Connection

from service.intake.reports import store
from service.intake.reports.rules import Report, may_read
from service.links.rules import Link
from service.views.decisions.store import withdrawn_times


def complaints_by(connection: Connection, link: Link) -> list[str]:
    """The complaints about the order that a link is bound to, newest first."""
    if link.order_id is None or link.seller_id is None:
        return []
    rows = store.complaints_about(connection, link.seller_id, link.order_id)
    return [
        row.complaint_id
        for row in rows
        if may_read(link, None, (row.seller_id, row.order_id, row.buyer_id))
    ]


def complaint_known(
    connection: Connection, link: Link, report: Report, category: str
) -> str | None:
    """The complaint that waits already about a report's order, in a category.

    An order has one complaint of a kind at a time, so that nobody is asked the same twice.
    """
    if report.order_id is None or report.seller_id is None:
        return None
    rows = store.complaints_about(connection, report.seller_id, report.order_id)
    waiting = [
        row.complaint_id
        for row in rows
        if row.category == category
        and row.outcome == "pending"
        and may_read(link, None, (row.seller_id, row.order_id, row.buyer_id))
    ]
    withdrawn = withdrawn_times(connection, waiting)
    return next((one for one in waiting if one not in withdrawn), None)
