"""Sends what waits in the outbox: a thread in the service and in `detector work`."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, TypeVar

import httpx
import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from service.clock import Clock, is_ahead
from service.database.engine import Database
from service.http.idempotency.idempotency_key import delete_old
from service.outbox import actions, store
from service.outbox.actions import Due
from service.outbox.attempt import ATTEMPT_S, attempt
from service.outbox.name_resolution import ResolvingLoop

PAUSE_S: Final = 0.5
"""Between two looks for receivers that have something due."""
GRACE_S: Final = 2.0
"""What attempts that are under way have left when the process has to end."""
STOP_S: Final = 5.0
"""Longest time the end of the process waits for the dispatcher."""
HOUSEKEEPING_US: Final = 60_000_000
"""Between two looks for stored answers that are old, and for what a wrong clock put off."""

log = structlog.get_logger()

Found = TypeVar("Found")


@dataclass
class WebhookDispatcher:
    """Delivers due events, each at least once; receivers tell repeats by the event's id.

    Each receiver has a queue of its own, and all queues are worked off at the same time: whatever a
    receiver does, or does not do, delays nobody else. A queue sends one event after the other.
    """

    database: Database
    clock: Clock
    enclose: Callable[[Connection, str, str], str] | None = None
    """Adds what is sent beside an event of a kind to its body; None for nothing.

    It is not stored with the event: words that are erased meanwhile are not sent any more.
    """
    deadline_s: float = ATTEMPT_S
    """Longest time of one attempt, in seconds."""
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _housekeeping_at: int = 0

    def start(self) -> None:
        """Begin; what waited through a restart goes first."""
        self._thread = threading.Thread(target=self._loop, name="webhooks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the attempts under way, if they hurry, and end; others are released.

        An attempt that cannot even be released is free for others after `actions.SENDING_US`.
        """
        self._stop.set()
        if self._thread:
            self._thread.join(STOP_S)

    def deliver(self) -> int:
        """Attempt all that is due; how many deliveries that were."""
        with asyncio.Runner(loop_factory=ResolvingLoop) as runner:
            return runner.run(self._deliver())

    def do_housekeeping(self) -> None:
        """Now and then, drop stored answers that are too old, and send what was put off wrongly."""
        now = self.clock()
        if is_ahead(self._housekeeping_at, now, HOUSEKEEPING_US):
            return
        with self.database.writing() as connection:
            delete_old(connection, now=now)
            actions.set_right(connection, now=now)
        self._housekeeping_at = now + HOUSEKEEPING_US

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return httpx.create_ssl_context()  # reads the certificates, so once

    def _loop(self) -> None:
        with asyncio.Runner(loop_factory=ResolvingLoop) as runner:
            runner.run(self._serve())

    async def _deliver(self) -> int:
        return sum(await asyncio.gather(*map(self._work_off, self._due_receivers())))

    async def _serve(self) -> None:
        queues: dict[str, asyncio.Task[int]] = {}
        while not self._stop.is_set():
            queues = {receiver: queue for receiver, queue in queues.items() if not queue.done()}
            for receiver in self._survives(self._due_receivers) or ():
                if receiver not in queues:
                    queues[receiver] = asyncio.create_task(self._work_off(receiver))
            self._survives(self.do_housekeeping)
            await asyncio.sleep(PAUSE_S)
        if queues:
            await asyncio.wait(queues.values(), timeout=GRACE_S)
        for queue in queues.values():
            queue.cancel()
        await asyncio.gather(*queues.values(), return_exceptions=True)

    async def _work_off(self, receiver: str) -> int:
        """Attempt what is due for one receiver; how many deliveries that were."""
        attempted = 0
        while not self._stop.is_set():
            due = self._survives(lambda: self._lease(receiver))
            if due is None:
                break
            await self._send(due)
            attempted += 1
        return attempted

    async def _send(self, due: Due) -> None:
        at_seconds = self.clock() // 1_000_000
        due = self._survives(lambda: self._whole(due)) or due
        try:
            error = await attempt(
                due, at_seconds=at_seconds, tls=self._tls, deadline_s=self.deadline_s
            )
        except asyncio.CancelledError:  # the process ends: the next one goes on at once
            self._survives(lambda: self._release(due))
            raise
        self._survives(lambda: self._record(due, error))

    def _due_receivers(self) -> list[str]:
        with self.database.reading() as connection:
            return store.due_receivers(connection, now=self.clock())

    def _lease(self, receiver: str) -> Due | None:
        with self.database.writing() as connection:
            return actions.lease_next(connection, receiver, now=self.clock())

    def _whole(self, due: Due) -> Due:
        """A delivery with all that is to be sent."""
        if self.enclose is None:
            return due
        with self.database.reading() as connection:
            return replace(due, body=self.enclose(connection, due.kind, due.body))

    def _record(self, due: Due, error: str | None) -> None:
        with self.database.writing() as connection:
            actions.record_attempt(connection, due, error, now=self.clock())

    def _release(self, due: Due) -> None:
        with self.database.writing() as connection:
            actions.release(connection, due, now=self.clock())

    def _survives(self, step: Callable[[], Found]) -> Found | None:
        """What a step on the store gives; None when it fails: the next look tries again."""
        try:
            return step()
        except SQLAlchemyError as error:
            log.warning("delivery_postponed", why=type(error).__name__)
        except Exception:
            log.exception("delivery_failed")
        return None
