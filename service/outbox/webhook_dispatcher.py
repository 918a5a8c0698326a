"""Sends what waits in the outbox: a thread in the service and in `detector work`."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import httpx
import structlog
from sqlalchemy.exc import SQLAlchemyError

from service.http.idempotency.idempotency_key import forget
from service.outbox import actions
from service.outbox.actions import Due
from service.outbox.signing import signature_of

if TYPE_CHECKING:
    from service.http.context import AppContext

TIMEOUT_S: Final = 10.0
BATCH: Final = 20
PAUSE_S: Final = 0.5
TIDY_US: Final = 600_000_000
"""Between two looks for stored answers that are old."""

log = structlog.get_logger()


@dataclass
class WebhookDispatcher:
    """Delivers due events, each at least once; receivers tell repeats by the event's id."""

    context: AppContext
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _tidy_at: int = 0

    def start(self) -> None:
        """Begin; what waited through a restart goes first."""
        self._thread = threading.Thread(target=self._loop, name="webhooks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the delivery under way and end."""
        self._stop.set()
        if self._thread:
            self._thread.join()

    def deliver(self) -> int:
        """Attempt what is due; how many that were."""
        with self.context.database.writing() as connection:
            batch = actions.take_due(connection, now=self.context.clock(), limit=BATCH)
        with httpx.Client(timeout=TIMEOUT_S, follow_redirects=False) as client:
            for due in batch:
                error = self._send(client, due)
                with self.context.database.writing() as connection:
                    actions.settle(connection, due, error, now=self.context.clock())
        return len(batch)

    def tidy(self) -> None:
        """Now and then, drop stored answers that are too old to be asked for again."""
        now = self.context.clock()
        if now < self._tidy_at:
            return
        with self.context.database.writing() as connection:
            forget(connection, now=now)
        self._tidy_at = now + TIDY_US

    def _send(self, client: httpx.Client, due: Due) -> str | None:
        body = due.body.encode()
        signature = signature_of(due.secret, body, at_seconds=self.context.clock() // 1_000_000)
        headers = {
            "Content-Type": "application/json",
            "Detector-Event": due.kind,
            "Detector-Event-Id": due.event_id,
            "Detector-Signature": signature,
        }
        try:
            answer = client.post(due.url, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return f"{type(error).__name__}: {error}"[:500]
        return None if answer.is_success else f"the receiver answered {answer.status_code}"

    def _loop(self) -> None:
        while not self._stop.is_set():
            try:
                found = self.deliver()
                self.tidy()
            except SQLAlchemyError as error:
                log.warning("delivery_postponed", why=type(error).__name__)
                found = 0
            except Exception:
                log.exception("delivery_failed")
                found = 0
            if not found:
                self._stop.wait(PAUSE_S)
