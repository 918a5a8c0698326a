"""Bounds on a request's body, how large and how slow; safe headers on every answer."""

from __future__ import annotations

import asyncio
from typing import Final, NoReturn

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.http.problems import refusal_problem
from service.refusals import LargeBody, SlowBody

SECURITY_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
"""Every answer is data: nothing in it is to be run, framed, sniffed or kept."""


BODY: Final = "detector.body"
"""Where a request's scope holds its bounded body, for the route to say how large it may be."""


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
        scope[BODY] = body = BoundedBody(receive, self.bytes_max, self.seconds_max)
        body.is_whole = not _has_body(scope["headers"])
        answer = _Answer(send, body)
        try:
            await self.app(scope, body, answer)
        except (LargeBody, SlowBody):
            await answer.refuse()


def _has_body(headers: list[tuple[bytes, bytes]]) -> bool:
    named = dict(headers)
    return b"transfer-encoding" in named or named.get(b"content-length", b"0") != b"0"


class BoundedBody:
    """A request's body that may be only so large and take only so long."""

    def __init__(self, receive: Receive, bytes_max: int, seconds_max: float) -> None:
        self._receive = receive
        self._bytes_max = bytes_max
        self._bytes = 0
        self._seconds_max = seconds_max
        self._deadline: float | None = None
        self.is_whole = False
        self.refusal: LargeBody | SlowBody | None = None

    def allow(self, bytes_max: int, headers: Headers) -> None:
        """Narrow the bound to that of the route; LargeBody at once when a header says so much."""
        self._bytes_max = min(self._bytes_max, bytes_max)
        length = headers.get("content-length", "")
        if length.isascii() and length.isdigit() and int(length[:20]) > self._bytes_max:
            self._refuse_large()

    def _refuse_large(self) -> NoReturn:
        self.refusal = LargeBody(f"the request's body is larger than {self._bytes_max} bytes")
        raise self.refusal

    async def discard(self, bytes_max: int) -> None:
        """Receive what is left of a body and forget it, so that its sender reads the answer.

        A browser that is answered before it has sent everything shows a fault of its own. Who sends
        more than `bytes_max`, or takes longer than a body may, is answered all the same.
        """
        received = 0
        try:
            async with asyncio.timeout(self._seconds_max):
                while not self.is_whole and received <= bytes_max:
                    message = await self._receive()
                    received += len(message.get("body", b""))
                    self.is_whole = not message.get("more_body", False)
        except TimeoutError:
            return

    async def __call__(self) -> Message:
        """Receive the next part; SlowBody or LargeBody when it breaks a bound."""
        if self.is_whole:  # what follows is the client hanging up, which may take any time
            return await self._receive()
        if self._deadline is None:
            self._deadline = asyncio.get_running_loop().time() + self._seconds_max
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            self.refusal = SlowBody("the request's body did not arrive in time")
            raise self.refusal from None
        if message["type"] == "http.request":
            self._bytes += len(message.get("body", b""))
            self.is_whole = not message.get("more_body", False)
        if self._bytes > self._bytes_max:
            self._refuse_large()
        return message


class _Answer:
    """The way out: security headers on every answer, and the body's refusal in place of another.

    The framework turns whatever is raised while it reads a body into its own 400; what it then
    says is dropped, and the client is told the reason.
    """

    def __init__(self, send: Send, body: BoundedBody) -> None:
        self._send = send
        self._body = body
        self._is_refused = False
        self._is_started = False

    async def __call__(self, message: Message) -> None:
        if self._body.refusal is not None and not self._is_started:
            await self.refuse()
        elif not self._is_refused:
            await self._pass_on(message)

    async def refuse(self) -> None:
        """Tell the body's refusal, once, unless an answer has begun already."""
        if self._is_refused or self._is_started or self._body.refusal is None:
            return
        self._is_refused = True
        problem = refusal_problem(self._body.refusal)
        start = {
            "type": "http.response.start",
            "status": problem.status_code,
            "headers": problem.raw_headers,
        }
        await self._pass_on(start)
        await self._send({"type": "http.response.body", "body": bytes(problem.body)})

    async def _pass_on(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._is_started = True
            names = {name for name, _ in message["headers"]}
            extra = [pair for pair in SECURITY_HEADERS if pair[0] not in names]
            if not self._body.is_whole:
                # The rest of the body will not be read, so the connection cannot be used again.
                extra.append((b"connection", b"close"))
            message["headers"] = [*message["headers"], *extra]
        await self._send(message)
