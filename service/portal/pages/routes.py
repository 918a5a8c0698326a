"""What all public pages share: the marketplace's colour, and the choice of a language."""

from __future__ import annotations

from fastapi import Request, Response

from service.console.languages.choice import COOKIE
from service.console.pages.forms import GivenForm
from service.console.pages.page_router import see
from service.console.signing_in.entry import LOCAL_PATH
from service.http.context import Context
from service.http.cookies import set_cookie
from service.portal.pages.public_router import public_router
from service.portal.pages.rendering import COLOURS, colours_of, offered_in

router = public_router()


@router.get(COLOURS)
def send_colours(context: Context) -> Response:
    """The style sheet with the marketplace's colour."""
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(colours_of(context.settings), media_type="text/css", headers=headers)


@router.post("/public/language")
def choose_language(request: Request, context: Context, form: GivenForm) -> Response:
    """Keep in the browser in which language its reader reads, and go on where they were."""
    wanted, back = form.text("language"), form.text("back")
    response = see(back if LOCAL_PATH.fullmatch(back) else "/report")
    if wanted in {one.tag for one in offered_in(context.settings)}:
        set_cookie(response, request, COOKIE, wanted, seconds=365 * 86_400)
    return response
