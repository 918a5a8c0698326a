"""Notices that wait for somebody to say whose offer they are about."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Request, Response

from service.cases.opening import CaseTerms, open_for_flood
from service.console.languages.speaking import gettext
from service.console.pages.forms import GivenForm
from service.console.pages.gate import signed_in
from service.console.pages.page_router import page_router, see
from service.console.pages.rendering import in_path, render
from service.http.access.keys import Caller
from service.http.context import AppContext, Context
from service.http.fields import PathId
from service.intake.evidence.storage import EvidenceStorage
from service.intake.reports import actions, store
from service.roles import DECIDERS, READERS
from service.sellers.store import is_seller

router = page_router()
ROWS: Final = 25


@router.get("/reports")
def list_reports(
    request: Request, context: Context, _: Annotated[Caller, signed_in(READERS)]
) -> Response:
    """The notices without a seller, the oldest first."""
    return _page(request, context)


@router.post("/reports/{report_id}/seller")
def name_seller(
    report_id: PathId,
    request: Request,
    context: Context,
    caller: Annotated[Caller, signed_in(DECIDERS)],
    form: GivenForm,
    storage: EvidenceStorage,
) -> Response:
    """Say whose offer a notice is about: it becomes a complaint by that."""
    seller_id, now, settings = form.text("seller_id").strip(), context.clock(), context.settings
    with context.database.reading() as connection:
        is_known = bool(seller_id) and is_seller(connection, seller_id)
    if not is_known:
        said = gettext("No complaint and no order names the seller “%(id)s”.", id=seller_id[:200])
        return _page(request, context, fault=(report_id, said, seller_id))
    terms = actions.Terms(storage, settings.skew_us, settings.evidence_pieces_max)
    with context.database.writing() as connection:
        actions.assign(connection, report_id, seller_id, terms, caller=caller, now=now)
        case_terms = CaseTerms(context.policies, settings.due_us)
        open_for_flood(connection, seller_id, now=now, terms=case_terms)
    context.wake_worker()
    return see(f"/complaints/{in_path(report_id)}", "assigned")


def _page(
    request: Request, context: AppContext, *, fault: tuple[str, str, str] | None = None
) -> Response:
    with context.database.reading() as connection:
        waiting = store.waiting(connection, limit=ROWS)
        count = store.count_waiting(connection)
    return render(
        request,
        "reports/reports.html",
        status=422 if fault else 200,
        reports=waiting,
        count=count,
        fault=fault,
        may_name=request.state.caller.role in DECIDERS,
    )
