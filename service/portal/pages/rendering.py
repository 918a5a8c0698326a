"""Templates of the public pages: the marketplace's name, colours and help around each."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import Request, Response

from service.console.languages.catalogues import PSEUDO, Language, language
from service.console.languages.choice import language_of
from service.console.pages.rendering import POLICY
from service.console.pages.rendering import render as render_page
from service.links.visits import PRIVATE
from service.settings import Settings

COLOURS: Final = "/public.css"
"""The address of the style sheet with the marketplace's colour."""


def render(request: Request, template: str, *, status: int = 200, **values: Any) -> Response:  # noqa: ANN401
    """A public page from a template, which extends `pages/public.html`."""
    settings: Settings = request.app.state.context.settings
    response = render_page(
        request,
        template,
        status=status,
        brand=settings.marketplace,
        logo=settings.marketplace_logo,
        colours_address=f"{COLOURS}?v={_mark(colours_of(settings))}",
        help_links=settings.marketplace_help,
        offered=offered_in(settings),
        # The page of a form that was refused has the address of the form, which shows nothing.
        here=_path_of(request) if request.method == "GET" else _page_of(request),
        **values,
    )
    response.headers.update(PRIVATE)
    response.headers["Content-Security-Policy"] = policy_for(settings)
    return response


def policy_for(settings: Settings) -> str:
    """The policy of every page, which also lets the marketplace's logo in."""
    if settings.marketplace_logo is None:
        return POLICY
    parts = urlsplit(settings.marketplace_logo)
    return POLICY.replace("img-src 'self'", f"img-src 'self' {parts.scheme}://{parts.netloc}")


def colours_of(settings: Settings) -> str:
    """The style sheet with the marketplace's colour, empty where it has none."""
    if settings.marketplace_colour is None:
        return ""
    colour = settings.marketplace_colour
    return f":root {{ --brand: {colour}; --on-brand: #ffffff; }}\n"


def language_for(request: Request) -> Language:
    """The language of a public page: as everywhere, among those that these pages offer."""
    found = language_of(request)
    tags = [one.tag for one in offered_in(request.app.state.context.settings)]
    return found if found.tag in (*tags, PSEUDO) else language(tags[0])


def offered_in(settings: Settings) -> list[Language]:
    """The languages that the public pages offer."""
    return [language(tag) for tag in settings.public_languages]


def _page_of(request: Request) -> str:
    """The address at which the pages of a kind begin: `/report` or `/seller`."""
    return f"/{_path_of(request).split('/')[1]}"


def _path_of(request: Request) -> str:
    """The path as the browser sent it: encoded, so that a slash in an id stays one."""
    path: str = request.scope["raw_path"].decode("ascii", "replace")
    return path


def _mark(text: str) -> str:
    """What changes with a text, so that a browser may keep it for good."""
    return sha256(text.encode()).hexdigest()[:12]
