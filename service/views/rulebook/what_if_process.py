"""A long log folded in a process of its own, so that the requests beside it never wait for it.

In a thread of the server the fold would share Python's lock with every request for seconds. The
process reads the log by itself, runs at a lower priority, and gives its memory back when it ends.
"""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Final

from service.database.engine import Database
from service.folding import processes
from service.policies import policies_named
from service.refusals import TooBusy
from service.settings import Settings
from service.views.rulebook import actions
from service.views.rulebook.schemas import WhatIf, WhatIfShown

NICENESS: Final = 5
"""Below whatever answers requests."""


def what_if_in_process(settings: Settings, asked: WhatIf, *, now: int) -> WhatIfShown:
    """The same as `actions.what_if` of the store's log; TooBusy when the process was killed."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as process:
        try:
            return process.submit(_fold, settings, asked, now).result()
        except BrokenProcessPool as broken:
            raise TooBusy("the comparison was cut off before its end; try again later") from broken


def _fold(settings: Settings, asked: WhatIf, now: int) -> WhatIfShown:
    os.nice(NICENESS)
    database = Database.of(settings, pool_size=1)
    try:
        with database.reading() as connection:
            lines = actions.read_lines(connection)
        current = policies_named(settings.policy)
        return actions.what_if(lines, asked, current, now=now, at_once=processes())
    finally:
        database.close()
