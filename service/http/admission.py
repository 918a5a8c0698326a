"""What a request passes before its body is received: the key, the room, the body's bounds.

FastAPI reads and parses a body before it asks any dependency, so a gate among the dependencies
closes after the body is in. A route of `AdmittedRoute` judges its gate first. Only a caller whose
key is good takes room, and no caller takes more than a share of it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from anyio import CapacityLimiter
from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from service.http.access.gate import Gate, under_way
from service.http.access.rate_limiter import spending
from service.http.admitted_request import AdmittedRequest
from service.http.limits import BODY
from service.http.problems import PROBLEMS
from service.http.redaction import redacting
from service.refusals import TooBusy

if TYPE_CHECKING:
    from service.settings import Settings

SMALL_BYTES_MAX: Final = 65_536
"""Largest body of a route that takes one thing: a reason of 4,000 characters several times over."""
POLICY_BYTES_MAX: Final = 500_000
"""A policy of 100,000 characters, each of which may take several bytes."""
RUNNING_SHARE: Final = 0.5
"""Part of the worker threads, or of the database connections where these are fewer, that one key
may use at a time; its further requests wait."""
THREADS: Final = 40
"""Worker threads of the framework (anyio's default)."""


class BodyKind(Enum):
    """How large the body of a route may be."""

    SMALL = "small"
    POLICY = "policy"
    ROWS = "rows"
    FILE = "file"

    def bytes_max(self, settings: Settings) -> int:
        """Largest body of this kind, in bytes."""
        bytes_max = {
            BodyKind.SMALL: SMALL_BYTES_MAX,
            BodyKind.POLICY: POLICY_BYTES_MAX,
            BodyKind.ROWS: settings.body_bytes_max,
            BodyKind.FILE: settings.evidence_bytes_max + SMALL_BYTES_MAX,
        }[self]
        return min(settings.body_bytes_max, bytes_max)


class Room:
    """How many requests of callers with a key may be under way in one process, and whose."""

    def __init__(self, *, total: int, share: int, connections: int = THREADS) -> None:
        self._total = total
        self._share = share
        self._running_share = max(1, int(min(THREADS, connections) * RUNNING_SHARE))
        self._under_way: Counter[str] = Counter()
        self._running: dict[str, asyncio.Semaphore] = {}
        self.reading = CapacityLimiter(1)
        """Large bodies are read in turn: Python runs one at a time anyway, and the event loop then
        competes with no more than one."""

    @asynccontextmanager
    async def place_for(self, key_id: str) -> AsyncIterator[asyncio.Semaphore]:
        """Take a place while a request is under way; TooBusy when there is none for this key.

        What is given is for running: of one key's requests only a part runs at a time, and the
        others wait in the order they came.
        """
        if self._under_way.total() >= self._total:
            raise TooBusy(f"{self._total} requests are under way; try again shortly")
        if self._under_way[key_id] >= self._share:
            raise TooBusy(f"{self._share} requests of this key are under way; try again shortly")
        self._under_way[key_id] += 1
        running = self._running.setdefault(key_id, asyncio.Semaphore(self._running_share))
        try:
            yield running
        finally:
            self._under_way[key_id] -= 1
            if not self._under_way[key_id]:
                del self._under_way[key_id], self._running[key_id]


class AdmittedRoute(APIRoute):
    """A route that judges its caller before it receives a byte of the body.

    What the caller's role may not read of the response is left out.
    """

    body = BodyKind.SMALL
    redacts = True
    """Whether a role may exist that is not shown all of the response."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:  # noqa: ANN401
        super().__init__(path, redacting(endpoint) if self.redacts else endpoint, **options)

    @property
    def gate(self) -> Gate | None:
        """The gate among what the endpoint depends on, if it has one."""
        gates = [one.call for one in self.dependant.dependencies if isinstance(one.call, Gate)]
        return gates[0] if gates else None

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Put the gate, the room and the body's bounds in front of the framework's handler."""
        handle, gate = super().get_route_handler(), self.gate
        if gate is None:
            return handle
        kind = BodyKind.SMALL if "GET" in (self.methods or ()) else self.body

        async def admit(request: Request) -> Response:
            caller = await gate.admit(request)
            state = request.app.state
            async with state.room.place_for(caller.key_id) as running:
                request.scope[BODY].allow(kind.bytes_max(state.context.settings), request.headers)
                admitted = AdmittedRequest(request.scope, request.receive)
                if not request.scope[BODY].is_whole:
                    await admitted.read(self.body_field, state.room.reading)
                async with running:
                    limiter = state.context.events_limiter
                    with under_way(caller), spending(limiter, caller.key_id):
                        return await handle(admitted)

        return admit


def router_of(tag: str, *, body: BodyKind = BodyKind.SMALL) -> APIRouter:
    """A router whose routes judge their callers first; `tag` groups them in the contract.

    `body` is what its routes other than GET may receive.
    """
    return APIRouter(
        tags=[tag],
        route_class=type("AdmittedRoute", (AdmittedRoute,), {"body": body}),
        responses=PROBLEMS,
    )
