"""HTTP for sellers. The longer paths come first, for a seller's id may hold slashes."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from service.cases.actions import seller_page
from service.cases.schemas import QueuePage
from service.decisions.ledger.schemas import EntryState
from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.admission import router_of
from service.http.context import Context
from service.http.fields import PathId
from service.http.paging import PageSize
from service.intake.complaints.schemas import Outcome
from service.roles import ANYBODY, READERS
from service.sellers.store import check_known
from service.views.complaints.schemas import ComplaintPage
from service.views.sellers import actions
from service.views.sellers.schemas import HistoryShown, LedgerShown, SellerShown

router = router_of("sellers")


@router.get("/v1/sellers/{seller_id:path}/ledger")
def show_ledger(
    seller_id: PathId,
    context: Context,
    _: Annotated[Caller, allows(READERS)],
    state: EntryState | None = None,
    limit: PageSize = 500,
    cursor: str | None = None,
) -> LedgerShown:
    """The seller's sanctions, and entries oldest first; `state=standing` are those that count."""
    with context.database.reading() as connection:
        return actions.show_ledger(
            connection,
            seller_id,
            context.policies,
            now=context.clock(),
            state=state,
            limit=limit,
            cursor=cursor,
        )


@router.get("/v1/sellers/{seller_id:path}/complaints")
def list_complaints(
    seller_id: PathId,
    context: Context,
    _: Annotated[Caller, allows(READERS)],
    outcome: Outcome | None = None,
    limit: PageSize = 50,
    cursor: str | None = None,
) -> ComplaintPage:
    """The complaints about the seller, newest first; `outcome=pending` are those to decide."""
    with context.database.reading() as connection:
        return actions.complaints_page(
            connection, seller_id, outcome=outcome, limit=limit, cursor=cursor
        )


@router.get("/v1/sellers/{seller_id:path}/cases")
def list_cases(
    seller_id: PathId,
    context: Context,
    _: Annotated[Caller, allows(READERS)],
    limit: PageSize = 50,
    cursor: str | None = None,
) -> QueuePage:
    """The seller's cases, open and closed, the last opened first."""
    with context.database.reading() as connection:
        check_known(connection, seller_id)
        return seller_page(connection, seller_id, now=context.clock(), limit=limit, cursor=cursor)


@router.get("/v1/sellers/{seller_id:path}/history")
def show_history(
    seller_id: PathId,
    context: Context,
    _: Annotated[Caller, allows(READERS)],
    days: Annotated[int, Query(ge=1, le=366)] = 56,
) -> HistoryShown:
    """The seller's last days with what was usual on each of them."""
    with context.database.reading() as connection:
        return actions.show_history(connection, seller_id, now=context.clock(), days=days)


@router.get("/v1/sellers/{seller_id:path}")
def show_seller(
    seller_id: PathId, context: Context, _: Annotated[Caller, allows(ANYBODY)]
) -> SellerShown:
    """The seller's assessment, standing and open case."""
    with context.database.reading() as connection:
        return actions.show_seller(connection, seller_id, context.policies, now=context.clock())
