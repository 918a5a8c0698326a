"""Bounds on a request before anything reads it: how large, how slow; safe headers on answers."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.problems import refusal_problem
from service.refusals import LargeBody, SlowBody

SECURITY_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
"""Every answer is data: nothing in it is to be run, framed, sniffed or kept."""


class Limits:
    """ASGI middleware: refuses bodies that are too large or too slow, adds security headers."""

    def __init__(self, app: ASGIApp, *, bytes_max: int, seconds_max: float) -> None:
        self.app = app
        self.bytes_max = bytes_max
        self.seconds_max = seconds_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a bounded body."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        reader = _BoundedBody(receive, self.bytes_max, self.seconds_max)
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                names = {name for name, _ in message["headers"]}
                extra = [pair for pair in SECURITY_HEADERS if pair[0] not in names]
                message["headers"] = [*message["headers"], *extra]
            await send(message)

        try:
            await self.app(scope, reader, send_with_headers)
        except (LargeBody, SlowBody) as refusal:
            if started:
                raise
            await refusal_problem(refusal)(scope, receive, send_with_headers)


class _BoundedBody:
    """A request's body that may be only so large and take only so long."""

    def __init__(self, receive: Receive, bytes_max: int, seconds_max: float) -> None:
        self._receive = receive
        self._bytes_max = bytes_max
        self._bytes = 0
        self._deadline = asyncio.get_running_loop().time() + seconds_max
        self._is_whole = False

    async def __call__(self) -> Message:
        if self._is_whole:  # what follows is the client hanging up, which may take any time
            return await self._receive()
        left = self._deadline - asyncio.get_running_loop().time()
        try:
            message = await asyncio.wait_for(self._receive(), max(left, 0.001))
        except TimeoutError:
            raise SlowBody("the request's body did not arrive in time") from None
        if message["type"] == "http.request":
            self._bytes += len(message.get("body", b""))
            self._is_whole = not message.get("more_body", False)
        if self._bytes > self._bytes_max:
            raise LargeBody(f"the request's body is larger than {self._bytes_max} bytes")
        return message
