"""Buyers' data: what is over and removed in time, and erasing a buyer on request."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Request, Response

from detector.durations import DAY_US
from detector.errors import BadInput
from service.audit.actions import latest_records
from service.audit.chain import ERASURES
from service.console.pages.forms import GivenForm, new_key
from service.console.pages.gate import signed_in
from service.console.pages.page_router import page_router, see
from service.console.pages.rendering import render
from service.erasure import previews, requests
from service.erasure.actions import retention_terms
from service.erasure.schemas import Erasure, Retention
from service.http.access.keys import Caller
from service.http.context import AppContext, Context
from service.intake.evidence.storage import EvidenceStorage
from service.roles import ADMINS

router = page_router()
Admin = Annotated[Caller, signed_in(ADMINS)]
RUNS: Final = 10
"""Erasures and retentions shown, the last ones."""
PORTION: Final = 1_000
"""Complaints that one press of the button goes through, so that nobody waits for long."""


@router.get("/admin/erasure")
def show_erasure(request: Request, context: Context, _: Admin) -> Response:
    """What is due to be removed, what was removed lately, and where to erase a buyer."""
    now = context.clock()
    terms = retention_terms(context.settings, context.policies, now=now)
    with context.database.reading() as connection:
        due = previews.of_retention(connection, terms, now=now)
        runs = latest_records(connection, ERASURES, limit=RUNS)
    return render(
        request,
        "admin/erasure.html",
        due=due,
        days=terms.kept_us / DAY_US,
        portion=PORTION,
        runs=runs,
        new_key=new_key,
    )


@router.post("/admin/erasure/preview")
def preview(request: Request, context: Context, _: Admin, form: GivenForm) -> Response:
    """Say what erasing a buyer removes; a form, so that no address ever holds the buyer's id."""
    body = form.body(Erasure)
    return _preview(request, context, body)


@router.post("/admin/erasure/buyer")
def erase(
    request: Request, context: Context, storage: EvidenceStorage, caller: Admin, form: GivenForm
) -> Response:
    """Erase a buyer whose id was typed a second time."""
    body = form.body(Erasure)
    if form.text("typed") != body.buyer_id:
        return _preview(request, context, body, typed=form.text("typed"))
    requests.erase_buyer(context, form.key, storage, body, caller)
    return see("/admin/erasure", "buyer-erased")


@router.post("/admin/erasure/retention")
def retain(context: Context, storage: EvidenceStorage, caller: Admin, form: GivenForm) -> Response:
    """Remove what is over, a portion at a time."""
    if form.text("understood") != "yes":
        raise BadInput("nothing was removed: tick that you know it cannot be undone")
    requests.apply_retention(context, form.key, storage, Retention(limit=PORTION), caller)
    return see("/admin/erasure", "retention-applied")


def _preview(
    request: Request, context: AppContext, body: Erasure, *, typed: str | None = None
) -> Response:
    now = context.clock()
    terms = retention_terms(context.settings, context.policies, now=now)
    with context.database.reading() as connection:
        found = previews.of_buyer(connection, body.buyer_id, terms, now=now)
    return render(
        request,
        "admin/erase.html",
        status=200 if typed is None else 422,
        buyer_id=body.buyer_id,
        reason=body.reason,
        typed=typed,
        found=found,
        new_key=new_key,
    )
