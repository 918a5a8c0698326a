"""Which language a reader is answered in: their own choice, their browser's, or the setting's."""

from __future__ import annotations

import re
from typing import Final

from fastapi import Request

from service.console.languages.catalogues import (
    PSEUDO,
    SOURCE,
    TRANSLATED,
    Language,
    language,
    offered,
)
from service.http.context import AppContext

COOKIE: Final = "language"
BROWSER: Final = "browser"
"""What the cookie holds for who leaves the choice to the browser."""
VARY: Final = "Accept-Language, Cookie"
"""What an answer depends on besides its address, for what keeps answers."""
_WANTED: Final = re.compile(
    r"\s*([A-Za-z0-9-]{1,40})\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?"
)
_ASKED_MAX: Final = 20
"""Languages of one header that are looked at: more than any browser sends."""


def language_of(request: Request) -> Language:
    """The language that a request is answered in."""
    chosen = request.cookies.get(COOKIE)
    if chosen in {one.tag for one in offered()}:
        return language(chosen)
    asked = asked_for(request.headers.get("accept-language", ""))
    context: AppContext = request.app.state.context
    return language(asked or context.settings.language)


def asked_for(header: str) -> str | None:
    """The tag of the first language of a header that there is; None where there is none.

    The pseudo-language answers to its own tag alone, which no browser sends by itself.
    """
    for tag in wanted(header):
        if tag.lower() == PSEUDO.lower():
            return PSEUDO
        main = tag.lower().partition("-")[0]
        if main in (SOURCE, *TRANSLATED):
            return main
    return None


def wanted(header: str) -> list[str]:
    """The tags of a header, the best liked first; what cannot be read is left out."""
    found = [_WANTED.fullmatch(part) for part in header.split(",")[:_ASKED_MAX]]
    weighed = [(float(one[2] or 1), one[1]) for one in found if one]
    return [tag for weight, tag in sorted(weighed, key=lambda pair: -pair[0]) if weight > 0]
