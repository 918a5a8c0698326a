"""A long log folded in a process of its own, so that the requests beside it never wait for it.

In a thread of the server the fold would share Python's lock with every request for seconds. The
process reads the log by itself, runs at a lower priority, and gives its memory back when it ends.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Final

from detector.errors import Refusal
from service.database.engine import Database
from service.folding import processes
from service.policies import policies_named
from service.refusals import TooBusy
from service.settings import Settings
from service.views.rulebook import actions
from service.views.rulebook.schemas import DIFFERENCES_MAX, WhatIf, WhatIfShown

NICENESS: Final = 5
"""Below whatever answers requests."""


class WhatIfProcess:
    """A comparison that is being worked out; `stop` must follow, whatever happened."""

    def __init__(
        self, settings: Settings, asked: WhatIf, *, now: int, listed: int = DIFFERENCES_MAX
    ) -> None:
        context = multiprocessing.get_context("spawn")
        self._here, there = context.Pipe(duplex=False)
        self._process = context.Process(target=_work, args=(there, settings, asked, now, listed))
        self._process.start()
        there.close()

    def result(self, *, seconds: float | None = None) -> WhatIfShown | None:
        """What came out; None when it is not there after so long.

        Raises the comparison's own refusal, and TooBusy when the process was killed.
        """
        if not self._here.poll(seconds):
            return None
        try:
            found: WhatIfShown | Refusal = self._here.recv()
        except EOFError as broken:
            raise TooBusy("the comparison was cut off before its end; try again later") from broken
        if isinstance(found, Refusal):
            raise found
        return found

    def stop(self) -> None:
        """End the process and those that it began, if they still run."""
        pid = self._process.pid
        if pid is not None and self._process.is_alive():
            with suppress(ProcessLookupError):  # not yet a group of its own
                os.killpg(pid, signal.SIGKILL)
            self._process.kill()
        self._process.join()
        self._here.close()


def what_if_in_process(settings: Settings, asked: WhatIf, *, now: int) -> WhatIfShown:
    """The same as `actions.what_if` of the store's log; TooBusy when the process was killed."""
    process = WhatIfProcess(settings, asked, now=now)
    try:
        found = process.result()
    finally:
        process.stop()
    assert found is not None  # noqa: S101 - waited for without end
    return found


def _work(there: Connection, settings: Settings, asked: WhatIf, now: int, listed: int) -> None:
    os.setpgid(0, 0)  # so that what it begins ends with it
    os.nice(NICENESS)
    try:
        there.send(_fold(settings, asked, now, listed))
    except Refusal as refusal:
        there.send(refusal)


def _fold(settings: Settings, asked: WhatIf, now: int, listed: int) -> WhatIfShown:
    database = Database.of(settings, pool_size=1)
    try:
        with database.reading() as connection:
            lines = actions.read_lines(connection)
        current = policies_named(settings.policy)
        return actions.what_if(lines, asked, current, now=now, at_once=processes(), listed=listed)
    finally:
        database.close()
