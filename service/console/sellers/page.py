"""What a seller's page is made of, each part read by itself."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import Connection

from service.assessments.actions import assessment_of
from service.audit.actions import records_page
from service.audit.schemas import AuditPage
from service.cases.actions import seller_page
from service.cases.schemas import QueuePage
from service.console.cases.chart import DaysDrawn, drawn
from service.console.pages.blind import is_kept_from
from service.console.pages.parts import Part, part_of
from service.console.sellers.adding_up import Account, accounts_of
from service.decisions.appeals.store import opinions_on
from service.http.access.keys import Caller
from service.http.context import AppContext
from service.views.complaints.schemas import ComplaintPage
from service.views.decisions.store import open_appeals_about
from service.views.rulebook.actions import statements_of
from service.views.rulebook.schemas import StatementList
from service.views.sellers.actions import (
    complaints_page,
    show_history,
    show_ledger,
    show_seller,
)
from service.views.sellers.schemas import LedgerShown, SellerShown

DAYS: Final = 91
"""Days on the chart: a quarter."""
STANDING_ROWS: Final = 200
"""Entries that count now and are told one by one; the sum of further ones is one row."""
ROWS: Final = 25
"""Rows of each list on one page."""


class Places(NamedTuple):
    """Where the page of each list begins: a cursor, or None for the first."""

    complaints: str | None = None
    cases: str | None = None
    entries: str | None = None
    record: str | None = None


class StandingLedger(NamedTuple):
    """What counts now."""

    ledger: LedgerShown
    accounts: list[Account]


class SellerParts(NamedTuple):
    """The parts of a seller's page."""

    seller: Part[SellerShown]
    days: Part[DaysDrawn]
    standing: Part[StandingLedger]
    entries: Part[LedgerShown]
    """Every entry there ever was, a page of them."""
    statements: Part[StatementList]
    cases: Part[QueuePage]
    complaints: Part[ComplaintPage]
    record: Part[AuditPage]


def parts_of(context: AppContext, seller_id: str, caller: Caller, places: Places) -> SellerParts:
    """Read the parts of a seller's page."""
    now, policies = context.clock(), context.policies

    def standing(connection: Connection) -> StandingLedger:
        ledger = show_ledger(
            connection,
            seller_id,
            policies,
            now=now,
            state="standing",
            limit=STANDING_ROWS,
            cursor=None,
        )
        return StandingLedger(ledger, accounts_of(ledger, policies.at(now).tracks))

    return SellerParts(
        seller=part_of(context, lambda c: show_seller(c, seller_id, policies, now=now)),
        days=part_of(
            context,
            lambda c: drawn(
                show_history(c, seller_id, now=now, days=DAYS),
                assessment_of(c, seller_id),
                now=now,
            ),
        ),
        standing=part_of(context, standing),
        entries=part_of(
            context,
            lambda c: show_ledger(
                c, seller_id, policies, now=now, state=None, limit=ROWS, cursor=places.entries
            ),
        ),
        statements=part_of(context, lambda c: statements_of(c, seller_id, policies, now=now)),
        cases=part_of(
            context, lambda c: seller_page(c, seller_id, now=now, limit=ROWS, cursor=places.cases)
        ),
        complaints=part_of(
            context,
            lambda c: complaints_page(
                c, seller_id, outcome=None, limit=ROWS, cursor=places.complaints
            ),
        ),
        record=part_of(context, lambda c: _record(c, seller_id, caller, places.record)),
    )


def _record(
    connection: Connection, seller_id: str, caller: Caller, cursor: str | None
) -> AuditPage:
    """What was done about a seller, without the verdicts that are kept from the caller."""
    page = records_page(connection, seller_id=seller_id, limit=ROWS, cursor=cursor)
    kept = {
        f"complaint {one.complaint_id}"
        for one in open_appeals_about(connection, seller_id)
        if is_kept_from(
            caller,
            one.outcome,
            (one.moderator, *one.seconded_by),
            opinions_on(connection, one.appeal_id),
        )
    }
    shown = [
        one for one in page.records if not (one.subject in kept and _is_on_verdict(one.action))
    ]
    return page.model_copy(update={"records": shown})


def _is_on_verdict(action: str) -> bool:
    """Whether an act gave a verdict or spoke of it, as an appeal's words do."""
    return action.startswith(("verdict.", "appeal."))
