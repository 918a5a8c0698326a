"""Buyers' data: what is over and removed in time, and erasing a buyer on request."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError

from detector.durations import DAY_US
from service.audit.actions import latest_records
from service.audit.chain import ERASURES
from service.console.languages.speaking import gettext, marked
from service.console.pages.faults import NOTHING_SENT, Fault, Refused, refused_by
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


LABELS: Final = {
    "buyer_id": marked("The buyer's id"),
    "reason": marked("Why, without names; it is kept in the audit"),
    "typed": marked("Type the buyer's id again; it cannot be undone"),
}


@router.get("/admin/erasure")
def show_erasure(request: Request, context: Context, _: Admin) -> Response:
    """What is due to be removed, what was removed lately, and where to erase a buyer."""
    return _page(request, context)


def _page(request: Request, context: AppContext, refused: Refused = NOTHING_SENT) -> Response:
    now = context.clock()
    terms = retention_terms(context.settings, context.policies, now=now)
    with context.database.reading() as connection:
        due = previews.of_retention(connection, terms, now=now)
        runs = latest_records(connection, ERASURES, limit=RUNS)
    return render(
        request,
        "admin/erasure.html",
        status=refused.page_status,
        refused=refused,
        labels=LABELS,
        due=due,
        days=terms.kept_us / DAY_US,
        portion=PORTION,
        runs=runs,
        new_key=new_key,
    )


@router.post("/admin/erasure/preview")
def preview(request: Request, context: Context, _: Admin, form: GivenForm) -> Response:
    """Say what erasing a buyer removes; a form, so that no address ever holds the buyer's id."""
    try:
        body = form.body(Erasure)
    except RequestValidationError as error:
        return _page(request, context, refused_by(form, error, LABELS))
    return _preview(request, context, body.buyer_id)


@router.post("/admin/erasure/buyer")
def erase(
    request: Request, context: Context, storage: EvidenceStorage, caller: Admin, form: GivenForm
) -> Response:
    """Erase a buyer whose id was typed a second time."""
    buyer_id = form.text("buyer_id")
    try:
        body = form.body(Erasure)
    except RequestValidationError as error:
        return _preview(request, context, buyer_id, refused_by(form, error, LABELS))
    if form.text("typed") != buyer_id:
        other = gettext("Nothing was erased: what you typed is not the id above.")
        refused = Refused(form.fields, [Fault("typed", other)])
        return _preview(request, context, buyer_id, refused)
    requests.erase_buyer(context, form.key, storage, body, caller)
    return see("/admin/erasure", "buyer-erased")


@router.post("/admin/erasure/retention")
def retain(
    request: Request, context: Context, storage: EvidenceStorage, caller: Admin, form: GivenForm
) -> Response:
    """Remove what is over, a portion at a time."""
    if form.text("understood") != "yes":
        unsure = gettext("Nothing was removed: tick that you know it cannot be undone.")
        return _page(request, context, Refused(form.fields, [Fault("understood", unsure)]))
    requests.apply_retention(context, form.key, storage, Retention(limit=PORTION), caller)
    return see("/admin/erasure", "retention-applied")


def _preview(
    request: Request, context: AppContext, buyer_id: str, refused: Refused = NOTHING_SENT
) -> Response:
    now = context.clock()
    terms = retention_terms(context.settings, context.policies, now=now)
    with context.database.reading() as connection:
        found = previews.of_buyer(connection, buyer_id, terms, now=now)
    return render(
        request,
        "admin/erase.html",
        status=refused.page_status,
        refused=refused,
        labels=LABELS,
        buyer_id=buyer_id,
        found=found,
        new_key=new_key,
    )
