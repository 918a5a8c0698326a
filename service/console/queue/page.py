"""What the queue's page is made of: rows, each read by itself, and what is drawn beside them."""

from __future__ import annotations

from typing import Final, NamedTuple

import structlog
from markupsafe import Markup
from sqlalchemy import Connection

from detector.charts.sparkline import sparkline
from service.cases import actions
from service.cases.schemas import CaseShown
from service.cases.store import Only, Which
from service.console.languages.speaking import gettext
from service.console.languages.writing import number
from service.console.pages.blind import kept_from
from service.console.pages.parts import Part, part_of
from service.decisions.ledger.schemas import Standing
from service.http.access.keys import Caller
from service.http.context import AppContext
from service.views.common_causes.actions import common_causes_shown
from service.views.common_causes.schemas import CommonCauseShown
from service.views.sellers.actions import histories_of, standings_of
from service.views.sellers.schemas import HistoryShown

ROWS: Final = 25
"""Cases on one page: more than anybody looks at before the queue has changed."""
DAYS: Final = 28
log = structlog.get_logger()


class Listing(NamedTuple):
    """Which cases a page lists."""

    which: Which
    only: Only
    cursor: str | None


class QueueRows(NamedTuple):
    """A page of cases, and where the next one begins."""

    cases: list[CaseShown]
    unreadable: list[str]
    """Ids of cases whose record is broken."""
    next_cursor: str | None


class Beside(NamedTuple):
    """What is drawn beside a page's rows, by seller."""

    sparklines: Part[dict[str, Markup]]
    standings: Part[dict[str, Standing]]


def rows_of(context: AppContext, caller: Caller, listing: Listing) -> Part[QueueRows]:
    """Read the cases of a page."""
    return part_of(context, lambda c: _rows(c, caller, listing, now=context.clock()))


def _rows(connection: Connection, caller: Caller, listing: Listing, *, now: int) -> QueueRows:
    rows, next_cursor = actions.case_rows(
        connection,
        listing.which,
        only=listing.only,
        caller=caller,
        now=now,
        limit=ROWS,
        cursor=listing.cursor,
    )
    # Only closed cases have a label.
    kept = kept_from(connection, caller) if listing.which == "closed" else None
    shown, unreadable = [], []
    for row in rows:
        try:
            case = actions.case_shown(connection, row, now)
            shown.append(kept.without_label(case) if kept else case)
        except Exception:  # whatever it is, people go on with the other cases
            log.exception("case.unreadable", case_id=row.case_id)
            unreadable.append(row.case_id)
    return QueueRows(shown, unreadable, next_cursor)


def causes_of(context: AppContext) -> Part[list[CommonCauseShown]]:
    """Read what moves many sellers alike, for the head of the queue."""
    return part_of(context, lambda c: common_causes_shown(c, now=context.clock()))


def beside(context: AppContext, cases: list[CaseShown]) -> Beside:
    """Read what is drawn beside some cases: two statements for all their days."""
    now, policies = context.clock(), context.policies
    sellers = sorted({case.seller_id for case in cases})
    return Beside(
        part_of(context, lambda c: _sparklines(histories_of(c, sellers, now=now, days=DAYS))),
        part_of(context, lambda c: standings_of(c, sellers, policies, now=now)),
    )


def _sparklines(histories: dict[str, HistoryShown]) -> dict[str, Markup]:
    return {seller: _drawn(history) for seller, history in histories.items()}


def _drawn(history: HistoryShown) -> Markup:
    days = history.days
    complaints, high = [day.complaints for day in days], [day.high for day in days]
    expected = sum(day.expected for day in days)
    above = sum(count > top for count, top in zip(complaints, high, strict=True))
    name = gettext(
        "%(complaints)s complaints in %(days)s days where about %(expected)s were expected; on "
        "%(above)s days more than usual",
        complaints=number(sum(complaints)),
        days=len(days),
        expected=number(expected, 1),
        above=above,
    )
    return Markup(sparkline(complaints, high, name))  # noqa: S704 - it escapes the name
