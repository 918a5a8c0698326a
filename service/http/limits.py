"""Bounds on requests before anything reads them: how many, how large, how slow; safe headers."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.http.problems import refusal_problem
from service.refusals import LargeBody, SlowBody, TooBusy

SECURITY_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
"""Every answer is data: nothing in it is to be run, framed, sniffed or kept."""


ALWAYS: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""Answered however many wait: they tell the platform that this process is overrun, not dead."""


class ConcurrencyLimit:
    """ASGI middleware: a request too many is told at once to come back later.

    Waiting in line would only make every answer late; a client that hears 503 can wait by itself.
    """

    def __init__(self, app: ASGIApp, *, requests_max: int) -> None:
        self.app = app
        self.requests_max = requests_max
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless as many as allowed are under way."""
        if scope["type"] != "http" or scope["path"] in ALWAYS:
            await self.app(scope, receive, send)
            return
        if self._under_way >= self.requests_max:
            told = TooBusy(f"{self.requests_max} requests are under way; try again shortly")
            await refusal_problem(told)(scope, receive, send)
            return
        self._under_way += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._under_way -= 1


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
        body = _BoundedBody(receive, self.bytes_max, self.seconds_max)
        answer = _Answer(send, body)
        try:
            await self.app(scope, body, answer)
        except (LargeBody, SlowBody):
            await answer.refuse()


class _BoundedBody:
    """A request's body that may be only so large and take only so long."""

    def __init__(self, receive: Receive, bytes_max: int, seconds_max: float) -> None:
        self._receive = receive
        self._bytes_max = bytes_max
        self._bytes = 0
        self._deadline = asyncio.get_running_loop().time() + seconds_max
        self._is_whole = False
        self.refusal: LargeBody | SlowBody | None = None

    async def __call__(self) -> Message:
        if self._is_whole:  # what follows is the client hanging up, which may take any time
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            self.refusal = SlowBody("the request's body did not arrive in time")
            raise self.refusal from None
        if message["type"] == "http.request":
            self._bytes += len(message.get("body", b""))
            self._is_whole = not message.get("more_body", False)
        if self._bytes > self._bytes_max:
            self.refusal = LargeBody(f"the request's body is larger than {self._bytes_max} bytes")
            raise self.refusal
        return message


class _Answer:
    """The way out: security headers on every answer, and the body's refusal in place of another.

    The framework turns whatever is raised while it reads a body into its own 400; what it then
    says is dropped, and the client is told the reason.
    """

    def __init__(self, send: Send, body: _BoundedBody) -> None:
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
        told = refusal_problem(self._body.refusal)
        # The rest of the body is not read, so the connection cannot be used again.
        headers = [*told.raw_headers, (b"connection", b"close")]
        start = {"type": "http.response.start", "status": told.status_code, "headers": headers}
        await self._pass_on(start)
        await self._send({"type": "http.response.body", "body": bytes(told.body)})

    async def _pass_on(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._is_started = True
            names = {name for name, _ in message["headers"]}
            extra = [pair for pair in SECURITY_HEADERS if pair[0] not in names]
            message["headers"] = [*message["headers"], *extra]
        await self._send(message)
