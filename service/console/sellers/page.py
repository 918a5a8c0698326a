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
from service.console.complaints.corrections import Looker, corrections_of
from service.console.pages.blind import Beside, Kept, kept_from
from service.console.pages.parts import Part, part_of
from service.console.sellers.adding_up import Account, accounts_of
from service.http.access.keys import Caller
from service.http.context import AppContext
from service.views.complaints.schemas import ComplaintPage
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
    kept: Kept


class SellerParts(NamedTuple):
    """The parts of a seller's page."""

    seller: Part[SellerShown]
    days: Part[DaysDrawn]
    standing: Part[StandingLedger]
    entries: Part[Beside[LedgerShown]]
    """Every entry there ever was, a page of them."""
    statements: Part[Beside[StatementList]]
    cases: Part[QueuePage]
    complaints: Part[Beside[ComplaintPage]]
    record: Part[AuditPage]
    corrections: Part[dict[int, str]]
    """Where what the record tells can be put right, by its number."""


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
        accounts = accounts_of(ledger, policies.at(now).tracks)
        return StandingLedger(ledger, accounts, kept_from(connection, caller, seller_id))

    def entries(connection: Connection) -> Beside[LedgerShown]:
        ledger = show_ledger(
            connection,
            seller_id,
            policies,
            now=now,
            state=None,
            limit=ROWS,
            cursor=places.entries,
        )
        return Beside(ledger, kept_from(connection, caller, seller_id))

    def complaints(connection: Connection) -> Beside[ComplaintPage]:
        page = complaints_page(
            connection, seller_id, outcome=None, limit=ROWS, cursor=places.complaints
        )
        return Beside(page, kept_from(connection, caller, seller_id))

    def cases(connection: Connection) -> QueuePage:
        page = seller_page(connection, seller_id, now=now, limit=ROWS, cursor=places.cases)
        kept = kept_from(connection, caller, seller_id)
        return page.model_copy(update={"cases": [kept.without_label(one) for one in page.cases]})

    record = part_of(context, lambda c: _record(c, seller_id, caller, places.record))
    listed = record.value.records if record.value else []
    looker = Looker(caller, policies, now)
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
        entries=part_of(context, entries),
        statements=part_of(
            context,
            lambda c: Beside(
                statements_of(c, seller_id, policies, now=now), kept_from(c, caller, seller_id)
            ),
        ),
        cases=part_of(context, cases),
        complaints=part_of(context, complaints),
        record=record,
        corrections=part_of(context, lambda c: corrections_of(c, listed, looker)),
    )


def _record(
    connection: Connection, seller_id: str, caller: Caller, cursor: str | None
) -> AuditPage:
    """What was done about a seller, without the verdicts that are kept from the caller."""
    page = records_page(connection, seller_id=seller_id, limit=ROWS, cursor=cursor)
    kept = kept_from(connection, caller, seller_id)
    shown = [one for one in page.records if not kept.hides(one)]
    return page.model_copy(update={"records": shown})
