"""What a person without an account reads at an address that no page has."""

from __future__ import annotations

from collections.abc import Awaitable
from http import HTTPStatus
from inspect import isawaitable
from typing import Final

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from service.console.languages.speaking import gettext, speaking
from service.console.pages.nowhere import is_nowhere
from service.console.pages.rendering import zone_of
from service.portal.pages.rendering import language_for, render

BELOW: Final = ("/report/", "/seller/", "/public/")
"""Where the addresses of public pages begin."""


def install(app: FastAPI) -> None:
    """Answer a browser below the public pages with one of them, and others as before."""
    others = app.exception_handlers[HTTPException]

    async def answer(request: Request, error: Exception) -> Response:
        if request.url.path.startswith(BELOW) and is_nowhere(request, error):
            with speaking(language_for(request), zone_of(request)):
                return _page(request)
        answered: Response | Awaitable[Response] = others(request, error)
        return await answered if isawaitable(answered) else answered

    app.add_exception_handler(HTTPException, answer)


def _page(request: Request) -> Response:
    return render(
        request,
        "pages/refused_public.html",
        status=HTTPStatus.NOT_FOUND,
        kind="",
        title=gettext("There is no such page."),
        detail="",
        typed=[],
    )
