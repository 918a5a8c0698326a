"""Scoring everybody in a process of its own, so that no complaint waits for it.

The process is a child of `detector work`: it is started again when it dies, ends when its parent
does, and runs at a lower priority, for the market may wait and complaints may not.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from contextlib import suppress
from multiprocessing.context import SpawnProcess
from typing import TYPE_CHECKING, Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from service.scoring.worker import Worker
from service.settings import Settings

if TYPE_CHECKING:
    from service.http.context import AppContext

NICENESS: Final = 10
"""Below the live rounds, the API and the database."""
STOP_S: Final = 15.0
"""How long a scoring under way may take to end; then it is cut off, which loses nothing."""
CHECK_S: Final = 1.0
"""How often the child looks for its parent."""

log = structlog.get_logger()


class MarketProcess:
    """The child that scores everybody on a schedule."""

    def __init__(self, context: AppContext) -> None:
        self._context = context
        self._name = f"{context.worker.name}-market"
        self._process: SpawnProcess | None = None

    def start(self) -> None:
        """Begin."""
        context = multiprocessing.get_context("spawn")
        given = (self._context.settings, self._name, os.getpid())
        self._process = context.Process(target=_score_markets, args=given, daemon=True)
        self._process.start()

    def revive(self) -> None:
        """Start it again if it died; what it had leased is given back."""
        if self._process is not None and not self._process.is_alive():
            log.error("market_process_died", exit_code=self._process.exitcode)
            self._release()
            self.start()

    def stop(self) -> None:
        """End it, and its lease."""
        if self._process is None:
            return
        self._process.terminate()
        self._process.join(STOP_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._release()

    def _release(self) -> None:
        with suppress(SQLAlchemyError):  # then it lapses
            Worker(self._context, name=self._name).release_market()


def _score_markets(settings: Settings, name: str, parent: int) -> None:
    from service.http.context import AppContext
    from service.http.request_metrics import log_as_json
    from service.startup import settle

    os.nice(NICENESS)
    log_as_json()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    context = AppContext(settings)
    settle()
    context.worker = Worker(context, name=name)
    context.worker.start(live=False)
    while not ended.wait(CHECK_S) and os.getppid() == parent:
        pass
    context.worker.stop()
    context.close()
