"""Which version of a thing a client saw before it changes it: ETag and If-Match (RFC 9110)."""

from __future__ import annotations

import re
from typing import Annotated, Final

from fastapi import Depends, Header

ETAGS: Final = re.compile(r'(?:^|,)[ \t]*"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*(?=,|$)')
"""Strong entity tags in a list of them; weak ones match nothing here."""


async def _seen_versions(
    if_match: Annotated[
        str | None,
        Header(
            description="The ETag of what the caller read: if it changed since, nothing is done "
            "and the response is 412. `*` or none: whatever it is now."
        ),
    ] = None,
) -> frozenset[str] | None:
    if if_match is None or if_match.strip() == "*":
        return None
    return frozenset(ETAGS.findall(if_match))


SeenVersions = Annotated[frozenset[str] | None, Depends(_seen_versions)]
"""The versions that the caller saw, any of which will do; None where any will do at all."""


def etag(version: str) -> str:
    """A version as a header's value."""
    return f'"{version}"'
