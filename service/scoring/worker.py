"""Scores the market as complaints arrive: a thread in the service, or a process of its own."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from detector.errors import Refusal
from service.cases.opening import CaseTerms
from service.scoring import actions, store

if TYPE_CHECKING:
    from service.house import Household

PAUSE_S: Final = 0.2
"""Least rest between two rounds, so that a stream of complaints is answered in batches."""

log = structlog.get_logger()


def score_now(house: Household) -> int:
    """Score the whole market and store it; how many sellers. Raises NoModel without a model."""
    now = house.clock()
    terms = CaseTerms(house.policies, house.due_us)
    with house.database.reading() as connection:
        scored = actions.assess_market(
            connection, now=now, model=house.shelf.current(), fdr=house.settings.queue_fdr
        )
    with house.database.writing() as connection:
        return actions.store_market(connection, scored, now=now, terms=terms)


def is_behind(house: Household) -> bool:
    """Whether any seller waits to be scored."""
    with house.database.reading() as connection:
        return store.oldest_mark(connection) is not None


@dataclass
class Worker:
    """The thread that keeps assessments current."""

    house: Household
    _wake: threading.Event = field(default_factory=threading.Event)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        """Begin; what was left over from an earlier run is scored first."""
        self._thread = threading.Thread(target=self._run, name="scoring", daemon=True)
        self._wake.set()
        self._thread.start()

    def wake(self) -> None:
        """Something arrived."""
        self._wake.set()

    def stop(self) -> None:
        """Finish the round that is under way and end."""
        self._stop.set()
        self._wake.set()
        if self._thread:
            self._thread.join()

    def catch_up(self) -> None:
        """Return when everything that arrived before this call has been scored."""
        with self._one_at_a_time:
            if is_behind(self.house):
                score_now(self.house)

    def _run(self) -> None:
        last = 0.0
        while not self._stop.is_set():
            self._wake.wait(timeout=1.0)
            self._wake.clear()
            is_due = time.monotonic() - last > self.house.settings.snapshot_minutes * 60
            if self._round(is_due):
                last = time.monotonic()
            self._stop.wait(PAUSE_S)

    def _round(self, is_due: bool) -> bool:
        try:
            with self._one_at_a_time:
                if not (is_due or is_behind(self.house)):
                    return False
                score_now(self.house)
        except (Refusal, SQLAlchemyError) as error:
            # The next round tries again; the lag metric and readiness show that it waits.
            log.warning("scoring_postponed", why=str(error).splitlines()[0])
            return False
        return True
