"""How somebody comes to a public page: by a link, whose language holds unless they chose one."""

from __future__ import annotations

from fastapi import Request, Response

from service.console.languages.choice import COOKIE
from service.http.cookies import set_cookie
from service.links import visits
from service.links.rules import Link


def exchange(request: Request, token: str, page: str) -> Response:
    """Take a token out of the address, as `visits.exchange` does, in the link's language.

    Raises NoSuchLink.
    """
    response, link = visits.exchange(request, token, page)
    if link.language is not None and COOKIE not in request.cookies:
        set_cookie(response, request, COOKIE, link.language, path=f"/{page}")
    return response


def visitor(request: Request, page: str) -> Link:
    """The link by which somebody came to a page; raises NoSuchLink and TooManyRequests."""
    link = visits.visitor(request, page)
    request.app.state.public_requests.check(link.link_id)
    return link
