"""What fails in a worker's loops, kept in the store, for readiness to tell."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from service.clock import Clock
from service.database.engine import Database
from service.scoring import failures_store

LOOPS: Final = {
    "live": "scoring of sellers with news",
    "market": "scoring of the whole market",
    "learning": "learning from closed cases",
    "shadow": "scoring by the challenger",
    "exploration": "leaving looks to the challenger's lot",
    "levels": "looking for sellers bad by level",
    "lapses": "settling of lapsed sanctions",
    "removals": "closing of cases of removed sellers",
    "seals": "sealing of what was filed",
    "models": "recording of which model is in use",
}
"""The loops of a worker, and what they do."""
NOTED_EVERY_S: Final = 10.0
"""A loop without a model fails five times a second: too often to write or read."""


class Failures:
    """The failing loops of one worker."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._noted: dict[str, tuple[str, float]] = {}
        """A loop's failure that was last noted, and when by a clock that never steps."""
        self._right: set[str] = set()
        """Loops whose failures, also of an earlier process, are forgotten already."""

    def add(self, loop: str, error: str) -> bool:
        """A loop failed by a class of error; where the store is what fails, its check tells.

        Says whether that is news: another class of error than before, or ten seconds later.
        """
        began = time.monotonic()
        self._right.discard(loop)
        last, when = self._noted.get(loop, ("", -NOTED_EVERY_S))
        if last == error and began - when < NOTED_EVERY_S:
            return False
        self._noted[loop] = error, began
        with suppress(SQLAlchemyError), self._database.writing() as connection:
            failures_store.add_failure(connection, loop, error, now=self._clock())
        return True

    def forget(self, loop: str) -> None:
        """A loop works."""
        if loop in self._right:
            return
        with suppress(SQLAlchemyError), self._database.writing() as connection:
            failures_store.forget_failures(connection, loop)
            self._right.add(loop)
            self._noted.pop(loop, None)
