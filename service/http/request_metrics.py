"""Every request seen from outside: its id, its log line, its time, and what it broke."""

from __future__ import annotations

import re
import sys
import time
from contextlib import AbstractContextManager, nullcontext
from secrets import token_hex
from typing import Any, Final, TextIO, cast

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.http.access.gate import OPEN
from service.http.limits import SECURITY_HEADERS
from service.http.metrics import Metrics
from service.http.problems import problem
from service.settings import LogLevel
from service.traces import NOTHING, Span, span

REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
"""A client's own request id is kept when it is harmless in a log."""

log = structlog.get_logger()


class RequestMetrics:
    """ASGI middleware around everything else."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, logs: bool) -> None:
        self.app = app
        self.metrics = metrics
        self.logs = logs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; log and measure it when it has been answered."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        with _span_of(scope) as current:
            await self._answer(scope, receive, send, current)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, current: Span) -> None:
        request_id = _request_id(scope)
        seen = _Seen(send, request_id)
        structlog.contextvars.bind_contextvars(request_id=request_id, **current.ids)
        started = time.perf_counter()
        try:
            await self.app(scope, receive, seen)
        except Exception as error:
            log.exception("request_failed")
            current.fail(type(error).__name__)
            await seen.fail(scope, receive)
        finally:
            self._note(scope, seen.status, time.perf_counter() - started, current)
            structlog.contextvars.clear_contextvars()

    def _note(self, scope: Scope, status: int, seconds: float, current: Span) -> None:
        route = getattr(scope.get("route"), "path_format", "none")  # never the path: it holds ids
        method = scope["method"] if scope["method"] in METHODS else "other"
        current.note(
            {
                "http.request.method": method,
                "http.route": route,
                "http.response.status_code": int(status),
            },
            name=f"{method} {route}",
        )
        self.metrics.latency.labels(method, route, str(status)).observe(seconds)
        if not self.logs:
            return
        caller = scope.get("state", {}).get("caller")
        facts: dict[str, Any] = {"method": method, "route": route, "status": status}
        if caller is not None:
            facts |= {"key_id": caller.key_id, "role": caller.role.value}
        log.info("request", **facts, milliseconds=round(seconds * 1000, 1))


def _span_of(scope: Scope) -> AbstractContextManager[Span]:
    """The span of a request, below the client's own; none for what asks how the process is."""
    if scope["path"] in OPEN:
        return nullcontext(NOTHING)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    return span("request", kind="SERVER", asked_with=headers)


METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class _Seen:
    """The way out: notes the status and adds the request's id."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._id = request_id
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message["headers"], (b"x-request-id", self._id.encode())]
        await self._send(message)

    async def fail(self, scope: Scope, receive: Receive) -> None:
        """Answer 500, telling nothing but the id to ask by; unless an answer has begun."""
        if self.status:
            return
        detail = f"something broke; the log knows it as {self._id}"
        answer = problem(500, "fault", "The service is at fault.", detail)
        answer.raw_headers.extend(SECURITY_HEADERS)  # what adds them lies further in, and broke
        await answer(scope, receive, self)


def _request_id(scope: Scope) -> str:
    given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
    return given if REQUEST_ID.fullmatch(given) else token_hex(8)


def log_as_json(least: LogLevel) -> None:
    """One JSON object a line on stderr, with the request's id; what a process says of itself."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(least),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        # Line and end in one write: the child that scores the market writes to the same stderr.
        logger_factory=structlog.WriteLoggerFactory(cast("TextIO", _Stderr())),
        cache_logger_on_first_use=True,
    )


class _Stderr:
    """Stderr as it is when something is said: it may have been replaced since logging began."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def log_nothing() -> None:
    """Say nothing: for the demo, whose words are for people."""
    structlog.configure(processors=[_drop])


def _drop(*_: Any) -> Any:  # noqa: ANN401 - structlog's own shape
    raise structlog.DropEvent
