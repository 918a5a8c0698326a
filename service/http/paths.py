"""Ids in paths: a slash that a client encoded belongs to an id, one that it did not parts the path.

Servers decode a path before it is routed, so that `/v1/sellers/a%2Fledger` would ask for the ledger
of `a` instead of the seller `a/ledger`.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote

from starlette.types import ASGIApp, Receive, Scope, Send

SLASH: Final = "\udc2f"
"""Stands for an encoded slash while a path is routed: half a surrogate, which no text holds."""


class EncodedSlashes:
    """ASGI middleware: encoded slashes part no path."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, its path decoded part by part."""
        raw = scope.get("raw_path") or b"" if scope["type"] == "http" else b""
        if b"%" in raw:
            parts = raw.partition(b"?")[0].split(b"/")
            path = "/".join(unquote(part.decode("latin-1")).replace("/", SLASH) for part in parts)
            scope = {**scope, "path": path}
        await self.app(scope, receive, send)


def id_in(part: str) -> str:
    """The id that a part of a routed path stands for."""
    return part.replace(SLASH, "/")
