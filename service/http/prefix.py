"""The service below a prefix of its host, such as /complaints: in one place for all addresses.

Inside, every address is written as if the service had the host for itself. A request's path loses
the prefix before it is routed, and what goes out gets it: where a redirect leads, and each address
in a page. Cookies get theirs in `service.http.cookies`, absolute addresses in
`service.http.origin`.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ADDRESS: Final = re.compile(
    r'(\s(?:href|src|action|formaction|data-(?:draft|left|picture|poll|queue))=")(?=/(?!/))'
)
"""An attribute of a page that holds an address of ours; a quote in what people wrote is escaped."""
SLASHES: Final = (HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT)
"""How the framework leads from an address with a slash too many, or too few; it is absolute."""


class Prefix:
    """ASGI middleware: takes the prefix off paths, and puts it before redirects.

    A proxy may have taken it off already. A probe that asks the process itself needs none.
    """

    def __init__(self, app: ASGIApp, *, root_path: str) -> None:
        self.app = app
        self.root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, as one for a service that has the host for itself."""
        if scope["type"] != "http" or not self.root_path:
            await self.app(scope, receive, send)
            return
        # Changed in place: what measures requests further out reads the route off this scope.
        scope["path"] = self._below(scope["path"])
        if scope.get("raw_path"):
            scope["raw_path"] = self._below(scope["raw_path"].decode("latin-1")).encode("latin-1")

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                if "location" in headers:
                    headers["location"] = self._led(headers["location"], message["status"])
            await send(message)

        await self.app(scope, receive, answer)

    def _below(self, path: str) -> str:
        if path == self.root_path:
            return "/"
        return path.removeprefix(self.root_path) if path.startswith(f"{self.root_path}/") else path

    def _led(self, location: str, status: int) -> str:
        parts = urlsplit(location)
        if status in SLASHES or not (parts.scheme or parts.netloc):
            return urlunsplit(
                ("", "", f"{self.root_path}{parts.path}", parts.query, parts.fragment)
            )
        return location


def addresses_below(root_path: str, page: str) -> str:
    """A page in which each address of ours stands below the prefix."""
    return ADDRESS.sub(rf"\g<1>{root_path}", page) if root_path else page
