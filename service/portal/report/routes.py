"""Where the buyers' page begins: by a link that knows the order, or by none."""

from __future__ import annotations

from fastapi import Request, Response

from service.console.languages.speaking import spoken
from service.console.pages.page_router import see
from service.console.pages.rendering import in_path
from service.http.context import AppContext, Context
from service.intake.reports import actions
from service.intake.reports.rules import DRAFT_US
from service.links import actions as links
from service.links import visits
from service.links.rules import COMPLAINT, REPORT
from service.portal.pages.entry import exchange
from service.portal.pages.public_router import public_router
from service.portal.pages.rendering import render
from service.portal.report.known import complaints_by
from service.portal.report.steps import CHECK, unanswered
from service.portal.report.visits import PAGE, PerhapsVisiting, Visit, stay
from service.portal.report.words import category_of
from service.views.complaints.actions import show_complaint
from service.views.complaints.schemas import ComplaintShown

begins = public_router()
enters = public_router()


@begins.get("/report")
def show_start(request: Request, context: Context, visit: PerhapsVisiting) -> Response:
    """Where to begin, or to go on."""
    report = None if visit is None else visit.report
    if report is not None and report.sent_at is not None:
        return see(f"/report/status/{in_path(report.report_id)}")
    goes_on = "" if report is None else unanswered(report) or f"/report/{CHECK}"
    is_known = visit is not None and visit.link.kind == COMPLAINT
    return render(
        request,
        "report/start.html" if is_known else "report/start_open.html",
        link=None if visit is None else visit.link,
        complaints=_complaints(context, visit) if visit is not None and is_known else [],
        category_of=category_of,
        goes_on=goes_on,
        until=None if report is None else report.ends_at,
        public_days=context.settings.public_days,
    )


@begins.post("/report/begin")
def begin(request: Request, context: Context, visit: PerhapsVisiting) -> Response:
    """Begin a draft, unless there is one to go on with."""
    now, language = context.clock(), spoken().tag
    is_known = visit is not None and visit.link.kind == COMPLAINT
    if visit is not None and visit.report is not None and visit.report.sent_at is None:
        return stay(see("/report/what"), request, visit)
    with context.database.writing() as connection:
        if visit is not None and is_known:
            link = visit.link
        else:
            link = links.make(
                connection,
                links.new_token(),
                kind=REPORT,
                report_id=actions.new_reference(),
                expires_at=now + DRAFT_US,
                now=now,
            )
        actions.begin(connection, link, language=language, now=now)
    response = see("/report/what")
    visits.enter(response, request, link, now=now)
    return response


@begins.post("/report/leave")
def leave(request: Request) -> Response:
    """Forget on this machine who came by which link; others may use it after."""
    response = see("/report")
    visits.leave(response, request, PAGE)
    return response


@enters.get("/report/{token}")
def enter(token: str, request: Request) -> Response:
    """Take a link's token out of the address, and go on to what it leads to."""
    return exchange(request, token, PAGE)


def _complaints(context: AppContext, visit: Visit) -> list[ComplaintShown]:
    now = context.clock()
    with context.database.reading() as connection:
        ids = complaints_by(connection, visit.link)
        return [show_complaint(connection, one, context.policies, now=now) for one in ids]
