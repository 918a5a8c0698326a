"""The audit sample: a week's sellers with their complaints, to be looked at without scores."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Final

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy import Connection

from detector.missed_harm import COMPLAINTS_MIN, WINDOW_DAYS
from service.audit_sample import actions, store
from service.audit_sample.rules import week_of, week_text
from service.audit_sample.schemas import AuditFinding, AuditSample, GivenWeek
from service.console.languages.speaking import marked
from service.console.pages.blind import kept_from
from service.console.pages.faults import NOTHING_SENT, Refused, refused_by
from service.console.pages.forms import GivenForm, new_key
from service.console.pages.gate import signed_in
from service.console.pages.page_router import page_router, see
from service.console.pages.rendering import render
from service.http.access.keys import Caller
from service.http.context import AppContext, Context
from service.http.fields import Id
from service.roles import DECIDERS, READERS
from service.views.complaints.actions import complaints_listed
from service.views.complaints.schemas import ComplaintListed

router = page_router()
Reader = Annotated[Caller, signed_in(READERS)]
Decider = Annotated[Caller, signed_in(DECIDERS)]
ROWS: Final = 50
"""Complaints shown of each seller, the newest: more than are read to judge one."""
FINDINGS: Final = {
    "harm": marked("The seller is at fault"),
    "no_harm": marked("The seller is not at fault"),
    "unclear": marked("It cannot be told"),
}
LABELS: Final = {"finding": marked("What you found"), "note": marked("Note")}


class FoundSeller(AuditFinding):
    """What the form of a seller holds."""

    seller_id: Id


@router.get("/audit-sample")
def show_audit_sample(
    request: Request, context: Context, caller: Reader, week: GivenWeek | None = None
) -> Response:
    """A week's sellers without their scores, what was found, and what was missed."""
    return _page(request, context, caller, week_of(context.clock()) if week is None else week)


@router.post("/audit-sample")
def draw(context: Context, caller: Decider, form: GivenForm) -> Response:
    """Draw this week's sellers, as many as the settings say."""
    size, now = context.settings.audits_a_week, context.clock()
    context.write(form.key, lambda c: actions.draw(c, size=size, caller=caller, now=now))
    return see("/audit-sample", "audit-drawn")


@router.post("/audit-sample/{week}")
def store_finding(
    week: GivenWeek, request: Request, context: Context, caller: Decider, form: GivenForm
) -> Response:
    """Store what a person found at one of a week's sellers."""
    try:
        given = form.body(FoundSeller)
    except RequestValidationError as error:
        return _page(request, context, caller, week, refused_by(form, error, LABELS))
    found = AuditFinding(finding=given.finding, note=given.note)

    def act(connection: Connection) -> AuditSample:
        seller_id, now = given.seller_id, context.clock()
        return actions.find(connection, week, seller_id, found, caller=caller, now=now)

    context.write(form.key, act)
    return see(f"/audit-sample?week={week_text(week)}", "audit-found")


def _page(
    request: Request,
    context: AppContext,
    caller: Caller,
    week: int,
    refused: Refused = NOTHING_SENT,
) -> Response:
    this_week = week_of(context.clock())
    with context.database.reading() as connection:
        sample = actions.show(connection, week)
        complaints = _complaints(connection, sample)
        kept = kept_from(connection, caller)
    return render(
        request,
        "audit_sample/audit_sample.html",
        status=refused.page_status,
        refused=refused,
        nothing_sent=NOTHING_SENT,
        sample=sample,
        week=week_text(week),
        before=week_text(week - 7) if week >= 7 else None,
        after=week_text(week + 7) if week < this_week else None,
        is_this_week=week == this_week,
        counts=Counter(one.finding for one in sample.sellers),
        complaints=complaints,
        kept=kept,
        rows=ROWS,
        window_days=WINDOW_DAYS,
        complaints_min=COMPLAINTS_MIN,
        findings=FINDINGS,
        labels=LABELS,
        may_find=caller.role in DECIDERS,
        new_key=new_key,
    )


def _complaints(connection: Connection, sample: AuditSample) -> dict[str, list[ComplaintListed]]:
    """The complaints of each seller that was drawn, of the window before the draw."""
    if sample.drawn_at is None:
        return {}
    found = {
        one.seller_id: store.complaints_about(
            connection, one.seller_id, drawn_at=sample.drawn_at, limit=ROWS
        )
        for one in sample.sellers
    }
    return {seller_id: complaints_listed(connection, rows) for seller_id, rows in found.items()}
