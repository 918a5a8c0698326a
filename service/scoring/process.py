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
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from service import traces
from service.assessments.active_model import ActiveModel
from service.clock import system_clock
from service.database.engine import Database
from service.policies import policies_named
from service.scoring import store
from service.scoring.failures import Failures
from service.scoring.worker import worker_for
from service.settings import Settings

NICENESS: Final = 10
"""Below the live rounds, the API and the database."""
STOP_S: Final = 15.0
"""How long a scoring under way may take to end; then it is cut off, which loses nothing."""
CHECK_S: Final = 1.0
"""How often the child looks for its parent."""

log = structlog.get_logger()


class MarketProcess:
    """The child that scores everybody on a schedule."""

    def __init__(self, settings: Settings, database: Database, *, worker_name: str) -> None:
        self._settings = settings
        self._database = database
        self._name = f"{worker_name}-market"
        self._process: SpawnProcess | None = None
        self._failures = Failures(database, system_clock)

    def start(self) -> None:
        """Begin."""
        context = multiprocessing.get_context("spawn")
        given = (self._settings, self._name, os.getpid())
        self._process = context.Process(target=_score_markets, args=given, daemon=True)
        self._process.start()

    def revive(self) -> None:
        """Start it again if it died; what it had leased is given back."""
        if self._process is not None and not self._process.is_alive():
            log.error("market_process_died", exit_code=self._process.exitcode)
            self._failures.add("market", "MarketProcessDied")
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
        with suppress(SQLAlchemyError), self._database.writing() as connection:  # or it lapses
            store.release(connection, [store.MARKET], worker=self._name)


def _score_markets(settings: Settings, name: str, parent: int) -> None:
    from service.http.request_metrics import log_as_json
    from service.startup import prepare_process

    os.nice(NICENESS)
    log_as_json(settings.log_level)
    traces.start("worker", os.environ)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    database = Database.of(settings, pool_size=settings.pool_size)
    policies, active_model = policies_named(settings.policy), ActiveModel(settings.models)
    prepare_process()
    worker = worker_for(settings, database, policies, active_model, name=name)
    worker.start(live=False)
    while not ended.wait(CHECK_S) and os.getppid() == parent:
        pass
    worker.stop()
    database.close()
    traces.stop()
