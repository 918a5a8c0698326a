"""What a browser reads at an address that no page has."""

from __future__ import annotations

from contextlib import suppress
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from detector.errors import Refusal
from service.console.languages.choice import language_of
from service.console.languages.speaking import gettext, speaking
from service.console.pages.gate import SessionGate
from service.console.pages.rendering import render, zone_of
from service.http.problems import on_http
from service.roles import READERS


def install(app: FastAPI) -> None:
    """Answer a browser with a page where nothing else answers; programs read a problem."""
    app.add_exception_handler(HTTPException, _on_http)


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - what the table of handlers says
    if not is_nowhere(request, error):
        return on_http(request, error)
    with suppress(Refusal):  # who is not signed in reads the page as well, without its navigation
        await SessionGate(READERS).admit(request)
    with speaking(language_of(request), zone_of(request)):
        return _page(request, error.status_code)


def is_nowhere(request: Request, error: Exception) -> bool:
    """Whether a browser asked for an address that no page has."""
    if not isinstance(error, HTTPException):
        return False
    is_page = request.method == "GET" and not request.url.path.startswith("/v1/")
    is_browser = is_page and "text/html" in request.headers.get("accept", "")
    return is_browser and error.status_code in (
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
    )


def _page(request: Request, status: int) -> Response:
    """That there is no such page; where a form is sent, the way back to the page it stands on."""
    path: str = request.scope["raw_path"].decode("ascii", "replace")
    is_form = status == HTTPStatus.METHOD_NOT_ALLOWED
    return render(
        request,
        "pages/refused.html",
        status=status,
        title=gettext("There is no such page."),
        detail="",
        faults=[],
        typed=[],
        back=path.rpartition("/")[0] if is_form else "",
    )
