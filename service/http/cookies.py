"""How every cookie of the pages is set."""

from __future__ import annotations

from fastapi import Request, Response

from service.http.origin import is_secure
from service.settings import Settings


def set_cookie(
    response: Response,
    request: Request,
    name: str,
    value: str,
    *,
    seconds: int | None = None,
    path: str = "/",
) -> None:
    """Keep something in the browser for so long; until it is closed without `seconds`.

    No script reads it, no other site's form sends it, and by https it travels by https alone. The
    browser sends it with addresses at or below `path`, an address of this service.
    """
    settings: Settings = request.app.state.context.settings
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        secure=is_secure(request, settings),
        httponly=True,
        samesite="lax",
        path=(settings.root_path + path.rstrip("/")) or "/",
    )


def forget_cookie(response: Response, request: Request, name: str, *, path: str = "/") -> None:
    """Have the browser forget what it keeps under a name."""
    set_cookie(response, request, name, "", seconds=0, path=path)
