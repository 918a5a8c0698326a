"""A router of public pages: limits first, then whether the form is ours; refusals are pages."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError

from detector.errors import Refusal
from service.console.languages.catalogues import Language
from service.console.languages.speaking import gettext
from service.console.pages.page_router import PageRoute, typed_in
from service.http.origin import check_same_origin, is_on_this_machine, is_secure
from service.http.statuses import status_of
from service.portal.pages.rendering import language_for, render
from service.refusals import InsecureSignIn, Missing, title_of
from service.settings import Settings


class PublicRoute(PageRoute):
    """A route that answers a person without an account."""

    async def admit(self, request: Request) -> None:
        """Let a request pass, by its headers alone, before its body is received.

        Raises TooManyRequests, CrossSite, InsecureSignIn and LargeBody.
        """
        settings: Settings = request.app.state.context.settings
        request.app.state.public_requests.check(request.client.host if request.client else "")
        check_same_origin(request, settings)
        if not is_secure(request, settings) and not is_on_this_machine(request, settings):
            raise InsecureSignIn(
                "what people write here must not travel by plain http; reach this service by https "
                "and say so in DETECTOR_PUBLIC_URL"
            )
        await super().admit(request)

    def language_for(self, request: Request) -> Language:
        """The language that a request is answered in."""
        return language_for(request)

    def refuse(self, request: Request, refusal: Refusal) -> Response:
        """Tell a refusal to a person; what they typed stands below it."""
        kind = type(refusal)
        title = gettext(title_of(kind))
        return _refused(request, status_of(kind), kind, title=title, detail=str(refusal))

    def refuse_form(self, request: Request, error: RequestValidationError) -> Response:
        """Tell a person that there is no such page, or no such form."""
        is_address = any(fault["loc"][0] in ("path", "query") for fault in error.errors())
        status = HTTPStatus.NOT_FOUND if is_address else HTTPStatus.UNPROCESSABLE_ENTITY
        title = gettext("There is no such page.") if is_address else gettext("There is a problem.")
        return _refused(request, status, Missing if is_address else Refusal, title=title, detail="")


def public_router(kind: type[PublicRoute] = PublicRoute) -> APIRouter:
    """A router of public pages, which the API's contract does not list."""
    return APIRouter(route_class=kind, include_in_schema=False)


def _refused(
    request: Request, status: HTTPStatus, kind: type[Refusal], *, title: str, detail: str
) -> Response:
    return render(
        request,
        "pages/refused_public.html",
        status=status,
        kind=kind.__name__,
        title=title,
        detail=detail,
        typed=typed_in(request),
    )
