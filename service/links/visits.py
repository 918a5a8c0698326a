"""How a page's routes open links: a token out of the address, a pass into a cookie.

`exchange` answers the address with the token; `visitor` says in all other routes of the page who
looks at it. Neither writes to the store, so whatever fetches an address changes nothing.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from service.http.context import AppContext
from service.http.cookies import forget_cookie, set_cookie
from service.links import actions
from service.links.rules import PASS_US, Link, is_good_pass, pass_for
from service.refusals import NoSuchLink

PRIVATE: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
"""Headers of every page that a link opens: nobody keeps it, finds it or learns its address."""
PROVED: Final = "-proved"
"""What the cookie's name ends with that says that a second factor was typed."""


def exchange(request: Request, token: str, page: str) -> tuple[Response, Link]:
    """Take a token out of the address: go on to the page with a pass in a cookie.

    Also gives the link that was opened. Raises NoSuchLink.
    """
    context: AppContext = request.app.state.context
    now = context.clock()
    with context.database.reading() as connection:
        link = actions.opened(connection, token, page, now=now)
    response = RedirectResponse(f"/{page}", HTTPStatus.SEE_OTHER, PRIVATE)
    enter(response, request, link, now=now)
    return response, link


def enter(response: Response, request: Request, link: Link, *, now: int) -> None:
    """Have a browser keep a pass for the page of a link, and send it there alone."""
    kept, path = pass_for(link, now=now), f"/{link.page}"
    set_cookie(response, request, link.page, kept, seconds=PASS_US // 1_000_000, path=path)


def visitor(request: Request, page: str) -> Link:
    """The link by which somebody came to a page; raises NoSuchLink where there is none."""
    kept = request.cookies.get(page)
    if kept is None:
        raise NoSuchLink(actions.NOT_GOOD)
    context: AppContext = request.app.state.context
    with context.database.reading() as connection:
        return actions.visited(connection, kept, page, now=context.clock())


def has_proved(request: Request, link: Link) -> bool:
    """Whether a link's second factor was typed in this browser, as long as a pass is good."""
    kept = request.cookies.get(f"{link.page}{PROVED}")
    context: AppContext = request.app.state.context
    return kept is not None and is_good_pass(kept, link, now=context.clock(), is_proved=True)


def enter_proved(response: Response, request: Request, link: Link, *, now: int) -> None:
    """Have a browser keep that a link's second factor was typed in it."""
    kept, name = pass_for(link, now=now, is_proved=True), f"{link.page}{PROVED}"
    seconds = PASS_US // 1_000_000
    set_cookie(response, request, name, kept, seconds=seconds, path=f"/{link.page}")


def leave(response: Response, request: Request, page: str) -> None:
    """Have a browser forget its pass for a page, and that a second factor was typed."""
    for name in (page, f"{page}{PROVED}"):
        forget_cookie(response, request, name, path=f"/{page}")
