"""Who looks at a seller's page: by a link, and after typing what the mail does not hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request, Response

from detector.errors import Refusal
from service.console.pages.page_router import see
from service.decisions.decision_file import ComplaintFile
from service.decisions.records import complaint_file
from service.http.access.keys import Caller
from service.http.context import AppContext
from service.links import visits
from service.links.rules import Link
from service.portal.pages.entry import visitor
from service.portal.pages.public_router import PublicRoute
from service.portal.pages.uploads import UploadRoute
from service.refusals import CodeMissing, NoSuchComplaint
from service.roles import Role

PAGE: Final = "seller"
SELLER: Final = "the seller, by a link"
"""What the record calls who acts on these pages."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A seller who has typed their code."""

    link: Link
    seller_id: str
    caller: Caller


class SellerRoute(PublicRoute):
    """A route of a seller's page; it leads to the code's form where the code was not typed."""

    def refuse(self, request: Request, refusal: Refusal) -> Response:
        """Tell a refusal to a person."""
        if isinstance(refusal, CodeMissing):
            return see(f"/{PAGE}")
        return super().refuse(request, refusal)


class SellerUploadRoute(SellerRoute, UploadRoute):
    """The same for a page that takes a file."""


def visit_of(request: Request) -> Visit:
    """The seller who looks; raises NoSuchLink, TooManyRequests and CodeMissing."""
    link = visitor(request, PAGE)
    if link.seller_id is None or not visits.has_proved(request, link):
        raise CodeMissing("type the code from your account first")
    # The marketplace's own systems pass on what a party sends in the same role.
    request.state.caller = caller = Caller(SELLER, Role.INGEST, link.link_id)
    return Visit(link, link.seller_id, caller)


def complaint_of(request: Request, visit: Visit, complaint_id: str) -> ComplaintFile:
    """A complaint about the seller who looks; NoSuchComplaint for any other."""
    context: AppContext = request.app.state.context
    with context.database.reading() as connection:
        file = complaint_file(connection, complaint_id)
    if file.complaint.seller_id != visit.seller_id:
        raise NoSuchComplaint(f"no complaint has the id {complaint_id!r}")
    return file


Visiting = Annotated[Visit, Depends(visit_of)]
"""What a route asks for that needs the code."""
