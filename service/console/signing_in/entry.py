"""What every way of signing in has in common."""

from __future__ import annotations

import re
from typing import Final

from fastapi import Request, Response

from service.console.pages.gate import cookie_name
from service.console.pages.page_router import see
from service.http.context import AppContext
from service.http.cookies import set_cookie
from service.http.origin import is_on_this_machine, is_secure
from service.refusals import InsecureSignIn

LOCAL_PATH: Final = re.compile(r"/(?![/\\])[^\x00-\x20\\]*")
"""An address of this service: nothing that a browser takes for another host."""


def check_way_in(request: Request, context: AppContext) -> None:
    """Raise TooManyRequests for who tries all day, InsecureSignIn where others could listen."""
    address = request.client.host if request.client else ""
    request.app.state.sign_ins.check(address)
    settings = context.settings
    if not is_secure(request, settings) and not is_on_this_machine(request, settings):
        raise InsecureSignIn(
            "what signs in must not travel by plain http; reach this service by https and say so "
            "in DETECTOR_PUBLIC_URL"
        )


def wanted_page(address: str) -> str:
    """The page to go on to: the one asked for where it is ours, else the queue."""
    return address if LOCAL_PATH.fullmatch(address) else "/queue"


def entered(request: Request, context: AppContext, cookie: str, wanted: str) -> Response:
    """Go on with the session that was begun."""
    response = see(wanted_page(wanted))
    set_cookie(response, request, cookie_name(request, context.settings), cookie)
    return response
