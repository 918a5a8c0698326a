"""A router whose routes are pages: gate first, and every refusal is a page as well."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from detector.errors import Refusal
from service.console.languages.choice import language_of
from service.console.languages.speaking import gettext, speaking
from service.console.pages.forms import FIELDS, read_form
from service.console.pages.rendering import render
from service.http.admission import SMALL_BYTES_MAX, AdmittedRoute, BodyKind
from service.http.admitted_request import AdmittedRequest
from service.http.limits import BODY
from service.http.problems import faults_of, is_away
from service.http.statuses import status_of
from service.refusals import DatabaseAway, SessionEnded, TooBusy, title_of

WORDS: Final = ("reason", "note", "internal_note", "toml")
"""Fields in which people write sentences: none is lost when a form is refused."""


class PageRoute(AdmittedRoute):
    """A route that answers a person: what goes wrong is told as a page."""

    redacts = False  # who may sign in is shown everything

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Put the pages of refusals around the gate and the framework's handler."""
        handle = super().get_route_handler()
        is_gated = self.gate is not None

        async def answer(request: Request) -> Response:
            with speaking(language_of(request)):
                return await answer_in_language(request)

        async def answer_in_language(request: Request) -> Response:
            try:
                if is_gated:
                    return await handle(request)
                request.scope[BODY].allow(SMALL_BYTES_MAX, request.headers)
                return await handle(AdmittedRequest(request.scope, request.receive))
            except SessionEnded as refusal:
                return await _signed_out(request, refusal)
            except Refusal as refusal:
                return refusal_page(request, refusal)
            except RequestValidationError as error:
                return _faulty(request, error)
            except PoolTimeout:
                return refusal_page(request, TooBusy("all database connections are in use"))
            except DBAPIError as error:
                if not is_away(error):
                    raise
                return refusal_page(request, DatabaseAway("the database does not answer"))

        return answer


def page_router(*, body: BodyKind = BodyKind.SMALL) -> APIRouter:
    """A router of pages, which the API's contract does not list."""
    kind = type("PageRoute", (PageRoute,), {"body": body})
    return APIRouter(route_class=kind, include_in_schema=False)


def see(address: str, said: str | None = None) -> RedirectResponse:
    """Go on to a page after something was done, so that reloading it does nothing again."""
    path = address if said is None else f"{address}{'&' if '?' in address else '?'}said={said}"
    return RedirectResponse(path, HTTPStatus.SEE_OTHER)


def refusal_page(request: Request, refusal: Refusal) -> Response:
    """Tell a refusal to a person; what they typed stands below it."""
    status = status_of(type(refusal))
    return render(
        request,
        "pages/refused.html",
        status=status,
        title=gettext(title_of(type(refusal))),
        detail=str(refusal),
        faults=[],
        typed=typed_in(request),
        back=_page_of_form(request),
    )


def _faulty(request: Request, error: RequestValidationError) -> Response:
    is_address = any(fault["loc"][0] in ("path", "query") for fault in error.errors())
    status = HTTPStatus.NOT_FOUND if is_address else HTTPStatus.UNPROCESSABLE_ENTITY
    title = gettext("There is no such page.") if is_address else gettext("There is a problem.")
    faults = faults_of(error)
    return render(
        request,
        "pages/refused.html",
        status=status,
        title=title,
        detail="",
        faults=faults,
        typed=typed_in(request),
        back=_page_of_form(request),
    )


def _page_of_form(request: Request) -> str:
    """The page whose form was sent: it stands above the form's own address."""
    path: str = request.scope["raw_path"].decode("ascii", "replace")
    return path.rpartition("/")[0] if request.method == "POST" else ""


def typed_in(request: Request) -> list[str]:
    """The sentences of the form that was sent."""
    fields: dict[str, list[str]] = request.scope.get(FIELDS, {})
    return [text for name in WORDS for text in fields.get(name, []) if text.strip()]


async def _signed_out(request: Request, refusal: SessionEnded) -> Response:
    """Ask to sign in, and go on from here."""
    if request.method != "GET":
        if FIELDS not in request.scope:  # refused before the form was received
            request.scope[BODY].allow(SMALL_BYTES_MAX, request.headers)
            await read_form(AdmittedRequest(request.scope, request.receive))
        return refusal_page(request, refusal)
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/login?next={quote(wanted, safe='')}", HTTPStatus.SEE_OTHER)
