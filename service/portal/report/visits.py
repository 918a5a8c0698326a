"""Who looks at the buyers' pages: the link they came by, and the draft that they work on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request, Response

from service.http.access.keys import Caller
from service.http.context import AppContext
from service.intake.reports import actions
from service.intake.reports.rules import Report, caller_by
from service.links import visits
from service.links.rules import Link
from service.portal.pages.entry import visitor
from service.refusals import NoSuchLink, NoSuchReport

PAGE: Final = "report"


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who came by a link, and what they work on."""

    link: Link
    report: Report | None
    caller: Caller

    @property
    def draft(self) -> Report:
        """The draft that they work on; raises NoSuchReport."""
        if self.report is None or self.report.sent_at is not None:
            raise NoSuchReport("nothing is begun, or it was sent")
        return self.report


def _visit(request: Request) -> Visit:
    context: AppContext = request.app.state.context
    link = visitor(request, PAGE)
    with context.database.reading() as connection:
        report = actions.report_by(connection, link, now=context.clock())
    request.state.caller = caller = caller_by(link.link_id)
    return Visit(link, report, caller)


def _visit_if_any(request: Request) -> Visit | None:
    try:
        return _visit(request)
    except NoSuchLink:
        return None


def stay(response: Response, request: Request, visit: Visit) -> Response:
    """Have the pass last from now on, as somebody works on the draft."""
    context: AppContext = request.app.state.context
    visits.enter(response, request, visit.link, now=context.clock())
    return response


Visiting = Annotated[Visit, Depends(_visit)]
"""What a route asks for that only a link opens."""
PerhapsVisiting = Annotated[Visit | None, Depends(_visit_if_any)]
"""What a route asks for that is there without a link as well."""
