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
from service.console.languages.catalogues import Language
from service.console.languages.choice import language_of
from service.console.languages.speaking import gettext, speaking
from service.console.pages.faults import faults_in
from service.console.pages.forms import FIELDS, read_form
from service.console.pages.rendering import SAID_COOKIE, render, zone_of
from service.http.admission import SMALL_BYTES_MAX, AdmittedRoute, BodyKind
from service.http.admitted_request import AdmittedRequest
from service.http.cookies import set_cookie
from service.http.limits import BODY
from service.http.problems import is_away
from service.http.statuses import status_of
from service.refusals import DatabaseAway, SessionEnded, TooBusy, title_of

SAID_S: Final = 60
"""How long a page that is to say what was done may take to come."""
WORDS: Final = ("reason", "note", "internal_note", "toml", "words")
"""Fields in which people write sentences: none is lost when a form is refused."""


class PageRoute(AdmittedRoute):
    """A route that answers a person: what goes wrong is told as a page."""

    redacts = False  # who may sign in is shown everything

    async def admit(self, request: Request) -> None:
        """Let a request pass to a page without a gate, before its body is received."""
        self.allow_body(request)

    def allow_body(self, request: Request) -> None:
        """Say how large the body of a page without a gate may be."""
        request.scope[BODY].allow(SMALL_BYTES_MAX, request.headers)

    def language_for(self, request: Request) -> Language:
        """The language that a request is answered in."""
        return language_of(request)

    async def ask_to_sign_in(self, request: Request, refusal: SessionEnded) -> Response:
        """What somebody sees who has no session, or not any more."""
        return await _signed_out(request, refusal)

    def refuse(self, request: Request, refusal: Refusal) -> Response:
        """Tell a refusal to a person."""
        return refusal_page(request, refusal)

    def refuse_form(self, request: Request, error: RequestValidationError) -> Response:
        """Tell a person that what was sent is not what the page takes."""
        return _faulty(request, error)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Put the pages of refusals around the gate and the framework's handler."""
        handle = super().get_route_handler()
        is_gated = self.gate is not None

        async def answer(request: Request) -> Response:
            request.scope["query_string"] = _without_empty(request.scope["query_string"])
            with speaking(self.language_for(request), zone_of(request)):
                return _to_be_said(request, await answer_in_language(request))

        async def answer_in_language(request: Request) -> Response:
            try:
                if is_gated:
                    return await handle(request)
                await self.admit(request)
                return await handle(AdmittedRequest(request.scope, request.receive))
            except SessionEnded as refusal:
                return await self.ask_to_sign_in(request, refusal)
            except Refusal as refusal:
                return self.refuse(request, refusal)
            except RequestValidationError as error:
                return self.refuse_form(request, error)
            except PoolTimeout:
                return self.refuse(request, TooBusy("all database connections are in use"))
            except DBAPIError as error:
                if not is_away(error):
                    raise
                return self.refuse(request, DatabaseAway("the database does not answer"))

        return answer


def _to_be_said(request: Request, response: Response) -> Response:
    """The answer; where it leads on to a page that says what was done, that page says it once."""
    if isinstance(response, Onward) and response.said is not None:
        set_cookie(response, request, SAID_COOKIE, response.said, seconds=SAID_S)
    return response


def _without_empty(query: bytes) -> bytes:
    """An address's query without the fields that were left empty: a browser sends these as well."""
    return b"&".join(part for part in query.split(b"&") if part.partition(b"=")[2])


def page_router(*, body: BodyKind = BodyKind.SMALL) -> APIRouter:
    """A router of pages, which the API's contract does not list."""
    kind = type("PageRoute", (PageRoute,), {"body": body})
    return APIRouter(route_class=kind, include_in_schema=False)


class Onward(RedirectResponse):
    """On to a page after something was done, so that reloading it does nothing again."""

    def __init__(self, address: str, said: str | None) -> None:
        """Name what was done, if the page is to say it."""
        path = address if said is None else f"{address}{'&' if '?' in address else '?'}said={said}"
        super().__init__(path, HTTPStatus.SEE_OTHER)
        self.said = said


def see(address: str, said: str | None = None) -> Onward:
    """Go on to a page after something was done, which may name what the page says."""
    return Onward(address, said)


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
    return render(
        request,
        "pages/refused.html",
        status=status,
        title=title,
        detail="",
        faults=faults_in(error, {}),
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
